#include "model/evaluation/drift.hpp"

#include <algorithm>
#include <cmath>

#include "model/improvisation.hpp"

namespace antiphon {
namespace {

std::vector<double> chances(std::span<const float> logits) {
  const float most = *std::ranges::max_element(logits);
  std::vector<double> all;
  double sum = 0;
  for (const float logit : logits) sum += all.emplace_back(std::exp(static_cast<double>(logit - most)));
  for (double& one : all) one /= sum;
  return all;
}

std::vector<GridNote> firstBar(Engine& engine, const native::Window& window) {
  native::StepWriter writer{
      {window.call.meter, window.callPart, window.answerPart, window.density, window.answer.bars}};
  engine.rollBack(0);
  engine.extend(native::opening(writer, window.text, window.call));
  Improvisation improvisation{engine, writer, Grammar{writer.brief()}, Sampler{1, {.temperature = 0}}};
  std::vector<GridNote> bar;
  while (!improvisation.over() && improvisation.barsDone() < 1) {
    if (const auto note = improvisation.next()) bar.push_back(*note);
  }
  return bar;
}

}  // namespace

void addDrift(Drift& drift, Engine& exact, Engine& rounded, const native::Window& window) {
  exact.rollBack(0);
  rounded.rollBack(0);
  for (const native::Step& step : native::encode(window)) {
    exact.extend({&step, 1});
    rounded.extend({&step, 1});
    if (!foretold(step)) continue;
    drift.exact.notes += step.out[native::pitchHead] >= 0;
    drift.rounded.notes += step.out[native::pitchHead] >= 0;
    std::vector<native::Row> said;
    for (std::size_t head = 0; head < native::kHeads; ++head) {
      if (step.out[head] < 0) continue;
      const auto choice = static_cast<std::size_t>(step.out[head]);
      const std::vector<double> p = chances(exact.speak(static_cast<native::Head>(head), said));
      const std::vector<double> q = chances(rounded.speak(static_cast<native::Head>(head), said));
      double nats = 0;
      for (std::size_t i = 0; i < p.size(); ++i) {
        if (p[i] > 0) nats += p[i] * std::log(p[i] / std::max(q[i], 1e-30));
      }
      drift.nats += nats;
      drift.worst = std::max(drift.worst, nats);
      ++drift.choices;
      drift.likeliestSame += std::ranges::max_element(p) - p.begin() == std::ranges::max_element(q) - q.begin();
      drift.exact.nats[head] -= std::log(p[choice]);
      drift.rounded.nats[head] -= std::log(std::max(q[choice], 1e-30));
      said.push_back(static_cast<native::Row>(native::kHeadRow[head] + step.out[head]));
    }
  }
  if (window.call.notes.empty()) return;
  ++drift.turns;
  drift.firstBarsSame += firstBar(exact, window) == firstBar(rounded, window);
}

}  // namespace antiphon
