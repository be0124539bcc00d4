// What several hands do with a single row. Hands that meet lose a microsecond or two, so they meet twice a layer: a
// hand takes heads from their queries to what they add to the row, and sections of the hidden numbers from their gates
// to the same. What they add is summed up in the order of heads and sections, whoever made it.
#include <algorithm>

#include "model/compute/trunk.hpp"

namespace antiphon::compute {
namespace {

// Beyond that a unit takes so long that waiting for the last one costs more than meeting again.
constexpr std::size_t kMostBytesEach = std::size_t{160} << 10;

}  // namespace

bool Trunk::headsTogether(const TrunkLayer& layer) const {
  return crew_->hands() > 1 && headsAreSections() &&
         (layer.qkv.bytes() + layer.out.bytes()) / at(plan_.heads) <= kMostBytesEach;
}

bool Trunk::feedsTogether(const Packed& gate, const Packed* up, const Packed& down) const {
  const int sections = feedSections(down.depth);
  return crew_->hands() > 1 && sections >= crew_->hands() &&
         (gate.bytes() * (up != nullptr ? 2 : 1) + down.bytes()) / at(sections) <= kMostBytesEach;
}

void Trunk::heads(int layer) {
  catchUp();
  const TrunkLayer& own = layers_[at(layer)];
  Job& job = fresh(Kind::heads, 1);
  job.units = plan_.heads;
  job.matrix = &own.qkv;
  job.last = &own.out;
  job.sections = plan_.heads;
  job.layer = layer;
  job.place = length_;
  std::copy_n(cosine(0), half(), job.turns.data());
  std::copy_n(sine(0), half(), job.turns.data() + half());
  job.in.take(own.qkv.format, level_.data(), at(plan_.width), plan_.width, 1);
  run(job, own.qkv.bytes() + own.out.bytes() + at(length_) * at(plan_.width) * 2 * bytesOf(plan_.memory));
  addTo(x_.data(), sum_.data(), plan_.width);
  unrememberedLayer_ = layer;
}

/// What the last heads() made known is written down when the next job has been handed over: nobody reads it before the
/// next step, and until then those who made it have nothing else to remember.
void Trunk::catchUp() {
  if (unrememberedLayer_ < 0) return;
  for (int head = 0; head < plan_.heads; ++head) {
    const std::byte* const from = hands_[at(rememberedBy_[at(head)])].known.data() + at(head) * 2 * rowBytes_;
    std::copy_n(from, rowBytes_, keys(length_, unrememberedLayer_, head));
    std::copy_n(from + rowBytes_, rowBytes_, values(length_, unrememberedLayer_, head));
  }
  unrememberedLayer_ = -1;
}

/// What a hand makes of heads: queries, keys and values as in qkv_, and behind them what each head adds to the row.
void Trunk::lookFrom(const Job& job, int head, int hand) {
  const int width = plan_.headWidth(), panels = width / kPanel;
  Hand& own = hands_[at(hand)];
  float* const query = own.made.data() + at(head * width);
  float* const key = query + plan_.width;
  for (int part = 0; part < 3; ++part) {
    const int first = (part * plan_.width + head * width) / kPanel;
    compute::multiply(*job.matrix, first, panels, 1, job.in.view, own.made.data(), 3 * at(plan_.width));
  }
  turn(query, key, job.turns.data(), job.turns.data() + half());
  std::byte* const known = own.known.data() + at(head) * 2 * rowBytes_;
  remember(key, width, plan_.memory, known);
  remember(key + plan_.width, width, plan_.memory, known + rowBytes_);
  lookBack(past(job.place, job.layer, head), known, known + rowBytes_, query, own.scores.data(), query);
  const InputView& heard = own.in.take(job.last->format, query, at(width), width, 1);
  multiplyApart(*job.last, {job.sections, head, 1}, heard, addends(job, own) + at(head * plan_.width), at(plan_.width));
}

void Trunk::feedTogether(const Packed& gate, const Packed* up, const Packed& down, const float* in, float* onto) {
  Job& job = fresh(Kind::feeding, 1);
  job.matrix = &gate;
  job.second = up;
  job.last = &down;
  job.sections = job.units = feedSections(down.depth);
  job.in.take(gate.format, in, at(gate.depth), gate.depth, 1);
  run(job, gate.bytes() * (up != nullptr ? 2 : 1) + down.bytes());
  addTo(onto, sum_.data(), down.outputs);
}

/// What a hand makes of sections: gates, what they let through, and behind them what each section adds to the row.
void Trunk::feedFrom(const Job& job, Stretch sections, int hand) {
  const int begin = hiddenBegin(*job.last, sections.first);
  const int hidden = hiddenBegin(*job.last, sections.first + sections.count) - begin;
  Hand& own = hands_[at(hand)];
  float* const gate = own.made.data();
  float* const up = gate + job.matrix->outputs;
  const int first = begin / kPanel, count = panelsFor(hidden);
  compute::multiply(*job.matrix, first, count, 1, job.in.view, gate, at(job.matrix->outputs));
  if (job.second != nullptr) compute::multiply(*job.second, first, count, 1, job.in.view, up, at(job.second->outputs));
  gated(gate + begin, job.second != nullptr ? up + begin : nullptr, hidden);
  const InputView& in = own.in.take(job.last->format, gate + begin, at(hidden), hidden, 1);
  const int outputs = job.last->outputs;
  multiplyApart(*job.last, {job.sections, sections.first, sections.count}, in,
                addends(job, own) + at(sections.first * outputs), at(outputs));
}

/// Where what a hand's units add to the row begins.
float* Trunk::addends(const Job& job, Hand& hand) {
  return hand.made.data() + at(job.kind == Kind::heads ? 3 * plan_.width : 2 * job.matrix->outputs);
}

/// Sums run in the order of units, whoever made them.
void Trunk::addUp(const Job& job, Stretch units, int hand) {
  const int width = job.last->outputs;
  for (int unit = units.first; unit < units.first + units.count; ++unit) {
    const float* from = addends(job, hands_[at(hand)]) + at(unit * width);
    if (unit == 0) std::copy_n(from, width, sum_.data());
    else addTo(sum_.data(), from, width);
    if (job.kind == Kind::heads) rememberedBy_[at(unit)] = hand;
  }
}

}  // namespace antiphon::compute
