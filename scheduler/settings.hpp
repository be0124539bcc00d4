// How the player wants the conversation to go. Every number here is checked at the door where it came in.
#pragma once

#include <cstdint>
#include <optional>

#include "scheduler/meter.hpp"
#include "scheduler/time.hpp"

namespace antiphon {

enum class Anchor : std::uint8_t { transport, firstNote };  // what the bars are counted from
enum class Overlap : std::uint8_t { ignore, yield };        // what playing into an answer does
enum class Late : std::uint8_t { echo, rest, wait };        // what stands in for an answer that is not ready
enum class Mode : std::uint8_t { automatic, manual };       // who decides when to record and to answer
enum class ClockSource : std::uint8_t { external, internal };

/// A MIDI message that works as a switch: a controller going to 64 or more, or a note.
struct Trigger {
  bool isNote = false;
  std::uint8_t number = 0;
  friend constexpr bool operator==(Trigger, Trigger) = default;
};

inline constexpr int kMostMeasures = 64;
inline constexpr int kMostCallMeasures = 16;
inline constexpr int kMostGuardPulses = 24;
/// A note this far before a bar belongs to it: players anticipate.
inline constexpr Tick kAnticipation = 3 * kPulse;
inline constexpr Nanos kMostOffset = std::chrono::milliseconds{100};

struct Settings {
  Meter meter{};
  int measures = 2;        // bars of answer
  int humanMeasures = 1;   // bars with notes before an answer
  int promptMeasures = 2;  // bars of call that the answerer sees
  Tick guard = 3 * kPulse;
  Anchor anchor = Anchor::transport;
  Overlap overlap = Overlap::ignore;
  Late late = Late::echo;
  Mode mode = Mode::automatic;
  std::optional<Trigger> recordTrigger{};
  std::optional<Trigger> playTrigger{};
  std::optional<std::uint8_t> channel{};     // listen to this one only
  std::optional<std::uint8_t> outChannel{};  // answer on this one; else on the one the note was called on
  Tick quantize{0};                          // grid of the answer's onsets; 0: as they come
  Nanos offset{0};                           // shifts what is sent; negative is earlier

  bool freeRun = false;  // follow pulses that come with no Start before them
  ClockSource clock = ClockSource::external;
  Tempo tempo = Tempo::bpm(120);  // of the internal clock
  bool clockOut = false;          // of the internal clock
  std::uint64_t seed = 1;
};

}  // namespace antiphon
