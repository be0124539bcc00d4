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
  const Turning how{plan_.unitKeys, plan_.epsilon, plan_.turns, cosine, sine};
  compute::turn(query, plan_.headWidth(), how, plan_.scoreScale);
  compute::turn(key, plan_.headWidth(), how, 1);
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
}

void Trunk::listen(const Job& job, int head, int hand) {
  const int width = plan_.headWidth();
  for (int r = 0; r < job.rows; ++r) {
    const float* query = job.queries.data() + at(r) * at(plan_.width) + at(head * width);
    const Made made = madeBy(job, hand, plan_.width);
    const int place = job.place + r;
    compute::lookBack(past(place, job.layer, head), keys(place, job.layer, head), values(place, job.layer, head), query,
                      hands_[at(hand)]->scores.data(), made.out + at(r) * made.stride + at(head * width));
  }
}

/// What a head can look back at from a place.
Past Trunk::past(int place, int layer, int head) {
  return {.memory = plan_.memory,
          .width = plan_.headWidth(),
          .keys = keys(0, layer, head),
          .values = values(0, layer, head),
          .pageApart = layers_.size() * at(plan_.heads) * 2 * at(kPage) * rowBytes_,
          .pageLength = kPage,
          .length = place};
}

/// A page's first place is a line for every layer and head, far from each other: the system would have to find and wipe
/// all of the page within one step. So each step takes up its part of the page that follows, before anything is there.
void Trunk::growAhead(int rows) {
  const std::size_t place = layers_.size() * at(plan_.heads) * 2 * rowBytes_;
  store_.touch(at(length_ + rows + kPage) * place);
}

}  // namespace antiphon::compute
