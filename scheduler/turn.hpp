// One call and its answer: what is asked of the thinkers, what they send back, and what came of it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "scheduler/meter.hpp"
#include "scheduler/note.hpp"
#include "scheduler/settings.hpp"
#include "scheduler/time.hpp"

namespace antiphon {

/// Which turn, and which try at it: a note played inside the guard commits the same turn anew.
struct TurnId {
  std::uint32_t turn = 0;
  std::uint32_t take = 0;
  friend constexpr bool operator==(TurnId, TurnId) = default;
};

/// What is known of the answer before it is thought.
struct TurnPlan {
  TurnId id{};
  Meter meter{};
  int callBars = 1;  // bars in the prompt
  int answerBars = 2;
  Tempo tempo{};
  std::uint64_t seed = 1;
};

/// Two think at once: the lead is the answerer that was asked for, the understudy stands by with the echo.
enum class Voice : std::uint8_t { lead, understudy };

/// Something a thinker sends back. Notes and pedals come in order of time, counted from the start of the answer.
struct Thought {
  enum class Kind : std::uint8_t {
    note,     // `note` is part of the answer
    pedal,    // so is `pedal`
    reached,  // nothing before `note.tick` will come any more
    done,     // the answer is complete
    failed,   // nothing more will come
  };
  TurnId id{};
  Voice voice = Voice::lead;
  Kind kind = Kind::note;
  Note note{};
  Pedal pedal{};
};

/// What the conversation asks of whoever thinks. Calls never wait for the thinking. Realtime: yes.
class Thinker {
 public:
  virtual ~Thinker() = default;
  /// A call has begun: its plan as far as it is known.
  virtual void begin(const TurnPlan& plan) = 0;
  /// A note of the call has ended; counted from the call's first bar.
  virtual void feed(TurnId id, const Note& note) = 0;
  /// The call is complete: answer it. `prompt` starts at tick 0 and is in order of onset.
  virtual void commit(const TurnPlan& plan, std::span<const Note> prompt) = 0;
  /// Nobody waits for this turn any more.
  virtual void cancel(TurnId id) = 0;
};

/// Who played a bar of the answer.
enum class Rung : std::uint8_t { answer, echo, rest };

enum class TurnEnd : std::uint8_t { complete, stopped, jumped, clockLost, portLost, yielded, panic, closed };

/// What came of a turn.
struct TurnReport {
  std::uint32_t turn = 0;
  Tick begin{};  // B
  Meter meter{};
  double bpm = 0;
  int callBars = 0;
  int callNotes = 0;
  int bars = 0;                             // bars of answer asked for
  int barsPlayed = 0;                       // bars of answer begun
  int notes = 0;                            // notes of the answer sent
  int lateBars = 0;                         // bars that the lead was not ready for
  int lateNotes = 0;                        // notes that came after their moment, and were left out
  bool waited = false;                      // begun a bar later than the call asked for
  std::optional<Nanos> margin{};            // from the first bar being ready to B; nothing when it never was
  std::array<Rung, kMostMeasures> rungs{};  // of the bars played
  TurnEnd end = TurnEnd::complete;

  /// The lowest rung that any bar needed.
  Rung rung() const;
};

std::string_view name(Rung rung);
std::string_view name(TurnEnd end);

}  // namespace antiphon
