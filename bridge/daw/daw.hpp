// A DAW as it is spoken to: asked what it is doing, told to play, given notes.
#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/note.hpp"

namespace antiphon {

/// No answer, or none in time.
struct DawAway : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// An answer, but no good one: it refuses, or what it says makes no sense.
struct DawError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct DawTrack {
  std::string name{};
  std::optional<double> volume{}, pan{}, meter{};  // as the DAW counts them
};

/// What it says of itself; what it does not say is not there.
struct DawState {
  std::optional<double> tempo{}, beat{};
  std::optional<bool> playing{};
  std::vector<DawTrack> tracks{};
  std::string remark{};  // what of its answer was not understood
};

/// Music for it.
struct DawMusic {
  std::string name{};
  Phrase phrase{};
  Tempo tempo{};
};
/// A place for a clip, counted from 0.
struct DawSlot {
  int track = 0, slot = 0;
};

inline constexpr std::size_t kMostDawTracks = 128;

/// How long a DAW is waited for.
struct DawTimes {
  std::chrono::milliseconds connecting{1000};
  std::chrono::milliseconds answer{2000};  // between two signs of life
  std::chrono::milliseconds whole{6000};   // one call, from end to end
};

/// Every call waits for the answer, so all are made from a thread that has time: DawLine's. They throw DawAway and
/// DawError. What only asks is asked a second time when nothing came back; what changes something is said once, since
/// it may have been heard.
class Daw {
 public:
  virtual ~Daw() = default;
  /// "DAWG at http://localhost:8080"
  virtual std::string name() const = 0;
  virtual DawState look() = 0;
  virtual void play() = 0;
  virtual void stop() = 0;
  virtual void import(const DawMusic& music) = 0;
  virtual void clip(DawSlot where, const DawMusic& music) = 0;
  virtual void volume(int track, double amount) = 0;
  /// Ends the call that is under way, soon. From any thread.
  virtual void abandon() = 0;

  /// Why it cannot do something at all, in a sentence; empty: it can.
  virtual std::string lacksImport() const { return {}; }
  virtual std::string lacksClips() const { return {}; }
  virtual std::string lacksVolume() const { return {}; }
};

/// A text from outside, for a line of the log: no control characters, whole UTF-8, of a length that can be read.
std::string fromOutside(std::string_view text);

}  // namespace antiphon
