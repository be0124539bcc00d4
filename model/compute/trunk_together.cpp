// What hands do with a single row when its matrices are cut into units. Hands that meet lose a microsecond or two, so
// they meet twice a layer: a hand takes heads from their queries to what they add to the row, and sections of the
// hidden numbers from their gates to the same. What they add is summed up in the order of units, whoever made it.
#include <algorithm>

#include "model/compute/trunk.hpp"

namespace antiphon::compute {

/// More hands than units find more to do in panels.
bool Trunk::goesByUnits(const Feeding& feeding) const {
  return !feeding.gate.isWhole() && crew_->hands() <= static_cast<int>(feeding.gate.pieces.size());
}

bool Trunk::goesTogether() const {
  return std::ranges::all_of(
      layers_, [&](const TrunkLayer& layer) { return goesByUnits(layer.attention) && goesByUnits(layer.feeding); });
}

void Trunk::heads(int layer) {
  Job& job = freshTogether(Kind::heads);
  prepare(job, layer, 0);
  runTogether(job);
  addTo(x_.data(), hands_[0]->sum.data(), plan_.width);
}

void Trunk::feedBy(Job& job, const Feeding& feeding) {
  job.matrix = &feeding.gate;
  job.second = feeding.up.outputs > 0 ? &feeding.up : nullptr;
  job.last = &feeding.down;
  job.units = static_cast<int>(feeding.gate.pieces.size());
}

void Trunk::feedTogether(const Feeding& feeding, const float* in, float* onto) {
  Job& job = freshTogether(Kind::feeding);
  feedBy(job, feeding);
  job.in.take(feeding.gate, in, at(feeding.gate.depth), 1);
  cut(job, bytesIn(job));
  runTogether(job);
  addTo(onto, hands_[0]->sum.data(), feeding.down.outputs);
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
  if (heads) {
    job.matrix = &own.attention.qkv;
    job.second = nullptr;
    job.last = &own.attention.out;
    job.units = plan_.heads;
  } else {
    feedBy(job, own.feeding);
  }
  job.goesOn = together_ && (heads || at(layer) + 1 < layers_.size());
  const float* const row = rowOf(hand);
  float* const level = hands_[at(hand)]->level.data();
  compute::level(heads ? own.attentionNorm : own.forwardNorm, plan_.epsilon, row, level);
  job.in.take(*job.matrix, level, at(plan_.width), 1);
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
  own.isEven = job.isEven;
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
  const auto begin = [&](const Packed& first, const Packed& last, int units) {
    const int from = units * hand / crew_->hands(), to = units * (hand + 1) / crew_->hands();
    return from == to ? Soon{} : beginOf(first.pieces[at(from)], last.pieces[at(to - 1)]);
  };
  if (job.kind == Kind::heads) {
    const Feeding& feeding = layers_[at(job.layer)].feeding;
    return begin(feeding.gate, feeding.down, static_cast<int>(feeding.gate.pieces.size()));
  }
  const Attention& attention = layers_[at(job.layer) + 1].attention;
  return begin(attention.qkv, attention.out, plan_.heads);
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

/// Others have read what this hand's unit added last: the lines are to be its own again before it writes.
void Trunk::reclaimAddend(const Job& job, int unit, int hand) {
  const std::size_t width = at(job.last->outputs);
  const float* const addend = hands_[at(hand)]->addends[job.side].data() + at(unit) * width;
  for (std::size_t i = 0; i < width; i += kCacheLine / sizeof(float)) reclaim(addend + i);
}

/// What a hand makes of heads: queries, keys and values as in qkv_, and behind them what each head adds to the row.
void Trunk::lookFrom(const Job& job, int head, int hand) {
  const int width = plan_.headWidth();
  Hand& own = *hands_[at(hand)];
  float* const query = own.made.data() + at(head * width);
  reclaimAddend(job, head, hand);
  float* const key = query + plan_.width;
  for (int part = 0; part < 3; ++part) {
    const Packed& piece = job.matrix->pieces[at(part * plan_.heads + head)];
    compute::multiply(piece, 0, piece.panels(), job.in.view, query + part * plan_.width, at(width));
  }
  turn(query, key, job.turns.data(), job.turns.data() + half());
  std::byte* const known = own.known[at(job.layer % 2)].data() + at(head) * 2 * rowBytes_;
  remember(key, width, plan_.memory, known);
  remember(key + plan_.width, width, plan_.memory, known + rowBytes_);
  lookBack(past(job.place, job.layer, head), known, known + rowBytes_, query, own.scores.data(), query);
  const Packed& out = job.last->pieces[at(head)];
  compute::multiply(out, 0, out.panels(), own.in.take(out, query, at(width), 1),
                    own.addends[job.side].data() + at(head * plan_.width), at(plan_.width));
}

/// What a hand makes of a section: gates, what they let through, and behind them what it adds to the row.
void Trunk::feedFrom(const Job& job, int section, int hand) {
  const Packed &gate = job.matrix->pieces[at(section)], &down = job.last->pieces[at(section)];
  Hand& own = *hands_[at(hand)];
  float *const gates = own.made.data(), *const up = job.second == nullptr ? nullptr : gates + gate.outputs;
  reclaimAddend(job, section, hand);
  const std::size_t hidden = at(gate.outputs);
  compute::multiply(gate, 0, gate.panels(), job.in.view, gates, hidden);
  if (up != nullptr) compute::multiply(job.second->pieces[at(section)], 0, gate.panels(), job.in.view, up, hidden);
  gated(gates, up, gate.outputs);
  const std::size_t wide = at(down.outputs);
  compute::multiply(down, 0, down.panels(), own.in.take(down, gates, hidden, 1),
                    own.addends[job.side].data() + at(section) * wide, wide);
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
