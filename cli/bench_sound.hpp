// How the synth keeps up in the whole program, over a JACK server: antiphon bench sound.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>

namespace antiphon {

class SoundBench {
 public:
  explicit SoundBench(CLI::App& bench);
  /// It was asked for on the command line.
  bool wanted() const { return sub_->parsed(); }
  int run() const;

 private:
  struct Wish;
  CLI::App* sub_;
  std::shared_ptr<Wish> wish_;
};

}  // namespace antiphon
