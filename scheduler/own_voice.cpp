#include "scheduler/own_voice.hpp"

#include <algorithm>

namespace antiphon {

std::uint32_t OwnVoice::fingerprint(const MidiMessage& message) {
  if (message.isNoteOff()) return 0x800000u | static_cast<std::uint32_t>(message.data1() << 8);
  return static_cast<std::uint32_t>(message.kind() << 16 | message.data1() << 8 | message.data2());
}

void OwnVoice::sent(const MidiMessage& message, Nanos when) {
  judge(when);
  at(count_++) = {fingerprint(message), message.isNoteOn(), false, when};
}

bool OwnVoice::heard(const MidiMessage& message, Nanos when) {
  judge(when);
  const std::uint32_t wanted = fingerprint(message);
  const std::uint64_t oldest = std::max(judged_, count_ > recent_.size() ? count_ - recent_.size() : 0);
  for (std::uint64_t i = oldest; i < count_; ++i) {
    Sent& sent = at(i);
    if (sent.returned || sent.fingerprint != wanted || sent.when > when) continue;
    const Nanos delay = when - sent.when;
    const bool looped = share_ >= 0.5;
    if (looped && anyJudged_ && delay > slowest_ * 3 / 2 + std::chrono::milliseconds{10}) continue;
    sent.returned = true;
    slowest_ = std::max(slowest_, delay);
    return looped;
  }
  return false;
}

void OwnVoice::judge(Nanos now) {
  judged_ = std::max(judged_, count_ > recent_.size() ? count_ - recent_.size() : 0);
  for (; judged_ < count_ && now - at(judged_).when > kLongestLoop; ++judged_) {
    const Sent& sent = at(judged_);
    if (!sent.noteOn) continue;
    const double came = sent.returned ? 1.0 : 0.0;
    share_ = anyJudged_ ? share_ + (came - share_) / 8 : came;
    anyJudged_ = true;
  }
}

}  // namespace antiphon
