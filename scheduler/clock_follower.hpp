// Follows a MIDI clock: counts its pulses exactly, and estimates when they truly fall.
#pragma once

#include <optional>

#include "scheduler/pulse_line.hpp"
#include "scheduler/time.hpp"
#include "scheduler/timeline.hpp"

namespace antiphon {

/// Pulses are counted, time is estimated: filtering never changes the count.
class ClockFollower {
 public:
  /// F8. While running it is the pulse at position(), and position() moves on; while stopped it only teaches the tempo.
  /// Realtime: yes.
  void pulse(Nanos arrival);

  /// FA: from the top; the next pulse is tick 0. Realtime: yes.
  void start();
  /// FB: on from position(). Realtime: yes.
  void resume();
  /// FC. Realtime: yes.
  void stop();
  /// F2: the next pulse is `position`. Realtime: yes.
  void moveTo(Tick position);
  /// The clock has been silent for too long: the next pulse begins a new line, though at the tempo known so far.
  /// Realtime: yes.
  void lose();

  bool running() const { return running_; }
  /// The tick that the next counted pulse will have.
  Tick position() const { return position_; }
  /// The last pulse counted since the transport last started or moved; nothing before the first.
  std::optional<Tick> lastPulse() const { return lastPulse_; }
  /// When the last pulse arrived, counted or not.
  Nanos lastArrival() const { return lastArrival_; }
  /// The best estimate at this moment. It means something once lastPulse() does. Realtime: yes.
  const Timeline& timeline() const { return timeline_; }

 private:
  PulseLine line_{};
  Timeline timeline_{};
  bool running_ = false;
  bool heard_ = false;
  Tick position_{};
  std::optional<Tick> lastPulse_{};
  Nanos lastArrival_{};
};

}  // namespace antiphon
