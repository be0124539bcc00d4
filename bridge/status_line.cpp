#include "bridge/status_line.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace antiphon {
namespace {

std::string oneDigit(double number) {
  const auto tenths = std::llround(std::abs(number) * 10.0);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

double millis(Nanos span) { return static_cast<double>(span.count()) / 1e6; }

std::string barAndBeat(Tick at, Meter meter) {
  const Tick inBar = at - floorTo(at, meter.bar());
  return std::to_string(meter.barOf(at) + 1) + ":" + std::to_string(floorDiv(inBar, meter.beat()) + 1);
}

/// In the words of the state machine, which tools that read the log know.
std::string_view logName(Phase phase) {
  switch (phase) {
    case Phase::stopped: return "STOPPED";
    case Phase::listening: return "HUMAN";
    case Phase::answering: return "AI_PLAY";
  }
  return "?";
}

bool wasLate(const TurnReport& report) {
  return report.lateBars > 0 || (report.barsPlayed > 0 && report.margin.value_or(Nanos{-1}) < Nanos{0});
}

std::string inNumber(std::int64_t number, std::string_view one) {
  return std::to_string(number) + " " + std::string{one} + (number == 1 ? "" : "s");
}

std::string signedMillis(Nanos margin) { return (margin < Nanos{0} ? "-" : "+") + oneDigit(millis(margin)) + " ms"; }

LogLine turnLine(const TurnReport& report) {
  std::string text = inNumber(report.callNotes, "note") + " in, " + inNumber(report.barsPlayed, "bar") + " out (" +
                     inNumber(report.notes, "note") + ")";
  if (report.margin) text += ", margin " + signedMillis(*report.margin);
  if (report.waited) text += ", begun a bar later";
  if (report.lateNotes > 0) text += ", " + inNumber(report.lateNotes, "note") + " left out: too late";
  if (report.lateBars > 0) {
    text += ", " + inNumber(report.lateBars, "bar") + " late";
  } else if (report.lateNotes == 0 && !report.waited && !wasLate(report) && report.barsPlayed > 0) {
    text += ", all on time";
  }
  if (report.end != TurnEnd::complete) {
    text += "; " + std::string{name(report.end)} + " after " + std::to_string(report.barsPlayed) + " of " +
            inNumber(report.bars, "bar");
  }
  return {wasLate(report) || report.lateNotes > 0, text};
}

/// Bars of the same rung that follow each other share a line.
std::vector<LogLine> turnLines(const TurnReport& report) {
  const std::string tag = "[turn " + std::to_string(report.turn) + "] ";
  std::vector<LogLine> lines{turnLine(report)};
  const auto rung = [&](int bar) { return report.rungs[static_cast<std::size_t>(bar)]; };
  const int played = std::clamp(report.barsPlayed, 0, kMostMeasures);
  for (int bar = 0; bar < played;) {
    int end = bar + 1;
    while (end < played && rung(end) == rung(bar)) ++end;
    if (rung(bar) != Rung::answer) {
      const std::string bars =
          end == bar + 1 ? "bar " + std::to_string(end) : "bars " + std::to_string(bar + 1) + "-" + std::to_string(end);
      lines.push_back({true, bars + " of " + std::to_string(report.bars) + " by " + std::string{name(rung(bar))} +
                                 ": the answerer was late"});
    }
    bar = end;
  }
  for (LogLine& line : lines) line.text.insert(0, tag);
  return lines;
}

std::vector<LogLine> tallyLines(const Tally& tally) {
  const std::pair<std::uint64_t, std::string_view> counts[] = {{tally.strayBytes, "stray byte"},
                                                               {tally.truncated, "truncated message"},
                                                               {tally.sysex, "system exclusive message"},
                                                               {tally.notesLeftOut, "note too many for a call"},
                                                               {tally.strayNoteOffs, "release of no note"},
                                                               {tally.ownNotesHeard, "note of our own, heard again"}};
  std::string text;
  for (const auto& [count, what] : counts) {
    if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + " x " + std::string{what};
  }
  if (text.empty()) return {};
  return {{false, "[input] so far: " + text}};
}

}  // namespace

void StatusLine::write(const JournalEntry& entry) {
  if (const auto* beat = std::get_if<Beat>(&entry)) {
    at_ = beat->at;
    tempo_ = beat->tempo;
    waiting_ = false;
  } else if (const auto* move = std::get_if<Relocated>(&entry)) {
    at_ = move->to;
    notesIn_ = 0;  // the call begins anew
  } else if (const auto* change = std::get_if<PhaseChanged>(&entry)) {
    enter(*change);
  } else if (const auto* heard = std::get_if<Heard>(&entry)) {
    hear(*heard);
  } else if (const auto* played = std::get_if<Played>(&entry)) {
    if (played->message.isNoteOn()) ++notesOut_;
  } else if (const auto* turn = std::get_if<TurnEnded>(&entry)) {
    close(turn->report);
  } else if (std::holds_alternative<ClockLost>(entry)) {
    waiting_ = true;
  } else if (std::holds_alternative<ClockBack>(entry)) {
    waiting_ = false;
  }
}

void StatusLine::enter(const PhaseChanged& change) {
  phase_ = change.to;
  at_ = change.at;
  if (change.to == Phase::answering) {
    answerBegin_ = change.at;
    answerBars_ = measures_;
    notesOut_ = 0;
    early_.clear();
  } else if (change.to == Phase::listening) {
    // Players anticipate: a note just before the call begins is of the call.
    const auto belongs = [&](Tick onset) { return onset >= change.at - kAnticipation; };
    notesIn_ = static_cast<int>(std::count_if(early_.begin(), early_.end(), belongs));
    early_.clear();
  }
}

void StatusLine::hear(const Heard& heard) {
  if (!heard.message.isNoteOn()) return;
  if (phase_ == Phase::listening) ++notesIn_;
  if (phase_ != Phase::answering) return;
  std::erase_if(early_, [&](Tick onset) { return onset < heard.at - kAnticipation; });
  early_.push_back(heard.at);
}

void StatusLine::close(const TurnReport& report) {
  lastTurn_ = report;
  notesOut_ = report.notes;
}

std::string StatusLine::phaseText() const {
  if (waiting_) return "WAITING FOR CLOCK";
  switch (phase_) {
    case Phase::stopped: return "STOPPED  ";
    case Phase::listening: return "LISTENING";
    case Phase::answering: return "ANSWERING";
  }
  return "?";
}

std::string StatusLine::marginText() const {
  if (wasLate(*lastTurn_)) return "late";
  return "+" + std::to_string(std::llround(millis(*lastTurn_->margin))) + " ms";
}

std::string StatusLine::text(std::size_t width) const {
  std::string line = phaseText();
  if (tempo_) line += "  " + barAndBeat(at_, meter_);
  if (!waiting_ && phase_ == Phase::answering) {
    const std::int64_t bar = meter_.barOf(at_ - answerBegin_) + 1;
    line += "  answer " + std::to_string(std::clamp<std::int64_t>(bar, 1, std::max(answerBars_, 1))) + "/" +
            std::to_string(answerBars_);
  }
  if (tempo_) line += "  " + oneDigit(tempo_->bpm()) + " BPM";
  if (lastTurn_ && (lastTurn_->margin || wasLate(*lastTurn_))) line += "  " + marginText();
  line += "  notes " + std::to_string(notesIn_) + " in, " + std::to_string(notesOut_) + " out";
  if (line.size() > width) line.resize(width);
  return line;
}

std::vector<LogLine> logLines(const JournalEntry& entry, Meter meter) {
  const auto bar = [&](Tick at) { return std::to_string(meter.barOf(at) + 1); };
  if (const auto* change = std::get_if<PhaseChanged>(&entry)) {
    return {{false, "[phase] " + std::string{logName(change->from)} + " -> " + std::string{logName(change->to)} +
                        " at pulse=" + std::to_string(floorDiv(change->at, kPulse))}};
  }
  if (const auto* turn = std::get_if<TurnEnded>(&entry)) return turnLines(turn->report);
  if (const auto* move = std::get_if<Relocated>(&entry)) {
    return {{false, "[transport] at " + barAndBeat(move->to, meter) +
                        " (pulse=" + std::to_string(floorDiv(move->to, kPulse)) + ")"}};
  }
  if (const auto* lost = std::get_if<ClockLost>(&entry)) {
    return {{true, "[clock] lost at bar " + bar(lost->at) + ": every note is off, waiting"}};
  }
  if (const auto* back = std::get_if<ClockBack>(&entry)) return {{false, "[clock] back at bar " + bar(back->at)}};
  if (const auto* tally = std::get_if<Tally>(&entry)) return tallyLines(*tally);
  return {};
}

}  // namespace antiphon
