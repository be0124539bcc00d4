// What a trunk remembers, and how a row looks back at it.
#include <algorithm>

#include "model/compute/trunk.hpp"

namespace antiphon::compute {

std::byte* Trunk::keys(int place, int layer, int head) {
  const std::size_t index = (at(place / kPage) * layers_.size() + at(layer)) * at(plan_.heads) + at(head);
  return store_.data() + (index * 2 * at(kPage) + at(place % kPage)) * rowBytes_;
}

std::byte* Trunk::values(int place, int layer, int head) { return keys(place, layer, head) + at(kPage) * rowBytes_; }

/// A head's query and key, as they meet the others.
void Trunk::turn(float* query, float* key, const float* cosine, const float* sine) const {
  const int width = plan_.headWidth(), stretch = width / plan_.turns;
  for (float* vector : {query, key}) {
    if (plan_.unitKeys) toUnit(vector, nullptr, plan_.epsilon, vector, width);
    for (int t = 0; t < plan_.turns; ++t) {
      const int from = t * stretch;
      turnPairs(vector + from, vector + from + stretch / 2, cosine + from / 2, sine + from / 2, stretch / 2);
    }
  }
  for (int i = 0; i < width; ++i) query[i] *= plan_.scoreScale;
}

void Trunk::attention(int layer, int rows) {
  const int width = plan_.headWidth();
  for (int r = 0; r < rows; ++r) {
    for (int head = 0; head < plan_.heads; ++head) {
      float* query = qkv_.data() + at(r) * 3 * at(plan_.width) + at(head * width);
      float* key = query + plan_.width;
      turn(query, key, cosine(r), sine(r));
      remember(key, width, plan_.memory, keys(length_ + r, layer, head));
      remember(key + plan_.width, width, plan_.memory, values(length_ + r, layer, head));
    }
  }

  Job& job = fresh(Kind::listening, rows);
  job.units = plan_.heads;
  job.out = level_.data();
  job.outStride = at(plan_.width);
  job.layer = layer;
  job.place = length_;
  for (std::size_t r = 0; r < at(rows); ++r)
    std::copy_n(qkv_.data() + r * 3 * at(plan_.width), plan_.width, job.queries.data() + r * at(plan_.width));
  run(job, at(rows) * at(length_ + rows) * at(plan_.width) * 2 * bytesOf(plan_.memory));
  collect(job, width, plan_.width, level_.data(), at(plan_.width), Into::replace);
}

void Trunk::listen(const Job& job, int head, int hand) {
  const int width = plan_.headWidth();
  for (int r = 0; r < job.rows; ++r) {
    const float* query = job.queries.data() + at(r) * at(plan_.width) + at(head * width);
    const Made made = madeBy(job, hand, plan_.width);
    const int place = job.place + r;
    const Own own{keys(place, job.layer, head), values(place, job.layer, head)};
    lookBack(job.layer, head, place, query, own, hands_[at(hand)].scores.data(),
             made.out + at(r) * made.stride + at(head * width));
  }
}

/// Looks back from a place over all before it, page by page, and at itself.
void Trunk::lookBack(int layer, int head, int place, const float* query, const Own& own, float* scores, float* heard) {
  const int width = plan_.headWidth();
  const Memory memory = plan_.memory;
  for (int begin = 0; begin < place; begin += kPage) {
    const int count = std::min(kPage, place - begin);
    likeness(keys(begin, layer, head), memory, rowBytes_, count, width, query, scores + begin);
  }
  likeness(own.key, memory, rowBytes_, 1, width, query, scores + place);
  const float share = softmax(scores, place + 1);
  for (int begin = 0; begin < place; begin += kPage) {
    const int count = std::min(kPage, place - begin);
    recall(values(begin, layer, head), memory, rowBytes_, count, width, scores + begin, heard, begin > 0);
  }
  recall(own.value, memory, rowBytes_, 1, width, scores + place, heard, place > 0);
  for (int i = 0; i < width; ++i) heard[i] *= share;
}

}  // namespace antiphon::compute
