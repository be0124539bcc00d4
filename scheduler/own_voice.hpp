// Knows our own notes when they come back in by the input.
#pragma once

#include <array>
#include <cstdint>

#include "scheduler/midi_message.hpp"
#include "scheduler/time.hpp"

namespace antiphon {

/// Many set-ups feed the output back into the input. What comes in soon after we sent the same (pitch and velocity;
/// the channel may be changed on the way) is ours, if there is such a loop: then nearly all that we send comes back,
/// while a player who happens to strike our last note again does so once. So the notes sent are watched, and only
/// while most of them return is anything taken for our own. Until the first can be judged, a match counts as ours.
/// Every call: Realtime: yes.
class OwnVoice {
 public:
  /// Twice the largest buffer that a DAW is run with (4096 frames at 44.1 kHz), and some.
  static constexpr Nanos kLongestLoop = std::chrono::milliseconds{250};

  void sent(const MidiMessage& message, Nanos when);
  bool heard(const MidiMessage& message, Nanos when);

 private:
  struct Sent {
    std::uint32_t fingerprint = 0;
    bool noteOn = false;
    bool returned = false;
    Nanos when{};
  };

  /// The same for the two spellings of a note-off, and for every channel.
  static std::uint32_t fingerprint(const MidiMessage& message);
  void judge(Nanos now);
  Sent& at(std::uint64_t index) { return recent_[index % recent_.size()]; }

  std::array<Sent, 1024> recent_{};
  std::uint64_t count_ = 0;   // sent so far
  std::uint64_t judged_ = 0;  // of these, too old to come back
  bool anyJudged_ = false;
  double share_ = 1.0;  // of the notes sent lately that came back
  Nanos slowest_{0};    // return seen
};

}  // namespace antiphon
