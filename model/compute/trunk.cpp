#include "model/compute/trunk.hpp"

#include <algorithm>

namespace antiphon::compute {
namespace {

constexpr std::size_t kAloneBytes = std::size_t{48} << 10;  // a smaller job is done before help has come
constexpr std::size_t kPartBytes = std::size_t{32} << 10;   // at least
constexpr int kPartsOfShare = 6;                            // at most

std::size_t roundUp(int depth, int to) {
  return static_cast<std::size_t>((depth + to - 1) / to) * static_cast<std::size_t>(to);
}

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
  keyNumbers_ = at(kPage) * at(plan.headWidth());
  headNumbers_ = keyNumbers_ + at(panelsFor(plan.headWidth()) * kPanel) * at(kPage);
  store_ = Store{at(pages) * layers.size() * at(plan.heads) * headNumbers_ * bytesOf(plan.memory)};

  const int deepest = std::max(plan.width, plan.hidden);
  for (int i = 0; i < crew_->hands(); ++i) {
    auto& job = jobs_.emplace_back(std::make_unique<Job>());
    job->trunk = this;
    job->numbers.resize(block * roundUp(std::max(deepest, 3 * plan.width), 64));
    job->whole.resize(block * roundUp(deepest, 64));
    job->coarse.resize(job->whole.size());
    job->scales.resize(block * roundUp(deepest, 64) / 32);
    job->sums.resize(job->scales.size());
    hands_.emplace_back(std::max(block * at(std::max(3 * plan.width, 2 * plan.hidden)), at(widest)));
    scores_.emplace_back(at(pages * kPage));
  }
  cosine_.resize(block * half());
  sine_.resize(cosine_.size());
  x_.resize(block * width);
  level_.resize(x_.size());
  qkv_.resize(3 * x_.size());
  gate_.resize(block * at(plan.hidden));
}

Trunk::~Trunk() { crew_->gather(); }

void Trunk::think(int rows) {
  const std::size_t width = at(plan_.width), hidden = at(plan_.hidden);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const TrunkLayer& layer = layers_[i];
    for (int r = 0; r < rows; ++r) level(layer.attentionNorm, plan_.epsilon, row(r), level_.data() + at(r) * width);
    product(layer.qkv, level_.data(), width, rows, qkv_.data(), 3 * width, Into::replace);
    attention(static_cast<int>(i), rows);  // from qkv_ into level_
    product(layer.out, level_.data(), width, rows, x_.data(), width, Into::add);

    for (int r = 0; r < rows; ++r) level(layer.forwardNorm, plan_.epsilon, row(r), level_.data() + at(r) * width);
    gates(layer, level_.data(), rows);  // into gate_
    product(layer.down, gate_.data(), hidden, rows, x_.data(), width, Into::add);
  }
  length_ += rows;
}

void Trunk::multiply(const Packed& matrix, const float* in, float* out, Into into) {
  product(matrix, in, at(matrix.depth), 1, out, at(matrix.outputs), into);
}

/// A job that nobody reads any more.
Trunk::Job& Trunk::fresh(Kind kind, int rows) {
  const auto free = std::ranges::find_if(jobs_, [&](const auto& job) { return !crew_->isHeld(*job); });
  Job& job = **free;
  job.kind = kind;
  job.rows = rows;
  return job;
}

/// Copies rows into a job, as the format wants them.
void Trunk::give(Job& job, Format format, const float* in, std::size_t stride, int depth) {
  const std::size_t deep = roundUp(depth, groupOf(format)), groups = at(groupsFor(format, depth));
  for (std::size_t r = 0; r < at(job.rows); ++r) {
    const float* from = in + r * stride;
    float* const scales = job.scales.data() + r * groups;
    std::int32_t* const sums = job.sums.data() + r * groups;
    if (format == Format::int8) {
      roundFinely(from, depth, job.whole.data() + r * deep, scales, sums);
    } else if (format == Format::q4) {
      roundCoarsely(from, depth, job.coarse.data() + r * deep, scales, sums);
    } else {
      float* to = job.numbers.data() + r * deep;
      std::copy_n(from, depth, to);
      std::fill(to + depth, to + deep, 0.0f);
    }
  }
  job.in = {job.numbers.data(), job.whole.data(), job.coarse.data(), deep, job.scales.data(),
            job.sums.data(),    groups,           job.rows};
}

