// One answer on its way: what the thinkers have sent of it, and the ladder that decides who plays each bar.
#pragma once

#include <array>
#include <vector>

#include "scheduler/outbox.hpp"
#include "scheduler/settings.hpp"
#include "scheduler/turn.hpp"

namespace antiphon {

/// The deadline ladder, bar by bar: the lead's notes; else the understudy's; else a rest. A bar once decided stays so.
/// Where another takes over, pedals come up, and go where the one who plays from there has them by then. No memory is
/// taken after construction; every call: Realtime: yes.
class Reply {
 public:
  static constexpr std::size_t kMostNotes = 8192;
  static constexpr std::size_t kMostPedals = 2048;

  Reply();

  /// A new try at an answer: whatever was known of an earlier one is forgotten.
  void expect(const TurnPlan& plan, const Settings& settings);
  const TurnPlan& plan() const { return plan_; }
  Tick length() const { return plan_.answerBars * plan_.meter.bar(); }

  /// Takes in a thought for this reply; deliver() then plays what belongs to the bar under way.
  void take(const Thought& thought);

  /// The lead has thought far enough for bar `bar` to begin.
  bool leadReady(int bar) const { return ready(voices_[0], bar); }

  /// Decides who plays bar `bar` and puts its notes into the outbox; `begin` is where the answer's tick 0 falls.
  Rung decide(int bar, Tick begin, Outbox& outbox);
  /// Puts into the outbox what the lead has added since to the bar under way, if that bar is the lead's. A note due
  /// before `earliest` has come too late; a pedal then moves at once, for what it does goes on.
  void deliver(Tick begin, Tick earliest, Outbox& outbox);
  /// Notes of the lead that came after their moment and were left out.
  int lateNotes() const { return lateNotes_; }
  /// Bars decided so far.
  int decided() const { return decided_; }
  /// The bars before `bar` were another reply's.
  void joinAt(int bar) { decided_ = bar; }

 private:
  struct VoicePart {
    std::vector<Note> notes;  // as they came: in order of onset
    std::size_t used = 0;     // how many went to the outbox or were passed over
    std::vector<Pedal> pedals;
    std::size_t pedalsUsed = 0;
    Tick reached{};  // nothing before this will come
    Tick lastOnset{-1};
    bool done = false;
    bool failed = false;
  };

  void takeNote(VoicePart& part, const Note& note);
  void takePedal(VoicePart& part, const Pedal& pedal);
  bool ready(const VoicePart& part, int bar) const;
  void hand(VoicePart& part, Tick from, Tick to, Tick cut, Tick begin, Outbox& outbox);
  /// Pedals up to `to`; what should have moved before `from` moves there.
  void handPedals(VoicePart& part, Tick from, Tick to, Tick begin, Outbox& outbox);
  Note placed(const Note& note, Tick begin, Tick cut) const;
  Tick onGrid(Tick onset) const;

  TurnPlan plan_{};
  Settings settings_{};
  std::array<VoicePart, 2> voices_;  // lead, understudy
  int decided_ = 0;
  Rung current_ = Rung::rest;  // who plays the bar decided last
  int lateNotes_ = 0;
};

}  // namespace antiphon
