#include "scheduler/conversation.hpp"

#include <algorithm>
#include <cmath>

namespace antiphon {
namespace {

/// A note that comes this little after its moment is still played: nobody hears it, everybody would miss it.
constexpr Nanos kHardlyLate = std::chrono::milliseconds{1};

}  // namespace

Conversation::Conversation(const Settings& settings, Player& player, Thinker& thinker, Journal& journal)
    : settings_{settings}, wanted_{settings}, player_{player}, thinker_{thinker}, journal_{journal} {
  lastPrompt_.reserve(CallRecorder::kMostNotes);
  player_.setOffset(settings_.offset);
}

void Conversation::enter(Phase phase, Tick at, Now now) {
  if (phase == phase_) return;
  const Phase from = phase_;
  phase_ = phase;
  journal_.write(PhaseChanged{from, phase, at}, now.time);
}

void Conversation::begin(Tick position, Now now) {
  placed_ = true;
  journal_.write(Relocated{position}, now.time);
  listenFrom(position, now);
}

void Conversation::leave(Phase to, TurnEnd why, Now now) {
  player_.settle(now.line, now.time);
  finish(why, now);
  recorder_.clear();
  early_.clear();
  placed_ = false;
  enter(to, now.tick(), now);
}

std::optional<Tick> Conversation::nextTick(const Timeline& line) const {
  if (!placed_ || !anchored_ || phase_ == Phase::stopped) return std::nullopt;
  if (phase_ == Phase::answering) {
    Tick next = answerEnd();
    if (reply_.decided() < reply_.plan().answerBars) {
      next = std::min(next, begin_ + settings_.meter.barLine(reply_.decided()) - lead(line));
    }
    return yieldAt_ ? std::min(next, *yieldAt_) : next;
  }
  if (committed_) return opened_ ? begin_ : begin_ - lead(line);
  return guardPassed_ ? barEnd() : barEnd() - settings_.guard - lead(line);
}

void Conversation::reach(Tick tick, Now now) {
  if (phase_ == Phase::answering) {
    if (yieldAt_ && tick >= *yieldAt_) {
      const Tick from = *yieldAt_;
      player_.settle(now.line, now.time);
      finish(TurnEnd::yielded, now);
      listenFrom(from, now);
    } else if (reply_.decided() < reply_.plan().answerBars) {
      decideBar();
    } else {
      const Tick end = answerEnd();
      player_.playDue(now.line, end, now.time);
      finish(TurnEnd::complete, now);
      listenFrom(end, now);
    }
  } else if (committed_) {
    if (opened_) startAnswer(now);
    else openAnswer(now);
  } else if (!guardPassed_) {
    guardPassed_ = true;
    if (armed()) commit(now);
  } else {
    nextBar();
  }
}

void Conversation::obey(const LiveCommand& command, Now now) {
  if (const auto* settings = std::get_if<Settings>(&command)) {
    wanted_ = *settings;
    if (!committed_) {
      settings_ = wanted_;
      player_.setOffset(settings_.offset);
    }
  } else if (std::holds_alternative<Panic>(command)) {
    player_.panic(now.line, now.time);
    if (phase_ == Phase::stopped) return;
    finish(TurnEnd::panic, now);
    if (placed_) listenFrom(now.tick(), now);
  } else if (std::holds_alternative<Again>(command)) {
    againRequested_ = !lastPrompt_.empty();
    if (againRequested_) layBars(now);
  } else if (std::holds_alternative<Record>(command)) {
    recording_ = true;
    if (phase_ == Phase::listening && !committed_) {
      recorder_.clear();
      listenFrom_ = now.tick();
    }
  } else if (std::holds_alternative<Play>(command)) {
    playRequested_ = true;
    layBars(now);
    if (phase_ == Phase::listening && !committed_ && guardPassed_ && armed()) commit(now);
  }
}

// ---- answering

Tick Conversation::lead(const Timeline& line) const {
  if (settings_.offset >= Nanos{0}) return Tick{0};
  const double ticks = static_cast<double>(-settings_.offset.count()) / line.tempo.nanosPerTick();
  return Tick{static_cast<std::int64_t>(std::ceil(ticks))};
}

void Conversation::commit(Now now) {
  if (!committed_) begin_ = callEnd_ = barEnd();
  if (!turnBegun_) id_ = {id_.turn + 1, 0};
  turnBegun_ = true;
  ++id_.take;

  const bool again = againRequested_ || againCommitted_;
  if (!again) {
    const auto prompt = recorder_.prompt(settings_.promptMeasures, callEnd_, settings_.meter);
    lastPrompt_.assign(prompt.notes.begin(), prompt.notes.end());
    lastPlan_.callBars = prompt.bars;
  }
  lastPlan_.id = id_;
  lastPlan_.meter = settings_.meter;
  lastPlan_.answerBars = settings_.measures;
  lastPlan_.tempo = now.line.tempo;
  lastPlan_.seed = settings_.seed;

  // What is known of an answer to the call as it was is kept, in case the new one does not come in time.
  comingExpected_ = committed_;
  (committed_ ? coming_ : reply_).expect(lastPlan_, settings_);
  committed_ = true;
  againCommitted_ = again;
  againRequested_ = false;
  recommit_ = false;
  thinker_.commit(lastPlan_, lastPrompt_);
}

void Conversation::openAnswer(Now now) {
  if (recommit_) commit(now);
  if (settings_.late == Late::wait && !waited_ && !reply_.leadReady(0)) {
    waited_ = true;
    begin_ += settings_.meter.bar();
    return;
  }
  opened_ = true;
  report_ = TurnReport{};
  report_.turn = ++answered_;
  report_.begin = begin_;
  report_.meter = settings_.meter;
  report_.callBars = lastPlan_.callBars;
  report_.callNotes = static_cast<int>(lastPrompt_.size());
  report_.bars = lastPlan_.answerBars;
  report_.waited = waited_;
  notesBefore_ = player_.notesSent();
  decideBar();
  player_.outbox().endAt(answerEnd());
}

void Conversation::startAnswer(Now now) {
  began_ = now.line.timeAt(begin_);
  report_.bpm = now.line.tempo.bpm();
  recording_ = false;
  playRequested_ = false;
  enter(Phase::answering, begin_, now);
}

void Conversation::decideBar() {
  const int bar = reply_.decided();
  takeOver(bar);
  report_.rungs[static_cast<std::size_t>(bar)] = reply_.decide(bar, begin_, player_.outbox());
}

/// The answer to the changed call goes on from `bar`, if it is ready for that.
bool Conversation::takeOver(int bar) {
  if (!comingExpected_ || !coming_.leadReady(bar)) return false;
  coming_.joinAt(bar);
  std::swap(reply_, coming_);
  comingExpected_ = false;
  return true;
}

void Conversation::think(const Thought& thought, Now now) {
  if (!committed_) return;
  const bool isComing = comingExpected_ && thought.id == coming_.plan().id;
  if (!isComing && thought.id != reply_.plan().id) return;
  (isComing ? coming_ : reply_).take(thought);
  if (thought.voice != Voice::lead) return;
  const bool begun = phase_ == Phase::answering;
  if (isComing && !begun && takeOver(0)) {
    coveredAt_ = now.time;
    if (opened_) player_.outbox().dropUnsent();
    if (opened_) report_.rungs[0] = reply_.decide(0, begin_, player_.outbox());
  }
  if (!coveredAt_ && reply_.leadReady(0)) coveredAt_ = now.time;
  if (!opened_) return;
  if (!begun && report_.rungs[0] != Rung::answer && reply_.leadReady(0)) {  // opened early, and ready after all
    player_.outbox().dropUnsent();
    report_.rungs[0] = reply_.decide(0, begin_, player_.outbox());
  }
  reply_.deliver(begin_, now.line.tickAt(now.time - player_.offset() - kHardlyLate), player_.outbox());
}

void Conversation::finish(TurnEnd why, Now now) {
  if (phase_ == Phase::answering) {
    report_.barsPlayed = reply_.decided();
    report_.notes = static_cast<int>(player_.notesSent() - notesBefore_ + player_.outbox().pending());
    report_.lateNotes = reply_.lateNotes();
    const auto played = report_.rungs.begin() + report_.barsPlayed;
    report_.lateBars =
        static_cast<int>(std::count_if(report_.rungs.begin(), played, [](Rung rung) { return rung != Rung::answer; }));
    if (coveredAt_) report_.margin = began_ + std::min(Nanos{0}, player_.offset()) - *coveredAt_;
    report_.end = why;
    journal_.write(TurnEnded{report_}, now.time);
  }
  if (turnBegun_) thinker_.cancel(id_);
  turnBegun_ = committed_ = comingExpected_ = againCommitted_ = opened_ = waited_ = recommit_ = false;
  yieldAt_.reset();
  coveredAt_.reset();
}

}  // namespace antiphon
