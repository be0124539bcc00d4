// Plays the calls where nobody else does: on a machine without MIDI, to show the thing working.
#pragma once

#include <vector>

#include "bridge/band.hpp"
#include "bridge/midi_backend.hpp"

namespace antiphon {

/// Stands between a back end and the band, and plays a built-in call into each bar that is listened to, on the
/// internal clock. Realtime: yes.
class DemoPlayer final : public MidiClient {
 public:
  /// `onward` is the band, or what stands before it.
  DemoPlayer(const Band& band, MidiClient& onward, const Settings& settings);
  /// Plays these calls in turn instead.
  DemoPlayer(const Band& band, MidiClient& onward, const Settings& settings,
             const std::vector<std::vector<Note>>& calls);

  void cycle(const CardCycle& cycle) override { onward_.cycle(cycle); }
  void receive(Inlet inlet, std::span<const std::uint8_t> packet, Nanos when) override;
  void advance(Nanos until) override;
  Nanos nextDue() const override;
  void portLost(Nanos when) override { onward_.portLost(when); }
  void farewell(Nanos when) override { onward_.farewell(when); }

 private:
  struct Stroke {
    Tick at;  // from the start of the call
    std::uint8_t pitch;
    std::uint8_t velocity;  // 0: release
    std::uint8_t channel;
  };
  void write(const std::vector<Note>& call);
  void takeTurn(Nanos now);
  Nanos nextStroke() const;
  void playStroke(Nanos when);

  const Band& band_;
  MidiClient& onward_;
  Tick bar_;
  std::vector<std::vector<Stroke>> calls_;  // played in turn
  std::size_t call_ = 0;
  std::size_t stroke_ = 0;
  Tick start_{};          // of the call under way
  bool playing_ = false;  // it has not been played to its end
  bool played_ = false;   // and the answer has not come yet
};

}  // namespace antiphon
