// The flags of what is heard here, for run and solo.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "bridge/ensemble.hpp"
#include "cli/run_flags.hpp"

namespace antiphon {

class SoundFlags {
 public:
  /// `always`: there is sound whether it is asked for or not.
  SoundFlags(CLI::App& app, bool always);
  /// Nothing when no sound was asked for. Throws UsageError.
  std::optional<EnsembleWish> understand(const RunOptions& options) const;
  bool listDevices() const { return list_; }

 private:
  bool always_;
  CLI::Option *synth_ = nullptr, *needsSynth_[4] = {};
  std::string patch_{}, click_;
  int period_ = synth::AudioWish{}.period;
  double rate_ = 0;
  bool through_ = false, list_ = false, watch_ = false;
};

/// All sound devices of this machine, a line each.
std::string deviceList();

}  // namespace antiphon
