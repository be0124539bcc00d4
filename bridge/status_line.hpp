// What a musician wants to see at a glance, and the words that the log has for what happens.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "scheduler/journal.hpp"
#include "scheduler/meter.hpp"

namespace antiphon {

/// One line that lives: phase, bar:beat, tempo, margin of the last turn, notes. For one ordinary thread.
class StatusLine {
 public:
  StatusLine(Meter meter, int measures) : meter_{meter}, measures_{measures} {}

  void write(const JournalEntry& entry);
  /// How many bars the answers have from the next one on.
  void expect(int measures) { measures_ = measures; }

  /// What matters most stands first, so that a narrow terminal cuts off what matters least.
  std::string text(std::size_t width) const;

 private:
  void enter(const PhaseChanged& change);
  void hear(const Heard& heard);
  void close(const TurnReport& report);
  std::string phaseText() const;
  std::string marginText() const;

  Meter meter_;
  int measures_;
  int answerBars_ = 0;   // of the answer under way
  bool waiting_ = true;  // for a clock
  Phase phase_ = Phase::stopped;
  Tick at_{};
  Tick answerBegin_{};
  std::optional<Tempo> tempo_{};
  std::optional<TurnReport> lastTurn_{};
  int notesIn_ = 0;
  int notesOut_ = 0;
  std::vector<Tick> early_;  // heard during an answer; the last of them may belong to the next call
};

struct LogLine {
  bool warning = false;  // something a player should know of
  std::string text{};
};

/// What the log says of an entry; most say nothing.
std::vector<LogLine> logLines(const JournalEntry& entry, Meter meter);

}  // namespace antiphon