void Trunk::product(const Packed& matrix, const float* in, std::size_t inStride, int rows, float* out,
                    std::size_t outStride, Into into) {
  Job& job = fresh(Kind::product, rows);
  job.matrix = &matrix;
  job.units = matrix.panels();
  job.out = into == Into::replace ? out : nullptr;
  job.outStride = outStride;
  give(job, matrix.format, in, inStride, matrix.depth);
  run(job, matrix.bytes());
  collect(job, kPanel, matrix.outputs, out, outStride, into);
}

void Trunk::gates(const TrunkLayer& layer, const float* in, int rows) {
  Job& job = fresh(Kind::gates, rows);
  job.matrix = &layer.gate;
  job.second = &layer.up;
  job.units = layer.gate.panels();
  job.out = gate_.data();
  job.outStride = at(plan_.hidden);
  give(job, layer.gate.format, in, at(plan_.width), layer.gate.depth);
  run(job, 2 * layer.gate.bytes());
  collect(job, kPanel, plan_.hidden, gate_.data(), at(plan_.hidden), Into::replace);
}

/// Cuts every share in half, and what is left in half, and so on, as long as it is worth a hand's while: a hand reads
/// long stretches, and who is through early still finds something to take.
void Trunk::run(Job& job, std::size_t bytes) {
  job.parts = 1;
  for (int share = 0; share <= crew_->hands(); ++share) job.begins[at(share)] = job.units * share / crew_->hands();
  if (crew_->hands() == 1 || bytes < kAloneBytes) return crew_->runAlone(job, 1);
  for (std::size_t rest = bytes / at(crew_->hands()) / 2; rest >= kPartBytes && job.parts < kPartsOfShare; rest /= 2)
    ++job.parts;
  crew_->run(job, job.parts);
}

Trunk::Stretch Trunk::stretchOf(const Job& job, PartOfShare part) const {
  const int begin = job.begins[at(part.share)], end = job.begins[at(part.share + 1)];
  const int size = end - begin;
  const int from = part.index == 0 ? 0 : size - (size >> part.index);
  const int to = part.index == job.parts - 1 ? size : size - (size >> (part.index + 1));
  return {begin + from, to - from};
}

Trunk::Made Trunk::madeBy(const Job& job, int hand, int outputs) {
  if (hand == 0 && job.out != nullptr) return {job.out, job.outStride};
  return {hands_[at(hand)].data(), at(outputs)};
}

/// Brings together what the hands have made.
void Trunk::collect(const Job& job, int outputsEach, int outputs, float* out, std::size_t outStride, Into into) {
  for (int share = 0; share < crew_->hands(); ++share) {
    for (int i = 0; i < job.parts; ++i) {
      const Stretch stretch = stretchOf(job, {share, i});
      const Made made = madeBy(job, crew_->doneBy({share, i}), outputs);
      if (made.out == out) continue;
      const int first = stretch.first * outputsEach, count = std::min(stretch.count * outputsEach, outputs - first);
      for (std::size_t r = 0; r < at(job.rows); ++r) {
        const float* from = made.out + r * made.stride + at(first);
        float* to = out + r * outStride + at(first);
        if (into == Into::add) addTo(to, from, count);
        else std::copy_n(from, count, to);
      }
    }
  }
}

void Trunk::Job::part(PartOfShare part, int hand) const {
  const Stretch stretch = trunk->stretchOf(*this, part);
  if (stretch.count == 0) return;
  if (kind == Kind::listening) {
    for (int head = stretch.first; head < stretch.first + stretch.count; ++head) trunk->listen(*this, head, hand);
    return;
  }
  const Made made = trunk->madeBy(*this, hand, matrix->outputs);
  compute::multiply(*matrix, stretch.first, stretch.count, in, made.out, made.stride);
  if (kind == Kind::product) return;
  // Behind the gates, in the hand's own memory.
  const std::size_t outputs = at(matrix->outputs);
  float* up = trunk->hands_[at(hand)].data() + at(rows) * outputs;
  compute::multiply(*second, stretch.first, stretch.count, in, up, outputs);
  const int begin = stretch.first * kPanel, width = std::min(stretch.count * kPanel, matrix->outputs - begin);
  for (std::size_t r = 0; r < at(rows); ++r)
    gated(made.out + r * made.stride + at(begin), up + r * outputs + at(begin), width);
}

