// Thinks in virtual time: the answer is there at once, and arrives as late as one likes.
#pragma once

#include <deque>
#include <functional>

#include "model/answerer.hpp"
#include "scheduler/turn.hpp"

namespace antiphon {

/// For simulate, benchmarks and tests: no threads, so that every run is the same.
class VirtualThinker : public Thinker {
 public:
  /// `now` tells the virtual time; each thought of the lead's arrives `delay` after it was asked for.
  VirtualThinker(Answerer& lead, Answerer& understudy, Nanos delay, std::function<Nanos()> now);

  void begin(const TurnPlan& plan) override;
  void feed(TurnId id, const Note& note) override;
  void commit(const TurnPlan& plan, std::span<const Note> prompt) override;
  void cancel(TurnId id) override;

  /// When the next thought arrives; Nanos::max() when none is on its way.
  Nanos nextArrival() const;
  Thought takeNext();

 private:
  struct OnItsWay {
    Thought thought;
    Nanos arrival;
  };

  Answerer& lead_;
  Answerer& understudy_;
  Nanos delay_;
  std::function<Nanos()> now_;
  std::deque<OnItsWay> understudys_;  // two queues: each is in order of arrival by itself
  std::deque<OnItsWay> leads_;
};

}  // namespace antiphon
