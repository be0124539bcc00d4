// Tracks made of tones and hiss, as stems of a mix.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "synth/mix/mix_measure.hpp"
#include "synth/mix/sound_stems.hpp"
#include "tests/support/hearing.hpp"

namespace antiphon::synth {

inline constexpr double kTrackRate = 48000;

/// A sine, `on` of each `round` seconds; so loud on each side.
inline SoundStems::Sound toneTrack(double hertz, double left, double right, double seconds = 4, double on = 1,
                                   double round = 1) {
  SoundStems::Sound sound;
  for (int f = 0; f < seconds * kTrackRate; ++f) {
    const double at = std::fmod(f / kTrackRate, round), edge = 0.005;
    const double open = std::clamp(std::min(at, on - at) / edge, 0.0, 1.0);
    const double now = on < round ? open : 1.0, wave = static_cast<double>(sine(f, hertz, kTrackRate));
    sound.left.push_back(static_cast<float>(left * now * wave));
    sound.right.push_back(static_cast<float>(right * now * wave));
  }
  return sound;
}

inline SoundStems::Sound hissTrack(double level, double seconds = 4, int seed = 0) {
  SoundStems::Sound sound;
  for (int f = 0; f < seconds * kTrackRate; ++f) {
    sound.left.push_back(static_cast<float>(level) * hiss(f, seed));
    sound.right.push_back(sound.left.back());
  }
  return sound;
}

inline void add(SoundStems::Sound& sound, const SoundStems::Sound& other) {
  for (std::size_t f = 0; f < sound.left.size(); ++f) {
    sound.left[f] += other.left[f];
    sound.right[f] += other.right[f];
  }
}

struct NamedTrack {
  std::string name{};
  SoundStems::Sound sound{};
};

inline SoundStems stemsOf(std::vector<NamedTrack> tracks) {
  std::vector<TrackStrip> strips;
  std::vector<SoundStems::Sound> sounds;
  for (NamedTrack& track : tracks) {
    strips.push_back({.name = track.name});
    sounds.push_back(std::move(track.sound));
  }
  return {SampleRate{kTrackRate}, std::move(strips), std::move(sounds)};
}

inline MixMeasure mixOf(std::vector<NamedTrack> tracks) {
  SoundStems stems = stemsOf(std::move(tracks));
  return measured(stems);
}

}  // namespace antiphon::synth
