// What the sustain pedals are about to do, and which of them are down.
#pragma once

#include <bitset>
#include <optional>
#include <vector>

#include "scheduler/note.hpp"

namespace antiphon {

/// A pianist who changes the pedal with a chord lets go as the keys go down, and catches the chord with the foot. So on
/// one tick a pedal comes up before the notes that begin there, and goes down behind them: what sounded until then does
/// not blur into the chord, and the chord is held. There is no time for more than that on one tick: of several changes
/// the last one holds. What changes nothing is not done. No memory is taken after construction; every call:
/// Realtime: yes.
class Pedals {
 public:
  static constexpr std::size_t kMostPending = 4096;

  Pedals() { pending_.reserve(kMostPending); }

  /// False when there is no room, or it is there already.
  bool add(const Pedal& pedal);
  /// Every pedal that may be down by then comes up at `at`.
  void lift(Tick at);
  void dropUnsent() { pending_.clear(); }
  /// Nothing is to come, and all are up.
  void forget();

  /// The one that is due first; none when nothing is to come.
  const Pedal* next() const { return pending_.empty() ? nullptr : &pending_.front(); }
  /// Takes the next one away; it is given back when it changes something.
  std::optional<Pedal> take();

 private:
  std::vector<Pedal> pending_;  // by tick; on one tick, what comes up before what goes down
  std::bitset<16> down_{};
};

}  // namespace antiphon
