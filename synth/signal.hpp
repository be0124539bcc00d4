// What runs through a patch cable: numbers in lanes, a block of frames at a time.
//
// A signal is some groups of eight lanes. An instrument's signals have a lane for each voice; everything after the
// voices are summed has one group, "the room", in which even lanes are left and odd lanes are right (so that a mono
// signal has the same number in all eight). A module that takes every lane alike need not know which it is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace antiphon::synth {

inline constexpr int kLanes = 8;
inline constexpr int kBlock = 64;  // frames made together, at most
inline constexpr int kLoop = 32;   // what a cable that closes a loop is late by; with one, no more are made together
inline constexpr int kMostVoices = 512;
inline constexpr int kMostGroups = kMostVoices / kLanes;
constexpr int groupsFor(int voices) { return (voices + kLanes - 1) / kLanes; }

struct SampleRate {
  double hertz = 48000;
  friend constexpr bool operator==(SampleRate, SampleRate) = default;
};

/// Frames since the engine began.
struct Frame {
  std::int64_t value = 0;
  friend constexpr auto operator<=>(Frame, Frame) = default;
  friend constexpr Frame operator+(Frame a, std::int64_t frames) { return {a.value + frames}; }
  friend constexpr std::int64_t operator-(Frame a, Frame b) { return a.value - b.value; }
};

/// A signal to read. One that stands still over the block has a single frame, one of the room a single group, however
/// often they are asked for.
struct Heard {
  const float* data = nullptr;
  std::size_t perFrame = 0;  // kLanes, or 0: steady
  std::size_t perGroup = 0;
  int groups = 1;        // that there really are
  bool voices = false;   // each lane is one; else they are a room's, left and right
  bool patched = false;  // a cable goes in; else it is a knob alone, the same in every lane

  const float* at(int group, int frame) const {
    return data + static_cast<std::size_t>(group) * perGroup + static_cast<std::size_t>(frame) * perFrame;
  }
  bool steady() const { return perFrame == 0; }
  /// One number for all lanes and frames: a knob that nobody turns.
  bool alike() const { return steady() && !patched; }
};

/// A signal to write: [group][kBlock][kLanes], on a cache line.
struct Made {
  float* data = nullptr;
  bool steady = false;    // to be set by a module that has written the first frame only, since all others are the same
  bool wanted = true;     // somebody hears it; else it need not be written
  bool together = false;  // whoever hears it hears the sum of all voices: it may be said in the first group alone
  bool summed = false;    // to be set by a module that has done so

  float* at(int group, int frame) const { return data + (group * kBlock + frame) * kLanes; }
};
inline constexpr std::size_t kPerGroup = std::size_t{kBlock} * kLanes;

}  // namespace antiphon::synth
