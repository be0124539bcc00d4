#include "model/virtual_thinker.hpp"

#include <utility>

namespace antiphon {
namespace {

class Collected : public AnswerStream {
 public:
  Collected(TurnId id, Voice voice, std::function<void(const Thought&)> take) : take_{std::move(take)} {
    thought_.id = id;
    thought_.voice = voice;
  }
  void note(const Note& note) override { pass(Thought::Kind::note, note); }
  void pedal(const Pedal& pedal) override { pass(Thought::Kind::pedal, {}, pedal); }
  void reached(Tick tick) override { pass(Thought::Kind::reached, {tick, Tick{1}}); }
  bool cancelled() const override { return false; }
  void end(Thought::Kind kind) { pass(kind, {}); }

 private:
  void pass(Thought::Kind kind, const Note& note, const Pedal& pedal = {}) {
    thought_.kind = kind;
    thought_.note = note;
    thought_.pedal = pedal;
    take_(thought_);
  }
  Thought thought_{};
  std::function<void(const Thought&)> take_;
};

void answer(Answerer& answerer, const Call& call, Collected& out) {
  try {
    answerer.commit(call, out);
    out.end(Thought::Kind::done);
  } catch (const std::exception&) {  // the ladder takes over, as it would live
    out.end(Thought::Kind::failed);
  }
}

}  // namespace

VirtualThinker::VirtualThinker(Answerer& lead, Answerer& understudy, Nanos delay, std::function<Nanos()> now)
    : lead_{lead}, understudy_{understudy}, delay_{delay}, now_{std::move(now)} {}

void VirtualThinker::begin(const TurnPlan& plan) { lead_.begin(plan); }

void VirtualThinker::feed(TurnId, const Note& note) { lead_.feed(note); }

void VirtualThinker::commit(const TurnPlan& plan, std::span<const Note> prompt) {
  leads_.clear();
  understudys_.clear();
  const Call call{plan, Phrase{plan.meter, plan.callBars, {prompt.begin(), prompt.end()}}};
  const Nanos now = now_();
  const bool same = &lead_ == &understudy_;
  Collected lead{plan.id, Voice::lead, [&](Thought thought) {
                   leads_.push_back({thought, now + delay_});
                   thought.voice = Voice::understudy;
                   if (same && delay_ > Nanos{0}) understudys_.push_back({thought, now});
                 }};
  answer(lead_, call, lead);
  if (same) return;
  Collected understudy{plan.id, Voice::understudy, [&](const Thought& thought) {
                         understudys_.push_back({thought, now});
                       }};
  answer(understudy_, call, understudy);
}

void VirtualThinker::cancel(TurnId) {
  leads_.clear();
  understudys_.clear();
}

Nanos VirtualThinker::nextArrival() const {
  Nanos next = Nanos::max();
  if (!understudys_.empty()) next = understudys_.front().arrival;
  if (!leads_.empty()) next = std::min(next, leads_.front().arrival);
  return next;
}

Thought VirtualThinker::takeNext() {
  const bool fromUnderstudy =
      !understudys_.empty() && (leads_.empty() || understudys_.front().arrival <= leads_.front().arrival);
  auto& queue = fromUnderstudy ? understudys_ : leads_;
  const Thought thought = queue.front().thought;
  queue.pop_front();
  return thought;
}

}  // namespace antiphon
