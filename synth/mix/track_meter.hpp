// What can be said of one track by measuring it, while it streams by: memory does not grow with its length.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "synth/ears/spectra.hpp"
#include "synth/mix/bark.hpp"
#include "synth/mix/programme.hpp"

namespace antiphon::synth {

struct TrackMeasure {
  double loudness = Programme::kSilent;   // the whole, in LUFS
  double momentary = Programme::kSilent;  // the loudest 400 ms, in LUFS
  double truePeak = Programme::kSilent;   // dBTP
  double level = Programme::kSilent;      // dB: the mean while it sounds, in tenths at most 30 dB below the loudest
  double crest = 0;                       // dB that the peak is above that
  double sounding = 0;                    // the share of tenths in which it sounds
  double left = 0, right = 0;             // mean powers
  double width = 0;                       // what differs between the sides: 0 nothing, 1 all
  double low = 0;                         // the share of its power below 150 Hz
  double middle = 0;                      // Hz: half of its power lies below
  double sibilance = 0;                   // dB of 5.3..9.5 kHz over 0.77..4.4 kHz, in its sharpest twentieth
  double harshness = 0;                   // dB of a Bark in 2..5.3 kHz over a Bark in 0.5..2 kHz
  double sharpest = 0;                    // Hz: the loudest band of 2..5.3 kHz
  std::vector<Barks> moments{};           // its power, along the time; equally far apart, at most kMostMoments

  static constexpr std::size_t kMostMoments = 2048;
  bool silent() const { return loudness <= -70; }
  /// dB that the right side is louder.
  double balance() const;
};

class TrackMeter {
 public:
  explicit TrackMeter(SampleRate rate);
  TrackMeter(const TrackMeter&) = delete;
  TrackMeter& operator=(const TrackMeter&) = delete;

  void hear(std::span<const float> left, std::span<const float> right);
  /// Once, when it is over.
  TrackMeasure measure();

 private:
  /// Tenths of a second by their level, half a decibel a step.
  struct Tenths {
    static constexpr std::size_t kSteps = 300;
    std::array<double, kSteps> power{};
    std::array<std::int64_t, kSteps> count{};
    std::int64_t all = 0;
    void add(double meanPower);
  };
  void take(const Spectra::Frame& frame);
  void endMoment();
  void tellTenths(TrackMeasure& told) const;

  BarkFilter filter_;
  Programme programme_;
  Spectra left_, right_;
  Tenths tenths_{};
  double tenth_ = 0;
  std::size_t perTenth_, inTenth_ = 0;
  std::int64_t frames_ = 0;
  double leftPower_ = 0, rightPower_ = 0, sidePower_ = 0;
  Barks moment_{};
  std::size_t inMoment_ = 0, perMoment_;  // spectra, of both sides
  std::vector<Barks> moments_{};
};

}  // namespace antiphon::synth
