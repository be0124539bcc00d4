#include "model/compute/trunk.hpp"

#include <algorithm>

namespace antiphon::compute {
namespace {

constexpr std::size_t kAloneBytes = std::size_t{48} << 10;  // a smaller job is done before help has come
constexpr std::size_t kPartBytes = std::size_t{24} << 10;   // at least
constexpr int kPartsAHand = 12;                             // at most

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

/// How many panels make a part: large enough to be worth a hand's while, small enough to be shared evenly.
static int panelsEach(std::size_t bytes, int panels, int hands) {
  if (hands == 1 || bytes < kAloneBytes) return panels;
  const std::size_t each = bytes / static_cast<std::size_t>(panels);
  const int least = static_cast<int>((kPartBytes + each - 1) / each);
  return std::clamp(panels / (kPartsAHand * hands), least, panels);
}

void Trunk::product(const Packed& matrix, const float* in, std::size_t inStride, int rows, float* out,
                    std::size_t outStride, Into into) {
  Job& job = fresh(Kind::product, rows);
  job.matrix = &matrix;
  job.panelsEach = panelsEach(matrix.bytes(), matrix.panels(), crew_->hands());
  give(job, matrix.format, in, inStride, matrix.depth);
  const int parts = (matrix.panels() + job.panelsEach - 1) / job.panelsEach;
  crew_->run(job, parts);
  collect(parts, job.panelsEach * kPanel, matrix.outputs, rows, out, outStride, into);
}

void Trunk::gates(const TrunkLayer& layer, const float* in, int rows) {
  Job& job = fresh(Kind::gates, rows);
  job.matrix = &layer.gate;
  job.second = &layer.up;
  job.panelsEach = panelsEach(2 * layer.gate.bytes(), layer.gate.panels(), crew_->hands());
  give(job, layer.gate.format, in, at(plan_.width), layer.gate.depth);
  const int parts = (layer.gate.panels() + job.panelsEach - 1) / job.panelsEach;
  crew_->run(job, parts);
  collect(parts, job.panelsEach * kPanel, plan_.hidden, rows, gate_.data(), at(plan_.hidden), Into::replace);
}

/// Brings together what the hands have made.
void Trunk::collect(int parts, int outputsEach, int outputs, int rows, float* out, std::size_t outStride,
                    Into into) const {
  for (int i = 0; i < parts; ++i) {
    const int first = i * outputsEach, count = std::min(outputsEach, outputs - first);
    const Floats& made = hands_[at(crew_->doneBy(i))];
    for (std::size_t r = 0; r < at(rows); ++r) {
      const float* from = made.data() + r * at(outputs) + at(first);
      float* to = out + r * outStride + at(first);
      if (into == Into::add) addTo(to, from, count);
      else std::copy_n(from, count, to);
    }
  }
}

void Trunk::Job::part(int index, int hand) const {
  if (kind == Kind::listening) return trunk->listen(*this, index, hand);
  float* out = trunk->hands_[at(hand)].data();
  const std::size_t stride = at(matrix->outputs);
  const int first = index * panelsEach, count = std::min(panelsEach, matrix->panels() - first);
  compute::multiply(*matrix, first, count, in, out, stride);
  if (kind == Kind::product) return;
  float* up = out + at(rows) * stride;
  compute::multiply(*second, first, count, in, up, stride);
  const int begin = first * kPanel, width = std::min(count * kPanel, matrix->outputs - begin);
  for (std::size_t r = 0; r < at(rows); ++r) gated(out + r * stride + at(begin), up + r * stride + at(begin), width);
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
  job.layer = layer;
  job.place = length_;
  for (std::size_t r = 0; r < at(rows); ++r)
    std::copy_n(qkv_.data() + r * 3 * at(plan_.width), plan_.width, job.numbers.data() + r * at(plan_.width));
  const std::size_t toRead = at(rows) * at(length_ + rows) * at(plan_.width) * 2 * bytes;
  if (toRead < kAloneBytes) {
    for (int head = 0; head < plan_.heads; ++head) job.part(head, 0);
    for (std::size_t r = 0; r < at(rows); ++r)
      std::copy_n(hands_[0].data() + r * at(plan_.width), plan_.width, level_.data() + r * at(plan_.width));
    return;
  }
  crew_->run(job, plan_.heads);
  collect(plan_.heads, width, plan_.width, rows, level_.data(), at(plan_.width), Into::replace);
}

/// Looks back from each row over all places up to it, page by page.
void Trunk::listen(const Job& job, int head, int hand) {
  const int width = plan_.headWidth();
  float* scores = scores_[at(hand)].data();
  for (int r = 0; r < job.rows; ++r) {
    const float* query = job.numbers.data() + at(r) * at(plan_.width) + at(head * width);
    float* heard = hands_[at(hand)].data() + at(r) * at(plan_.width) + at(head * width);
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
