#include "model/at_once.hpp"

namespace antiphon {
namespace {

class Collector final : public AnswerStream {
 public:
  explicit Collector(const TurnPlan& plan) : answer{plan.meter, plan.answerBars, {}, {}} {}
  void note(const Note& note) override { answer.notes.push_back(note); }
  void pedal(const Pedal& pedal) override { answer.pedals.push_back(pedal); }
  void reached(Tick) override {}
  bool cancelled() const override { return false; }
  Phrase answer;
};

}  // namespace

Phrase answerAtOnce(Answerer& answerer, const Call& call) {
  Collector collector{call.plan};
  answerer.begin(call.plan);
  answerer.commit(call, collector);
  return std::move(collector.answer);
}

}  // namespace antiphon
