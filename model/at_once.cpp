#include "model/at_once.hpp"

namespace antiphon {
namespace {

class Collector final : public AnswerStream {
 public:
  void note(const Note& note) override { notes.push_back(note); }
  void reached(Tick) override {}
  bool cancelled() const override { return false; }
  std::vector<Note> notes{};
};

}  // namespace

std::vector<Note> answerAtOnce(Answerer& answerer, const Call& call) {
  Collector collector;
  answerer.begin(call.plan);
  answerer.commit(call, collector);
  return std::move(collector.notes);
}

}  // namespace antiphon
