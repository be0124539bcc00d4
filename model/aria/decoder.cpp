#include "model/aria/decoder.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace antiphon {
namespace {

using native::Floats;
using native::Into;
using native::kPanel;
using native::multiply;
using native::panelsFor;
using native::PanelsView;

constexpr auto kPanelSize = static_cast<std::size_t>(kPanel);
constexpr double kEpsilon = 1e-5;
constexpr double kTurnBase = 500'000;

std::size_t at(int index) { return static_cast<std::size_t>(index); }

/// Mean 0 and spread 1, then weighed and shifted.
void toLevel(const float* in, const AriaNorm& norm, float* out, int width) {
  double mean = 0, variance = 0;
  for (std::size_t i = 0; i < at(width); ++i) mean += static_cast<double>(in[i]);
  mean /= width;
  for (std::size_t i = 0; i < at(width); ++i)
    variance += (static_cast<double>(in[i]) - mean) * (static_cast<double>(in[i]) - mean);
  const auto middle = static_cast<float>(mean), scale = static_cast<float>(1 / std::sqrt(variance / width + kEpsilon));
  for (std::size_t i = 0; i < at(width); ++i) out[i] = (in[i] - middle) * scale * norm.weight[i] + norm.bias[i];
}

}  // namespace

AriaWeights loadAria(const Safetensors& checkpoint, std::optional<int> heads) {
  AriaWeights weights;
  weights.shape = shapeOf(checkpoint, heads);
  const std::vector<native::TensorSpec> specs = tensorsOf(weights.shape);
  std::size_t next = 0;
  const auto vector = [&] {
    const native::TensorSpec& spec = specs[next++];
    const std::vector<float> values = checkpoint.floats(spec.name, spec.size);
    return Floats(values.begin(), values.end());
  };
  const auto matrix = [&] {
    const native::TensorSpec& spec = specs[next++];
    return native::Matrix{static_cast<int>(spec.size[0]), static_cast<int>(spec.size[1]),
                          checkpoint.floats(spec.name, spec.size)};
  };
  const auto norm = [&] {
    AriaNorm both;
    both.weight = vector();
    both.bias = vector();
    return both;
  };
  weights.table = vector();
  weights.norm = norm();
  weights.layers.resize(at(weights.shape.layers));
  for (AriaLayer& layer : weights.layers) {
    for (native::Matrix* one : {&layer.qkv, &layer.out, &layer.gate, &layer.up, &layer.down}) *one = matrix();
    layer.attentionNorm = norm();
    layer.forwardNorm = norm();
  }
  weights.voice = matrix();
  return weights;
}

AriaDecoder::AriaDecoder(std::shared_ptr<const AriaWeights> weights, int capacity)
    : weights_{std::move(weights)}, capacity_{capacity} {
  if (weights_ == nullptr) throw std::invalid_argument{"aria: no weights"};
  if (capacity < 1 || capacity > kAriaContext)
    throw std::invalid_argument{"aria: capacity must be 1 to " + std::to_string(kAriaContext)};
  const AriaShape& s = weights_->shape;
  const int half = s.headWidth() / 2;
  for (int j = 0; j < half; ++j)
    speeds_.push_back(static_cast<float>(std::pow(kTurnBase, -static_cast<double>(j) / half)));
  cosine_.resize(at(kBlock) * at(half));
  sine_.resize(cosine_.size());
  x_.resize(at(kBlock) * at(s.width));
  level_.resize(x_.size());
  qkv_.resize(3 * x_.size());
  gate_.resize(at(kBlock) * at(s.hidden));
  up_.resize(gate_.size());
  logits_.resize(at(s.vocabulary));
}

void AriaDecoder::check(std::span<const int> ids) const {
  if (ids.empty()) throw std::invalid_argument{"aria: no tokens"};
  if (ids.size() > at(capacity_ - length_)) {
    throw std::length_error{"aria: " + std::to_string(ids.size()) + " tokens more than the " + std::to_string(length_) +
                            " do not fit into " + std::to_string(capacity_)};
  }
  for (const int id : ids) {
    if (id < 0 || id >= weights_->shape.vocabulary)
      throw std::out_of_range{"aria: there is no token " + std::to_string(id)};
  }
}

