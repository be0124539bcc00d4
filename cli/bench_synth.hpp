// What sound costs: antiphon bench synth.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>

namespace antiphon {

class SynthBenches {
 public:
  explicit SynthBenches(CLI::App& bench);
  /// It was asked for on the command line.
  bool wanted() const { return sub_->parsed(); }
  int run() const;

 private:
  struct Wish;
  CLI::App* sub_;
  std::shared_ptr<Wish> wish_;
};

}  // namespace antiphon
