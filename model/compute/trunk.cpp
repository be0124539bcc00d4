#include "model/compute/trunk.hpp"

#include <algorithm>

namespace antiphon::compute {
namespace {

constexpr std::size_t kPartBytes = std::size_t{32} << 10;    // at least
constexpr int kPartsOfShare = 6;                             // at most
constexpr std::size_t kLargeShare = std::size_t{2} << 20;    // is cut evenly
constexpr std::size_t kMostFetched = std::size_t{64} << 10;  // in advance: what a hand's near cache has room for
constexpr std::size_t kCourse = 256;                         // jobs of a step, at most, that are foreseen

}  // namespace

void level(const Norm& norm, float epsilon, const float* in, float* out) {
  const int width = static_cast<int>(norm.weight.size());
  if (norm.bias.empty()) toUnit(in, norm.weight.data(), epsilon, out, width);
  else toLevel(in, norm.weight.data(), norm.bias.data(), epsilon, out, width);
}

Trunk::Trunk(const TrunkPlan& plan, const std::vector<TrunkLayer>& layers, int capacity, std::shared_ptr<Crew> crew,
             int widest)
    : plan_{plan}, layers_{layers}, capacity_{capacity}, crew_{std::move(crew)} {
  const std::size_t block = at(kBlock), width = at(plan.width);
  const int pages = (capacity + kPage - 1) / kPage;
  rowBytes_ = rowBytes(plan.memory, plan.headWidth());
  store_ = Store{at(pages) * layers.size() * at(plan.heads) * 2 * at(kPage) * rowBytes_};

  const int deepest = std::max({plan.width, plan.hidden, widest});
  const std::size_t numbers = std::max(block * at(std::max(3 * plan.width, 2 * plan.hidden)), 3 * at(deepest));
  for (int i = 0; i < crew_->hands(); ++i) {
    jobs_.push_back(std::make_unique<Job>(*this, block, deepest));
    jobs_.back()->queries.resize(block * width);
    hands_.push_back(std::make_unique<Hand>(*this, numbers, at(pages * kPage), deepest));
  }
  cosine_.resize(block * half());
  sine_.resize(cosine_.size());
  x_.resize(block * width);
  level_.resize(x_.size());
  qkv_.resize(3 * x_.size());
  gate_.resize(std::max(block * at(plan.hidden), at(widest)));
  rememberedBy_.resize(at(plan.heads));
  course_.resize(kCourse);
  together_ = goesTogether();
}

Trunk::~Trunk() { crew_->gather(); }

Trunk::Input::Input(std::size_t rows, int deepest, int pieces) {
  const std::size_t each = at(deepest + pieces * groupOf(Format::int8));
  numbers.resize(rows * each);
  whole.resize(rows * each);
  coarse.resize(rows * each);
  scales.resize(rows * each / 32);
  sums.resize(rows * each / 32);
}

Trunk::Job::Job(Trunk& of, std::size_t most, int deepest)
    : trunk{&of}, in{most, deepest, of.mostUnits()}, turns(2 * of.half()), row(at(of.plan_.width)) {}

Trunk::Hand::Hand(Trunk& of, std::size_t numbers, std::size_t places, int deepest)
    : made(numbers),
      scores(places + kPanel),  // written vector by vector
      in{1, deepest, 1},
      sum(at(of.plan_.width)),
      level(sum.size()),
      job{of, 1, deepest} {
  for (Floats& some : addends) some.resize(at(of.mostUnits()) * sum.size());
  for (auto& some : known) some.resize(at(of.plan_.heads) * 2 * of.rowBytes_);
}

/// What a helper that lost its core still looks back at stays as it is: nothing is written but behind it.
void Trunk::rollBack(int length) {
  const auto looks = [](const Job& job) { return job.kind == Kind::listening || job.kind == Kind::heads; };
  if (std::ranges::any_of(jobs_, [&](const auto& job) { return looks(*job) && crew_->isHeld(*job); })) crew_->gather();
  length_ = length;
}

void Trunk::think(int rows) {
  const std::size_t width = at(plan_.width);
  jobsSoFar_ = 0;
  growAhead(rows);
  const bool together = together_ && rows == 1;
  if (together) heads(0);  // and all that follows
  for (std::size_t i = 0; i < layers_.size() && !together; ++i) {
    const TrunkLayer& layer = layers_[i];
    if (rows == 1 && goesByUnits(layer.attention)) {
      heads(static_cast<int>(i));
    } else {
      for (int r = 0; r < rows; ++r) level(layer.attentionNorm, plan_.epsilon, row(r), level_.data() + at(r) * width);
      product(layer.attention.qkv, level_.data(), width, rows, qkv_.data(), 3 * width, Into::replace);
      attention(static_cast<int>(i), rows);  // from qkv_ into level_
      product(layer.attention.out, level_.data(), width, rows, x_.data(), width, Into::add);
    }
    for (int r = 0; r < rows; ++r) level(layer.forwardNorm, plan_.epsilon, row(r), level_.data() + at(r) * width);
    feedForward(layer.feeding, level_.data(), rows, x_.data());
  }
  catchUp();
  length_ += rows;
}

void Trunk::multiply(const Packed& matrix, const float* in, float* out, Into into) {
  product(matrix, in, at(matrix.depth), 1, out, at(matrix.outputs), into);
}

void Trunk::feed(const Feeding& feeding, const float* in, float* onto) { feedForward(feeding, in, 1, onto); }

void Trunk::feedForward(const Feeding& feeding, const float* in, int rows, float* onto) {
  if (rows == 1 && goesByUnits(feeding)) return feedTogether(feeding, in, onto);
  gates(feeding, in, rows);  // into gate_
  product(feeding.down, gate_.data(), at(feeding.gate.outputs), rows, onto, at(feeding.down.outputs), Into::add);
}

/// A job that nobody reads any more.
Trunk::Job& Trunk::fresh(Kind kind, int rows) {
  const auto free = std::ranges::find_if(jobs_, [&](const auto& job) { return !crew_->isHeld(*job); });
  Job& job = **free;
  job.kind = kind;
  job.into = Into::replace;
  job.goesOn = false;
  job.soon = {};
  job.rows = rows;
  return job;
}

void Trunk::Input::take(const Packed& part, const float* in, std::size_t row, std::size_t group) {
  const int depth = part.depth;
  if (part.format == Format::int8) {
    roundFinely(in, depth, whole.data() + row, scales.data() + group, sums.data() + group);
  } else if (part.format == Format::q4) {
    roundCoarsely(in, depth, coarse.data() + row, scales.data() + group, sums.data() + group);
  } else {
    const int deep = groupsFor(part.format, depth) * groupOf(part.format);
    std::copy_n(in, depth, numbers.data() + row);
    std::fill_n(numbers.data() + row + depth, deep - depth, 0.0f);
  }
}

const InputView& Trunk::Input::take(const Packed& matrix, const float* in, std::size_t stride, int rows) {
  const std::span<const Packed> parts = matrix.isCutDeep() ? matrix.pieces : std::span{&matrix, 1};
  std::size_t groups = 0;
  for (const Packed& part : parts) groups += at(groupsFor(part.format, part.depth));
  const std::size_t each = at(groupOf(matrix.format));
  for (std::size_t r = 0, group = 0; r < at(rows); ++r) {
    const float* from = in + r * stride;
    for (const Packed& part : parts) {
      take(part, from, group * each, group);
      group += at(groupsFor(part.format, part.depth));
      from += part.depth;
    }
  }
  return view = {numbers.data(), whole.data(), coarse.data(), groups * each, scales.data(), sums.data(), groups, rows};
}

void Trunk::product(const Packed& matrix, const float* in, std::size_t inStride, int rows, float* out,
                    std::size_t outStride, Into into) {
  Job& job = fresh(Kind::product, rows);
  job.matrix = &matrix;
  job.units = matrix.panels();
  job.out = out;
  job.outStride = outStride;
  job.into = into;
  job.in.take(matrix, in, inStride, rows);
  run(job, matrix.bytes());
}

void Trunk::gates(const Feeding& feeding, const float* in, int rows) {
  const Packed& gate = feeding.gate;
  Job& job = fresh(Kind::gates, rows);
  job.matrix = &gate;
  job.second = feeding.up.outputs > 0 ? &feeding.up : nullptr;
  job.units = gate.panels();
  job.out = gate_.data();
  job.outStride = at(gate.outputs);
  job.in.take(gate, in, at(gate.depth), rows);
  run(job, gate.bytes() * (job.second != nullptr ? 2 : 1));
}

void Trunk::run(Job& job, std::size_t bytes) {
  cut(job, bytes);
  if (crew_->hands() == 1 || bytes < kAloneBytes) return crew_->runAlone(job);
  foresee(job);
  crew_->run(job);
}

/// Cuts every share in half, and what is left in half, and so on, as long as it is worth a hand's while: a hand reads
/// long stretches, and who is through early still finds something to take. A large share is cut evenly: there a part
/// is long enough, and done anew sooner when a helper has lost its core in the middle of it.
void Trunk::cut(Job& job, std::size_t bytes) const {
  job.parts = 1;
  job.isEven = false;
  for (int hand = 0; hand <= crew_->hands(); ++hand) job.begins[at(hand)] = job.units * hand / crew_->hands();
  if (crew_->hands() == 1) return;
  const int units = job.units / crew_->hands();
  const std::size_t share = bytes / at(crew_->hands());
  job.isEven = share >= kLargeShare && units >= kMostParts;
  if (job.isEven) {
    job.parts = kMostParts;
    return;
  }
  for (std::size_t rest = share / 2; rest >= kPartBytes && job.parts < kPartsOfShare && units >> job.parts > 0;
       rest /= 2)
    ++job.parts;
}

/// Every step takes the same course: what comes next is what came next the last time.
void Trunk::foresee(Job& job) {
  if (job.kind == Kind::listening || jobsSoFar_ == course_.size()) return;
  for (int hand = 0; hand < crew_->hands(); ++hand) course_[jobsSoFar_][at(hand)] = beginOf(job, hand);
  job.soon = course_[++jobsSoFar_ % course_.size()];
}

/// The weights that a hand's share begins with.
Soon Trunk::beginOf(const Job& job, int hand) const {
  const int begin = job.begins[at(hand)], end = job.begins[at(hand) + 1];
  if (begin == end) return {};
  const Packed& matrix = *job.matrix;
  if (job.kind == Kind::heads || job.kind == Kind::feeding)
    return beginOf(matrix.pieces[at(begin)], job.last->pieces[at(end - 1)]);
  if (!matrix.isWhole()) return {};
  const std::size_t each = panelBytes(matrix.format, matrix.depth);
  const std::byte* const from = matrix.data + at(begin) * each;
  return {from, std::min(matrix.data + at(end) * each, from + kMostFetched)};
}

/// From one piece to the end of another.
Soon Trunk::beginOf(const Packed& first, const Packed& last) {
  return {first.data, std::min(last.data + last.bytes(), first.data + kMostFetched)};
}

Trunk::Stretch Trunk::stretchOf(const Job& job, PartOfShare part) const {
  const int begin = job.begins[at(part.share)], end = job.begins[at(part.share + 1)];
  const int size = end - begin;
  const auto behind = [&](int parts) {
    if (job.isEven) return size * parts / job.parts;
    return parts == job.parts ? size : size - (size >> parts);
  };
  const int from = behind(part.index);
  return {begin + from, behind(part.index + 1) - from};
}

Trunk::Made Trunk::madeBy(const Job& job, int hand, int outputs) {
  if (hand == 0 && job.into == Into::replace) return {job.out, job.outStride};
  return {hands_[at(hand)]->made.data(), at(outputs)};
}

void Trunk::bring(const Job& job, Stretch units, int by, int hand) {
  if (job.kind == Kind::heads || job.kind == Kind::feeding) addUp(job, units, by, hand);
  else collect(job, units, by);
}

void Trunk::collect(const Job& job, Stretch units, int hand) {
  const bool heads = job.kind == Kind::listening;
  const int each = heads ? plan_.headWidth() : kPanel, outputs = heads ? plan_.width : job.matrix->outputs;
  const Made made = madeBy(job, hand, outputs);
  if (made.out == job.out) return;
  const int first = units.first * each, count = std::min(units.count * each, outputs - first);
  for (std::size_t r = 0; r < at(job.rows); ++r) {
    const float* from = made.out + r * made.stride + at(first);
    float* to = job.out + r * job.outStride + at(first);
    if (job.into == Into::add) addTo(to, from, count);
    else std::copy_n(from, count, to);
  }
}

void Trunk::Job::part(PartOfShare part, int hand) const {
  if (hand == 0) trunk->catchUp();
  const Stretch stretch = trunk->stretchOf(*this, part);
  if (stretch.count == 0) return;
  if (kind == Kind::listening || kind == Kind::heads || kind == Kind::feeding) {
    for (int unit = stretch.first; unit < stretch.first + stretch.count; ++unit) {
      if (kind == Kind::listening) trunk->listen(*this, unit, hand);
      else if (kind == Kind::heads) trunk->lookFrom(*this, unit, hand);
      else trunk->feedFrom(*this, unit, hand);
    }
    return;
  }
  const Made made = trunk->madeBy(*this, hand, matrix->outputs);
  compute::multiply(*matrix, stretch.first, stretch.count, in.view, made.out, made.stride);
  if (kind == Kind::product) return;
  // Behind the gates, in the hand's own memory.
  const std::size_t outputs = at(matrix->outputs);
  float* up = second == nullptr ? nullptr : trunk->hands_[at(hand)]->made.data() + at(rows) * outputs;
  if (up != nullptr) compute::multiply(*second, stretch.first, stretch.count, in.view, up, outputs);
  const int begin = stretch.first * kPanel, width = std::min(stretch.count * kPanel, matrix->outputs - begin);
  for (std::size_t r = 0; r < at(rows); ++r)
    gated(made.out + r * made.stride + at(begin), up == nullptr ? nullptr : up + r * outputs + at(begin), width);
}

}  // namespace antiphon::compute
