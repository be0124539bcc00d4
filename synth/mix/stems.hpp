// The tracks of a piece, in step with each other, as often as they have to be heard.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "synth/signal.hpp"

namespace antiphon::synth {

/// In a sentence for the player.
struct MixError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// Whoever asked does not want it any more.
struct MixCancelled : MixError {
  MixCancelled() : MixError{"the mix was not measured to its end, as was asked"} {}
};

/// A track as it stands on the mixing desk. What is heard of it is behind its fader.
struct TrackStrip {
  std::string name{};
  double level = 0, pan = 0;                                       // its fader, in decibels; its place, -1 .. 1
  std::map<std::string, std::map<std::string, double>> effects{};  // the knobs of each
  std::vector<std::string> sends{};                                // the buses that it goes to
  /// Of a bus: who is sent to it, by which factor.
  struct Feed {
    std::size_t strip = 0;
    double amount = 0;
  };
  std::vector<Feed> feeds{};
  bool bus = false;

  /// Nothing: there is no such effect.
  const double* knob(const std::string& effect, const std::string& name) const;
  bool has(const std::string& effect) const { return effects.contains(effect); }
};

/// What all go through.
struct MasterStrip {
  double level = 0;  // its fader
  std::map<std::string, std::map<std::string, double>> effects{};
  double louder = 0;                  // dB that the sum of the tracks is louder behind it, but for a limiter
  bool heard = false;                 // there is one, and these are of what comes out of it:
  double loudness = 0, truePeak = 0;  // LUFS, dBTP
};

class Stems {
 public:
  static constexpr std::size_t kMost = 64;
  static constexpr std::size_t kAtOnce = 4096;  // frames, at most

  virtual ~Stems() = default;
  virtual SampleRate rate() const = 0;
  virtual const std::vector<TrackStrip>& strips() const = 0;
  virtual const MasterStrip& master() const = 0;
  /// From the beginning, once more. May throw MixError.
  virtual void begin() = 0;
  /// The next frames of all; 0: there are no more. Whoever is over before the others is silent from there on. May throw
  /// MixError.
  virtual std::size_t next() = 0;
  virtual std::span<const float> left(std::size_t strip) const = 0;
  virtual std::span<const float> right(std::size_t strip) const = 0;
  /// How much of it has been heard, 0 .. 1.
  virtual double share() const = 0;
};

/// How long something takes, and whether it is still wanted.
struct MixWatch {
  std::stop_token stop{};
  std::function<void(double share)> progress{};

  /// Throws MixCancelled.
  void at(double share) const;
};

}  // namespace antiphon::synth
