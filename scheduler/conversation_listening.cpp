// The listening half of the conversation: what the player's hands do.
#include <algorithm>

#include "scheduler/conversation.hpp"

namespace antiphon {
namespace {

/// So many times a call may change inside the guard and be committed at once; after that, once more at the bar line.
constexpr std::uint32_t kMostTakes = 8;

}  // namespace

void Conversation::listenFrom(Tick tick, Now now) {
  settings_ = wanted_;
  player_.setOffset(settings_.offset);
  recorder_.clear();
  listenFrom_ = tick;
  guardPassed_ = false;
  origin_ = Tick{0};
  anchored_ = settings_.anchor == Anchor::transport;
  barStart_ = floorTo(tick - origin_, settings_.meter.bar()) + origin_;
  enter(Phase::listening, tick, now);

  early_.forEach([&](const EarlyNotes::Struck& note) {
    const Tick pressed = now.line.tickAt(note.when);
    if (roundTo(pressed, kPulse) + kAnticipation < tick || !callIsOpen(tick)) return;
    takeDown(note.noteOn, pressed, now);
    if (!note.released) return;
    const auto over = recorder_.release(note.noteOn.channel(), note.noteOn.data1(), now.line.tickAt(*note.released));
    if (over) feed(*over);
  });
  early_.clear();
}

void Conversation::nextBar() {
  barStart_ += settings_.meter.bar();
  guardPassed_ = false;
}

void Conversation::layBars(Now now) {
  if (anchored_ || !placed_) return;
  origin_ = Tick{0};
  barStart_ = floorTo(now.tick(), settings_.meter.bar());
  anchored_ = true;
}

bool Conversation::callIsOpen(Tick tick) const {
  if (!placed_ || phase_ != Phase::listening || againCommitted_) return false;
  if (settings_.mode == Mode::manual && !recording_) return false;
  return !committed_ || tick < callEnd_;
}

/// The answer is to begin where the bar under way ends.
bool Conversation::armed() const {
  if (againRequested_) return true;
  if (settings_.mode == Mode::manual) return playRequested_ && recorder_.barsBefore(barEnd()) > 0;
  return recorder_.hasNotesIn(barStart_) && recorder_.barsBefore(barEnd()) >= settings_.humanMeasures;
}

void Conversation::hear(const MidiMessage& message, Now now) {
  if (!message.isChannelMessage()) return;
  if (isTrigger(message, now)) return;
  if (settings_.channel && message.channel() != *settings_.channel) return;
  const bool known = message.isNoteOn() || message.isNoteOff() || message.kind() == 0xB0;
  if (!known) return;
  if (player_.ownVoice().heard(message, now.time)) {
    ++tally_.ownNotesHeard;
    return;
  }
  if (placed_) journal_.write(Heard{message, now.tick()}, now.time);

  const auto over = [this](const Note& note) { feed(note); };
  if (message.isNoteOn()) {
    press(message, now);
  } else if (message.isNoteOff()) {
    release(message, now);
  } else if (message.isController(midi::kSustain)) {
    recorder_.pedal(message.channel(), message.data2() >= 64, now.tick(), over);
  } else if (message.isController(midi::kAllNotesOff) || message.isController(midi::kAllSoundOff)) {
    recorder_.releaseAll(message.channel(), now.tick(), over);
  }
}

void Conversation::press(const MidiMessage& noteOn, Now now) {
  held_.set(heldIndex(noteOn));
  if (callIsOpen(now.tick())) {
    takeDown(noteOn, now.tick(), now);
    return;
  }
  early_.press(noteOn, now.time);
  if (phase_ == Phase::answering && settings_.overlap == Overlap::yield && !yieldAt_) {
    const Tick beat = origin_ + ceilTo(now.tick() + Tick{1} - origin_, settings_.meter.beat());
    if (beat < answerEnd()) yieldAt_ = beat;
  }
}

void Conversation::release(const MidiMessage& noteOff, Now now) {
  if (!held_.test(heldIndex(noteOff))) ++tally_.strayNoteOffs;
  held_.reset(heldIndex(noteOff));
  early_.release(noteOff, now.time);
  if (!placed_) return;
  if (const auto over = recorder_.release(noteOff.channel(), noteOff.data1(), now.tick())) feed(*over);
}

void Conversation::takeDown(const MidiMessage& noteOn, Tick pressed, Now now) {
  if (!anchored_) {
    origin_ = barStart_ = std::max(roundTo(pressed, kPulse), listenFrom_);
    listenFrom_ = origin_;
    anchored_ = true;
  }
  const Tick end = barEnd();
  const bool nextBarListens = !committed_ && !armed();
  const bool anticipates = nextBarListens && roundTo(pressed, kPulse) + kAnticipation >= end;
  const Tick bar = anticipates ? end : barStart_;
  const Tick at = anticipates ? end : std::clamp(pressed, std::max(barStart_, listenFrom_), end - Tick{1});

  if (!turnBegun_) {
    turnBegun_ = true;
    id_ = {id_.turn + 1, 0};
    thinker_.begin(
        {id_, settings_.meter, settings_.promptMeasures, settings_.measures, now.line.tempo, settings_.seed});
  }
  const Note struck{at, Tick{1}, noteOn.data1(), noteOn.data2(), noteOn.channel()};
  if (!recorder_.press(bar, struck, pressed)) ++tally_.notesLeftOut;

  if (committed_) {
    recommit_ = true;
    if (id_.take < kMostTakes) commit(now);
  } else if (guardPassed_ && armed()) {
    commit(now);
  }
}

bool Conversation::isTrigger(const MidiMessage& message, Now now) {
  const auto matches = [&message](const std::optional<Trigger>& trigger) {
    if (!trigger || message.data1() != trigger->number) return false;
    return trigger->isNote ? message.isNoteOn() || message.isNoteOff() : message.kind() == 0xB0;
  };
  const auto act = [&](bool& down, const LiveCommand& command) {
    const bool pressed = message.isNoteOn() || (message.kind() == 0xB0 && message.data2() >= 64);
    if (pressed && !down) obey(command, now);
    down = pressed;
    return true;
  };
  if (matches(settings_.recordTrigger)) return act(recordDown_, Record{});
  if (matches(settings_.playTrigger)) return act(playDown_, Play{});
  return false;
}

}  // namespace antiphon
