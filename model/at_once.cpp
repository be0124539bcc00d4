#include "model/at_once.hpp"

#include <utility>

namespace antiphon {
namespace {

class Collector final : public AnswerStream {
 public:
  Collector(const TurnPlan& plan, std::stop_token stop)
      : answer{plan.meter, plan.answerBars, {}, {}}, stop_{std::move(stop)} {}
  void note(const Note& note) override { answer.notes.push_back(note); }
  void pedal(const Pedal& pedal) override { answer.pedals.push_back(pedal); }
  void reached(Tick) override {}
  bool cancelled() const override { return stop_.stop_requested(); }
  Phrase answer;

 private:
  std::stop_token stop_;
};

}  // namespace

Phrase answerAtOnce(Answerer& answerer, const Call& call, std::stop_token stop) {
  Collector collector{call.plan, std::move(stop)};
  answerer.begin(call.plan);
  answerer.commit(call, collector);
  return std::move(collector.answer);
}

}  // namespace antiphon