std::byte* Trunk::keys(int place, int layer, int head) {
  const std::size_t index = (at(place / kPage) * layers_.size() + at(layer)) * at(plan_.heads) + at(head);
  return store_.data() + index * headNumbers_ * bytesOf(plan_.memory);
}

std::byte* Trunk::values(int place, int layer, int head) {
  return keys(place, layer, head) + keyNumbers_ * bytesOf(plan_.memory);
}

void Trunk::attention(int layer, int rows) {
  const int width = plan_.headWidth(), stretch = width / plan_.turns;
  const std::size_t bytes = bytesOf(plan_.memory);
  // A helper that lost its core while it looked back would be looking at what is written now.
  if (std::ranges::any_of(jobs_, [&](const auto& j) { return j->kind == Kind::listening && crew_->isHeld(*j); }))
    crew_->gather();
  for (int r = 0; r < rows; ++r) {
    const int place = length_ + r, within = place % kPage;
    for (int head = 0; head < plan_.heads; ++head) {
      float* query = qkv_.data() + at(r) * 3 * at(plan_.width) + at(head * width);
      float* key = query + plan_.width;
      for (float* vector : {query, key}) {
        if (plan_.unitKeys) toUnit(vector, nullptr, plan_.epsilon, vector, width);
        for (int t = 0; t < plan_.turns; ++t) {
          const int from = t * stretch;
          turnPairs(vector + from, vector + from + stretch / 2, cosine(r) + from / 2, sine(r) + from / 2, stretch / 2);
        }
      }
      for (int i = 0; i < width; ++i) query[i] *= plan_.scoreScale;
      remember(key, width, plan_.memory,
               keys(place, layer, head) + (at(within / kPanel * width) * kPanel + at(within % kPanel)) * bytes, kPanel);
      const float* value = key + plan_.width;
      for (int begin = 0; begin < width; begin += kPanel) {
        remember(value + begin, std::min(kPanel, width - begin), plan_.memory,
                 values(place, layer, head) + at((begin / kPanel * kPage + within) * kPanel) * bytes, 1);
      }
    }
  }

  Job& job = fresh(Kind::listening, rows);
  job.units = plan_.heads;
  job.out = level_.data();
  job.outStride = at(plan_.width);
  job.layer = layer;
  job.place = length_;
  for (std::size_t r = 0; r < at(rows); ++r)
    std::copy_n(qkv_.data() + r * 3 * at(plan_.width), plan_.width, job.numbers.data() + r * at(plan_.width));
  run(job, at(rows) * at(length_ + rows) * at(plan_.width) * 2 * bytes);
  collect(job, width, plan_.width, level_.data(), at(plan_.width), Into::replace);
}

/// Looks back from each row over all places up to it, page by page.
void Trunk::listen(const Job& job, int head, int hand) {
  const int width = plan_.headWidth();
  float* scores = scores_[at(hand)].data();
  for (int r = 0; r < job.rows; ++r) {
    const float* query = job.numbers.data() + at(r) * at(plan_.width) + at(head * width);
    const Made made = madeBy(job, hand, plan_.width);
    float* heard = made.out + at(r) * made.stride + at(head * width);
    const int count = job.place + r + 1;
    for (int begin = 0; begin < count; begin += kPage) {
      lookBack(keys(begin, job.layer, head), plan_.memory, at(width) * kPanel, std::min(kPage, count - begin), width,
               query, scores + begin, false);
    }
    const float share = softmax(scores, count);
    for (int begin = 0; begin < count; begin += kPage) {
      lookBack(values(begin, job.layer, head), plan_.memory, at(kPage) * kPanel, width, std::min(kPage, count - begin),
               scores + begin, heard, begin > 0);
    }
    for (int i = 0; i < width; ++i) heard[i] *= share;
  }
}

}  // namespace antiphon::compute