std::span<const float> AriaDecoder::extend(std::span<const int> ids) {
  check(ids);
  int rows = 0;
  for (; !ids.empty(); ids = ids.subspan(at(rows))) {
    rows = static_cast<int>(std::min(ids.size(), at(kBlock)));
    block(ids.first(at(rows)));
  }
  speak(rows - 1, 1);
  return std::span<const float>{logits_}.first(at(weights_->shape.vocabulary));
}

void AriaDecoder::extend(std::span<const int> ids, const Listener& listener) {
  check(ids);
  const std::size_t vocabulary = at(weights_->shape.vocabulary);
  logits_.resize(std::max(logits_.size(), std::min(ids.size(), at(kBlock)) * vocabulary));
  while (!ids.empty()) {
    const int rows = static_cast<int>(std::min(ids.size(), at(kBlock))), first = length_;
    block(ids.first(at(rows)));
    speak(0, rows);
    for (int r = 0; r < rows; ++r)
      listener(first + r, std::span<const float>{logits_}.subspan(at(r) * vocabulary, vocabulary));
    ids = ids.subspan(at(rows));
  }
}

void AriaDecoder::rollBack(int length) {
  if (length < 0 || length > length_) throw std::out_of_range{"aria: cannot go back to where it never was"};
  length_ = length;
  pages_.resize(at((length + kPage - 1) / kPage * weights_->shape.layers));
}

void AriaDecoder::block(std::span<const int> ids) {
  const AriaWeights& w = *weights_;
  const int width = w.shape.width, hidden = w.shape.hidden, rows = static_cast<int>(ids.size());
  const std::size_t wide = at(width), deep = at(hidden);
  const int pages = (length_ + rows + kPage - 1) / kPage;
  while (pages_.size() < at(pages * w.shape.layers)) {
    Page page;
    page.keys.resize(at(kPage) * wide);
    page.values.resize(at(w.shape.heads) * at(panelsFor(w.shape.headWidth())) * at(kPage) * kPanelSize);
    pages_.push_back(std::move(page));
  }
  scores_.resize(std::max(scores_.size(), at(pages * kPage)));
  for (std::size_t r = 0; r < at(rows); ++r)
    std::copy_n(w.table.data() + at(ids[r]) * wide, wide, x_.data() + r * wide);
  turnings(rows);

  const native::RowsView level{level_.data(), wide, rows};
  for (int i = 0; i < w.shape.layers; ++i) {
    const AriaLayer& layer = w.layers[at(i)];
    for (std::size_t r = 0; r < at(rows); ++r)
      toLevel(x_.data() + r * wide, layer.attentionNorm, level_.data() + r * wide, width);
    multiply(layer.qkv.view(), level, qkv_.data(), 3 * wide, Into::replace);
    attention(i, rows);  // from qkv_ into level_
    multiply(layer.out.view(), level, x_.data(), wide, Into::add);

    for (std::size_t r = 0; r < at(rows); ++r)
      toLevel(x_.data() + r * wide, layer.forwardNorm, level_.data() + r * wide, width);
    multiply(layer.gate.view(), level, gate_.data(), deep, Into::replace);
    multiply(layer.up.view(), level, up_.data(), deep, Into::replace);
    native::gated(gate_.data(), up_.data(), rows * hidden);
    multiply(layer.down.view(), {gate_.data(), deep, rows}, x_.data(), wide, Into::add);
  }
  length_ += rows;
}

/// Logits of some rows of the last block.
void AriaDecoder::speak(int firstRow, int rows) {
  const std::size_t wide = at(weights_->shape.width);
  for (std::size_t r = 0; r < at(rows); ++r) {
    toLevel(x_.data() + (at(firstRow) + r) * wide, weights_->norm, level_.data() + r * wide, weights_->shape.width);
  }
  multiply(weights_->voice.view(), {level_.data(), wide, rows}, logits_.data(), at(weights_->shape.vocabulary),
           Into::replace);
}

