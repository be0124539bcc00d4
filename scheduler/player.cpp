#include "scheduler/player.hpp"

#include <algorithm>

namespace antiphon {

std::optional<Nanos> Player::nextDue(const Timeline& timeline, Tick horizon) const {
  const auto tick = outbox_.nextTick();
  if (!tick || *tick > horizon) return std::nullopt;
  return timeline.timeAt(*tick) + offset_;
}

void Player::playDue(const Timeline& timeline, Tick horizon, Nanos now) {
  for (auto due = nextDue(timeline, horizon); due && *due <= now; due = nextDue(timeline, horizon)) {
    const Tick tick = *outbox_.nextTick();
    outbox_.sendDue(tick, [&](const MidiMessage& message) { send(message, tick, now); });
  }
}

void Player::settle(const Timeline& timeline, Nanos now) {
  const Tick at = timeline.tickAt(now - offset_);
  outbox_.settle([&](const MidiMessage& message) { send(message, at, now); });
}

void Player::panic(const Timeline& timeline, Nanos now) {
  settle(timeline, now);
  const Tick at = timeline.tickAt(now - offset_);
  for (std::uint8_t channel = 0; channel < 16; ++channel) {
    send(MidiMessage::controller(channel, midi::kSustain, 0), at, now);
    send(MidiMessage::controller(channel, midi::kAllNotesOff, 0), at, now);
  }
}

void Player::send(const MidiMessage& message, Tick at, Nanos when) {
  // A tempo that is estimated anew may put a tick before the message sent last: time does not go back.
  lastSent_ = std::max(lastSent_, when);
  sink_.send(message, lastSent_);
  ownVoice_.sent(message, lastSent_);
  if (message.isNoteOn()) ++notesSent_;
  journal_.write(Played{message, at}, lastSent_);
}

}  // namespace antiphon
