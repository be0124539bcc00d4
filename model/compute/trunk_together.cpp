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
  const std::size_t bytes = layer.qkv.bytes() + layer.out.bytes();
  return crew_->hands() > 1 && headsAreSections() && bytes >= kAloneBytes && bytes / at(plan_.heads) <= kMostBytesEach;
}

bool Trunk::feedsTogether(const Packed& gate, const Packed* up, const Packed& down) const {
  const int sections = feedSections(down.depth);
  const std::size_t bytes = gate.bytes() * (up != nullptr ? 2 : 1) + down.bytes();
  return crew_->hands() > 1 && sections >= crew_->hands() && bytes >= kAloneBytes &&
         bytes / at(sections) <= kMostBytesEach;
}

bool Trunk::goesTogether() const {
  return std::ranges::all_of(layers_, [&](const TrunkLayer& layer) {
    return headsTogether(layer) && feedsTogether(layer.gate, &layer.up, layer.down);
  });
}

void Trunk::heads(int layer) {
  Job& job = freshTogether(Kind::heads);
  prepare(job, layer, 0);
  runTogether(job);
  addTo(x_.data(), hands_[0]->sum.data(), plan_.width);
}

void Trunk::feedTogether(const Packed& gate, const Packed* up, const Packed& down, const float* in, float* onto) {
  Job& job = freshTogether(Kind::feeding);
  job.matrix = &gate;
  job.second = up;
  job.last = &down;
  job.sections = job.units = feedSections(down.depth);
  job.in.take(gate.format, in, at(gate.depth), gate.depth, 1);
  cut(job, bytesIn(job));
  runTogether(job);
  addTo(onto, hands_[0]->sum.data(), down.outputs);
}

/// A helper that did some of the last job may still be reading what the leader made for it.
Trunk::Job& Trunk::freshTogether(Kind kind) {
  if (kind == Kind::heads) catchUp();
  Job& job = fresh(kind, 1);
  job.side = side_ ^= helped_ ? 1u : 0u;
  return job;
}

std::size_t Trunk::bytesIn(const Job& job) const {
  const std::size_t past = job.kind == Kind::heads ? at(job.place) * at(plan_.width) * 2 * bytesOf(plan_.memory) : 0;
  return job.matrix->bytes() + (job.second != nullptr ? job.second->bytes() : 0) + job.last->bytes() + past;
}

/// The leader's next job, or a helper's, with the hand's row as it is now.
void Trunk::prepare(Job& job, int layer, int hand) {
  const TrunkLayer& own = layers_[at(layer)];
  const bool heads = job.kind == Kind::heads;
  job.layer = layer;
  job.matrix = heads ? &own.qkv : &own.gate;
  job.second = heads ? nullptr : &own.up;
  job.last = heads ? &own.out : &own.down;
  job.sections = job.units = heads ? plan_.heads : feedSections(own.down.depth);
  job.goesOn = together_ && (heads || at(layer) + 1 < layers_.size());
  const float* const row = rowOf(hand);
  float* const level = hands_[at(hand)]->level.data();
  compute::level(heads ? own.attentionNorm : own.forwardNorm, plan_.epsilon, row, level);
  job.in.take(job.matrix->format, level, at(plan_.width), plan_.width, 1);
  if (hand == 0) {
    job.place = length_;
    std::copy_n(cosine(0), half(), job.turns.data());
    std::copy_n(sine(0), half(), job.turns.data() + half());
    std::copy_n(row, plan_.width, job.row.data());
  }
  cut(job, bytesIn(job));
}

/// With all jobs that follow.
void Trunk::runTogether(Job& job) {
  foresee(job);
  crew_->run(job);
  helped_ = crew_->wasHelped();
}

/// What a helper needs for going on by itself, should it keep up.
const Order* Trunk::join(const Job& job, int hand) {
  Job& own = hands_[at(hand)]->job;
  own.kind = job.kind;
  own.parts = job.parts;
  own.begins = job.begins;
  own.last = job.last;
  own.layer = job.layer;
  own.place = job.place;
  own.side = job.side;
  std::ranges::copy(job.turns, own.turns.begin());
  std::ranges::copy(job.row, own.row.begin());
  return &own;
}

/// Every hand comes to the same, each for itself. In the last job of all that follow one another, nothing does.
const Order* Trunk::next(const Job& job, int hand) {
  const bool heads = job.kind == Kind::heads;
  const int layer = heads ? job.layer : job.layer + 1;
  const Kind kind = heads ? Kind::feeding : Kind::heads;
  addTo(rowOf(hand), hands_[at(hand)]->sum.data(), plan_.width);
  if (hand == 0) {
    helped_ = crew_->wasHelped();
    Job& to = freshTogether(kind);
    prepare(to, layer, hand);
    foresee(to);
    return &to;
  }
  Job& to = hands_[at(hand)]->job;
  to.kind = kind;
  to.side ^= 1;
  prepare(to, layer, hand);
  to.soon[at(hand)] = beginAfter(to, hand);
  return &to;
}

