#include "bridge/track_bytes.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace antiphon {
namespace {

using Bytes = TrackBytes::Bytes;

constexpr std::int64_t kLongestDelta = 0x0FFFFFFF;  // four bytes of seven bits

constexpr std::uint8_t kText = 0x01;
constexpr std::uint8_t kTrackName = 0x03;
constexpr std::uint8_t kEndOfTrack = 0x2F;
constexpr std::uint8_t kSetTempo = 0x51;
constexpr std::uint8_t kTimeSignature = 0x58;
constexpr std::uint8_t kAllSoundOff = 120;

std::uint8_t low(std::int64_t value) { return static_cast<std::uint8_t>(value & 0xFF); }

/// Seven bits a byte, most significant first.
void appendLength(Bytes& bytes, std::int64_t value) {
  int shift = 21;
  while (shift > 0 && (value >> shift) == 0) shift -= 7;
  for (; shift > 0; shift -= 7) bytes.push_back(low(((value >> shift) & 0x7F) | 0x80));
  bytes.push_back(low(value & 0x7F));
}

/// The time since the event before; an empty text stands on the way where it is too long for one step.
void appendDelta(Bytes& bytes, Tick& last, Tick at) {
  std::int64_t delta = std::max(at - last, Tick{}).count;
  last = std::max(last, at);
  for (; delta > kLongestDelta; delta -= kLongestDelta) {
    appendLength(bytes, kLongestDelta);
    bytes.insert(bytes.end(), {0xFF, kText, 0});
  }
  appendLength(bytes, delta);
}

void appendMessage(Bytes& bytes, Tick& last, Tick at, const MidiMessage& message) {
  appendDelta(bytes, last, at);
  bytes.insert(bytes.end(), message.view().begin(), message.view().end());
}

}  // namespace

TrackBytes::TrackBytes(std::string_view name) { meta({}, kTrackName, Bytes{name.begin(), name.end()}); }

void TrackBytes::meta(Tick at, std::uint8_t type, std::span<const std::uint8_t> data) {
  appendDelta(bytes_, last_, at);
  bytes_.insert(bytes_.end(), {0xFF, type});
  appendLength(bytes_, static_cast<std::int64_t>(data.size()));
  bytes_.insert(bytes_.end(), data.begin(), data.end());
}

void TrackBytes::setMeter(Tick at, Meter meter) {
  const int unit = std::countr_zero(static_cast<unsigned>(std::max(meter.unit, 1)));  // written as a power of two
  const std::array<std::uint8_t, 4> data{low(meter.beats), low(unit), low(meter.beat().count / kPulse.count), 8};
  meta(at, kTimeSignature, data);
}

void TrackBytes::setTempo(Tick at, Tempo tempo) {
  const double quarter = tempo.nanosPerTick() * static_cast<double>(kQuarter.count) / 1000.0;
  const std::int64_t micros = std::llround(std::clamp(quarter, 1.0, double{0xFFFFFF}));
  const std::array<std::uint8_t, 3> data{low(micros >> 16), low(micros >> 8), low(micros)};
  meta(at, kSetTempo, data);
}

bool TrackBytes::message(Tick at, const MidiMessage& m) {
  const std::size_t size = m.kind() == 0xC0 || m.kind() == 0xD0 ? 2 : 3;
  if (!m.isChannelMessage() || m.size != size || m.data1() > 0x7F || (size == 3 && m.data2() > 0x7F)) return false;
  const std::uint8_t channel = m.channel();
  const auto isDown = [&](std::uint8_t pitch) { return keys_[channel][pitch]; };
  const auto lift = [&](std::uint8_t pitch) { release(at, MidiMessage::noteOff(channel, pitch)); };

  if (m.isNoteOff()) {
    if (!isDown(m.data1())) return false;
    release(at, m);
    return true;
  }
  if (m.isNoteOn()) {
    if (isDown(m.data1())) lift(m.data1());
    keys_[channel].set(m.data1());
    ++sounding_;
  } else if (m.isController(midi::kAllNotesOff) || m.isController(kAllSoundOff)) {
    for (std::uint8_t pitch = 0; pitch < 128; ++pitch) {
      if (isDown(pitch)) lift(pitch);
    }
  } else if (m.isController(midi::kSustain)) {
    pedals_[channel] = m.data2() >= 64;
  }
  appendMessage(bytes_, last_, at, m);
  return true;
}

void TrackBytes::letGo(Tick at) {
  appendLetGo(bytes_, last_, at);
  for (Keys& keys : keys_) keys.reset();
  sounding_ = 0;
  pedals_.reset();
}

Bytes TrackBytes::ending(Tick now, Tick end) const {
  Bytes bytes;
  Tick last = last_;
  appendLetGo(bytes, last, now);
  appendDelta(bytes, last, end);
  bytes.insert(bytes.end(), {0xFF, kEndOfTrack, 0});
  return bytes;
}

void TrackBytes::appendLetGo(Bytes& bytes, Tick& last, Tick at) const {
  for (std::uint8_t channel = 0; channel < 16; ++channel) {
    for (std::uint8_t pitch = 0; pitch < 128 && keys_[channel].any(); ++pitch) {
      if (keys_[channel][pitch]) appendMessage(bytes, last, at, MidiMessage::noteOff(channel, pitch));
    }
    if (pedals_[channel]) appendMessage(bytes, last, at, MidiMessage::controller(channel, midi::kSustain, 0));
  }
}

std::array<std::uint8_t, 8> TrackBytes::chunkHead(std::size_t endingSize) const {
  const auto size = static_cast<std::int64_t>(bytes_.size() + endingSize);
  return {'M', 'T', 'r', 'k', low(size >> 24), low(size >> 16), low(size >> 8), low(size)};
}

void TrackBytes::release(Tick at, const MidiMessage& noteOff) {
  appendMessage(bytes_, last_, at, noteOff);
  keys_[noteOff.channel()].reset(noteOff.data1());
  --sounding_;
}

}  // namespace antiphon
