// Levels for all tracks of a mix: each as loud beside the others as what it plays usually is, and all together as loud
// as was asked for, with no true peak above -1 dBTP.
#pragma once

#include <array>
#include <functional>
#include <optional>

#include "synth/mix/mix_measure.hpp"

namespace antiphon::synth {

inline constexpr double kUsualTarget = -16, kQuietestTarget = -40, kLoudestTarget = -6;  // LUFS
inline constexpr double kMostPeak = -1;                                                  // dBTP

/// What a fader's place does to the left and the right, as the module `channel` does.
std::array<double, 2> sidesAt(double pan);
/// Where a track would have to stand to be in the middle; it is as far to a side now as its powers say.
double centredPan(const MixTrack& track);

/// By how many decibels each track is to become louder, so that all are as loud beside each other as is usual, and all
/// together no louder than they are. Who is silent stays as it is; so does a bus, which follows those sent to it.
std::vector<double> usualChanges(const MixMeasure& mix);

struct TrackLevel {
  std::string name{};
  double gain = 0, pan = 0;  // the fader: decibels; -1 .. 1
};

struct Levelled {
  std::vector<TrackLevel> tracks{};
  double master = 0;                    // its fader
  bool masterMoves = false;             // it is not where it was
  std::optional<double> ceiling{};      // dB: a limiter behind all of it; nothing: none is needed
  double limited = 0;                   // dB that it takes from the highest peak
  double loudness = 0, truePeak = 0;    // what comes of it
  std::vector<double> left{}, right{};  // by how much each track's sides are louder than as they were measured
};

/// Hears the stems a few times. Throws MixError.
Levelled autoLevel(Stems& stems, const MixMeasure& mix, double target = kUsualTarget, const MixWatch& watch = {});

/// The sum of the stems at these levels, to the same length.
using SoundTaker = std::function<void(std::span<const float> left, std::span<const float> right)>;
void sum(Stems& stems, const Levelled& levels, const SoundTaker& take, const MixWatch& watch = {});

}  // namespace antiphon::synth