/// What a hand's share of the following job begins with.
Soon Trunk::beginAfter(const Job& job, int hand) const {
  if (!job.goesOn) return {};
  const auto shareBegin = [&](int units, int share) { return units * share / crew_->hands(); };
  if (job.kind == Kind::feeding) {
    const auto panelOf = [&](int share) { return shareBegin(plan_.heads, share) * plan_.headWidth() / kPanel; };
    return beginOf(layers_[at(job.layer) + 1].qkv, panelOf(hand), panelOf(hand + 1));
  }
  const TrunkLayer& own = layers_[at(job.layer)];
  const auto panelOf = [&](int share) {
    return hiddenBegin(own.down, shareBegin(feedSections(own.down.depth), share)) / kPanel;
  };
  return beginOf(own.gate, panelOf(hand), panelOf(hand + 1));
}

/// What heads made known last is written down when the next job has been handed over: nobody reads it before the
/// next step, and until then those who made it have nothing else to remember.
void Trunk::catchUp() {
  if (unrememberedLayer_ < 0) return;
  for (int head = 0; head < plan_.heads; ++head) {
    const Hand& hand = *hands_[at(rememberedBy_[at(head)])];
    const std::byte* const from = hand.known[at(unrememberedLayer_ % 2)].data() + at(head) * 2 * rowBytes_;
    std::copy_n(from, rowBytes_, keys(length_, unrememberedLayer_, head));
    std::copy_n(from + rowBytes_, rowBytes_, values(length_, unrememberedLayer_, head));
  }
  unrememberedLayer_ = -1;
}

/// Others have read what this hand's units added last: the lines are to be its own again before it writes.
void Trunk::reclaimAddends(const Job& job, Stretch units, int hand) {
  const std::size_t width = at(job.last->outputs);
  const float* const addends = hands_[at(hand)]->addends[job.side].data() + at(units.first) * width;
  for (std::size_t i = 0; i < at(units.count) * width; i += kCacheLine / sizeof(float)) reclaim(addends + i);
}

/// What a hand makes of heads: queries, keys and values as in qkv_, and behind them what each head adds to the row.
void Trunk::lookFrom(const Job& job, int head, int hand) {
  const int width = plan_.headWidth(), panels = width / kPanel;
  Hand& own = *hands_[at(hand)];
  float* const query = own.made.data() + at(head * width);
  reclaimAddends(job, {head, 1}, hand);
  float* const key = query + plan_.width;
  for (int part = 0; part < 3; ++part) {
    const int first = (part * plan_.width + head * width) / kPanel;
    compute::multiply(*job.matrix, first, panels, 1, job.in.view, own.made.data(), 3 * at(plan_.width));
  }
  turn(query, key, job.turns.data(), job.turns.data() + half());
  std::byte* const known = own.known[at(job.layer % 2)].data() + at(head) * 2 * rowBytes_;
  remember(key, width, plan_.memory, known);
  remember(key + plan_.width, width, plan_.memory, known + rowBytes_);
  lookBack(past(job.place, job.layer, head), known, known + rowBytes_, query, own.scores.data(), query);
  const InputView& heard = own.in.take(job.last->format, query, at(width), width, 1);
  multiplyApart(*job.last, {job.sections, head, 1}, heard, own.addends[job.side].data() + at(head * plan_.width),
                at(plan_.width));
}

/// What a hand makes of sections: gates, what they let through, and behind them what each section adds to the row.
void Trunk::feedFrom(const Job& job, Stretch sections, int hand) {
  const int begin = hiddenBegin(*job.last, sections.first);
  const int hidden = hiddenBegin(*job.last, sections.first + sections.count) - begin;
  Hand& own = *hands_[at(hand)];
  float* const gate = own.made.data();
  reclaimAddends(job, sections, hand);
  float* const up = gate + job.matrix->outputs;
  const int first = begin / kPanel, count = panelsFor(hidden);
  compute::multiply(*job.matrix, first, count, 1, job.in.view, gate, at(job.matrix->outputs));
  if (job.second != nullptr) compute::multiply(*job.second, first, count, 1, job.in.view, up, at(job.second->outputs));
  gated(gate + begin, job.second != nullptr ? up + begin : nullptr, hidden);
  const InputView& in = own.in.take(job.last->format, gate + begin, at(hidden), hidden, 1);
  const int outputs = job.last->outputs;
  multiplyApart(*job.last, {job.sections, sections.first, sections.count}, in,
                own.addends[job.side].data() + at(sections.first * outputs), at(outputs));
}

/// Sums run in the order of units, whoever made them.
void Trunk::addUp(const Job& job, Stretch units, int by, int hand) {
  const int width = job.last->outputs;
  float* const sum = hands_[at(hand)]->sum.data();
  for (int unit = units.first; unit < units.first + units.count; ++unit) {
    const float* from = hands_[at(by)]->addends[job.side].data() + at(unit * width);
    if (unit == 0) std::copy_n(from, width, sum);
    else addTo(sum, from, width);
    if (hand != 0 || job.kind != Kind::heads) continue;
    rememberedBy_[at(unit)] = by;
    // Not before: one that was taken away may still be at work on what it would make known.
    if (unit + 1 == job.units) unrememberedLayer_ = job.layer;
  }
}

}  // namespace antiphon::compute
