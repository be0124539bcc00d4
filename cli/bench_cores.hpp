// Whether heavy patches should be played by two cores: antiphon bench cores.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>

namespace antiphon {

class CoresBench {
 public:
  explicit CoresBench(CLI::App& bench);
  /// It was asked for on the command line.
  bool wanted() const { return sub_->parsed(); }
  int run() const;

 private:
  struct Wish;
  CLI::App* sub_;
  std::shared_ptr<Wish> wish_;
};

}  // namespace antiphon