void AriaDecoder::turnings(int rows) {
  std::size_t to = 0;
  for (int r = 0; r < rows; ++r) {
    for (const float speed : speeds_) {
      const float angle = static_cast<float>(length_ + r) * speed;
      cosine_[to] = std::cos(angle);
      sine_[to] = std::sin(angle);
      ++to;
    }
  }
}

void AriaDecoder::turn(float* vector, int row) const {
  const std::size_t half = speeds_.size();
  const float* cosine = cosine_.data() + at(row) * half;
  const float* sine = sine_.data() + at(row) * half;
  for (std::size_t j = 0; j < half; ++j) {
    const float a = vector[j], b = vector[j + half];
    vector[j] = a * cosine[j] - b * sine[j];
    vector[j + half] = b * cosine[j] + a * sine[j];
  }
}

void AriaDecoder::attention(int layer, int rows) {
  const AriaShape& s = weights_->shape;
  const std::size_t wide = at(s.width), headWide = at(s.headWidth());
  const float scale = 1.0f / std::sqrt(static_cast<float>(s.headWidth()));
  for (int head = 0; head < s.heads; ++head) {
    for (int r = 0; r < rows; ++r) {
      float* query = qkv_.data() + at(r) * 3 * wide + at(head) * headWide;
      float* key = query + wide;
      turn(query, r);
      turn(key, r);
      for (std::size_t i = 0; i < headWide; ++i) query[i] *= scale;
      remember(layer, head, length_ + r, key, key + wide);
      listen(layer, head, length_ + r, query, level_.data() + at(r) * wide + at(head) * headWide);
    }
  }
}

void AriaDecoder::remember(int layer, int head, int place, const float* key, const float* value) {
  const AriaShape& s = weights_->shape;
  const std::size_t headWide = at(s.headWidth()), within = at(place % kPage);
  Page& page = pages_[at(place / kPage * s.layers + layer)];
  float* keys = page.keys.data() + at(head) * headWide * at(kPage) + within / kPanelSize * headWide * kPanelSize +
                within % kPanelSize;
  float* values =
      page.values.data() + at(head) * at(panelsFor(s.headWidth())) * at(kPage) * kPanelSize + within * kPanelSize;
  for (std::size_t i = 0; i < headWide; ++i) {
    keys[i * kPanelSize] = key[i];
    values[i / kPanelSize * at(kPage) * kPanelSize + i % kPanelSize] = value[i];
  }
}

/// Looks back from a place over all places up to it, page by page.
void AriaDecoder::listen(int layer, int head, int place, const float* query, float* heard) {
  const AriaShape& s = weights_->shape;
  const int headWidth = s.headWidth(), count = place + 1;
  const std::size_t headWide = at(headWidth);
  for (int begin = 0; begin < count; begin += kPage) {
    const Page& page = pages_[at(begin / kPage * s.layers + layer)];
    const PanelsView keys{page.keys.data() + at(head) * headWide * at(kPage), headWide * kPanelSize,
                          std::min(kPage, count - begin), headWidth};
    multiply(keys, {query, headWide, 1}, scores_.data() + begin, 0, Into::replace);
  }
  const float share = native::softmax(scores_.data(), count);
  for (int begin = 0; begin < count; begin += kPage) {
    const Page& page = pages_[at(begin / kPage * s.layers + layer)];
    const std::size_t size = at(panelsFor(headWidth)) * at(kPage) * kPanelSize;
    const PanelsView values{page.values.data() + at(head) * size, at(kPage) * kPanelSize, headWidth,
                            std::min(kPage, count - begin)};
    multiply(values, {scores_.data() + begin, at(kPage), 1}, heard, 0, begin == 0 ? Into::replace : Into::add);
  }
  for (std::size_t i = 0; i < headWide; ++i) heard[i] *= share;
}

}  // namespace antiphon
