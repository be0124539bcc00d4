// How loud a whole piece is: by EBU R 128, with libebur128.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "synth/signal.hpp"

namespace antiphon::synth {

class Programme {
 public:
  /// No quieter than this is anything told to be, in LUFS or decibels.
  static constexpr double kSilent = -120;
  /// `exact` remembers every tenth of a second; else loudness comes in steps of a tenth of a LU, and an hour takes no
  /// more room than a minute.
  explicit Programme(SampleRate rate, bool exact = false);
  ~Programme();
  Programme(Programme&&) noexcept;
  Programme& operator=(Programme&&) noexcept;

  void hear(std::span<const float> left, std::span<const float> right);
  /// The whole, gated, in LUFS.
  double loudness() const;
  /// The loudest 400 ms, in LUFS.
  double momentary() const { return momentary_; }
  /// dBTP.
  double truePeak() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::vector<float> both_{};
  std::size_t perTenth_, inTenth_ = 0;
  double momentary_ = kSilent;
};

}  // namespace antiphon::synth
