#include "bridge/synth_voice.hpp"

#include <cmath>

namespace antiphon {
namespace {

using synth::Gesture;
using synth::NodeId;

constexpr std::uint8_t kController = 0xB0, kPitchBend = 0xE0;
constexpr float kBendRange = 2;  // semitones either way, as every MIDI instrument has it unless told otherwise

float bendOf(const MidiMessage& message) {
  return kBendRange * static_cast<float>(message.data2() * 128 + message.data1() - 8192) / 8192;
}

}  // namespace

void SynthVoice::send(const MidiMessage& message, Nanos when) {
  onward_.send(message, when);
  if (!message.isChannelMessage()) return;
  const Moment at{moments_.of(when), moments_.countOf(when)};
  Channel& channel = channels_[message.channel()];
  const NodeId wanted{wanted_[message.channel()].load(std::memory_order_relaxed)};
  if (channel.hangs || !(channel.node == wanted)) letGo(channel, at);
  if (!channel.hangs) channel.node = wanted;
  if (channel.node == NodeId{}) return;

  const auto amount = static_cast<float>(message.data2()) / 127;
  const auto key = static_cast<float>(message.data1());
  if (message.isNoteOn()) {
    play(channel, {Gesture::Kind::keyDown, key, amount}, at);
  } else if (message.isNoteOff()) {
    if (!play(channel, {Gesture::Kind::keyUp, key, amount}, at)) channel.hangs = true;
  } else if (message.isController(midi::kSustain)) {
    if (!play(channel, {Gesture::Kind::pedal, 0, amount}, at)) channel.hangs = true;
  } else if (message.isController(midi::kAllNotesOff) || message.isController(midi::kAllSoundOff)) {
    if (!play(channel, {Gesture::Kind::allUp, 0, 0}, at)) channel.hangs = true;
  } else if (message.kind() == kController && message.data1() < kControllers) {
    turned_[message.channel() * kControllers + message.data1()].store(message.data2(), std::memory_order_relaxed);
    anyTurned_.store(true, std::memory_order_release);
  } else if (message.kind() == kPitchBend) {
    play(channel, {Gesture::Kind::bend, 0, bendOf(message)}, at);
  }
}

bool SynthVoice::play(const Channel& channel, const Gesture& gesture, const Moment& at) {
  if (engine_.play(channel.node, gesture, at.when, at.count)) return true;
  dropped_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

void SynthVoice::letGo(Channel& channel, const Moment& at) {
  channel.hangs =
      !(channel.node == NodeId{}) && !engine_.play(channel.node, {Gesture::Kind::allUp, 0, 0}, at.when, at.count);
}

}  // namespace antiphon
