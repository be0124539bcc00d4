#include "model/native/decoder.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace antiphon::native {
namespace {

constexpr auto kPanelSize = static_cast<std::size_t>(kPanel);

}  // namespace

Decoder::Decoder(std::shared_ptr<const Weights> weights, int capacity)
    : weights_{std::move(weights)}, capacity_{capacity} {
  if (weights_ == nullptr) throw std::invalid_argument{"decoder: no weights"};
  if (capacity < 1) throw std::invalid_argument{"decoder: capacity must be above 0"};
  const Shape& s = weights_->shape;
  const std::size_t all = at(s.layers) * at(s.heads);
  keysSize_ = at(panelsFor(capacity)) * at(s.headWidth()) * kPanelSize;
  valuesSize_ = at(panelsFor(s.headWidth())) * at(capacity) * kPanelSize;
  keys_.resize(all * keysSize_);
  values_.resize(all * valuesSize_);

  const int quarter = s.headWidth() / 4;
  for (int j = 0; j < quarter; ++j) {
    speeds_.push_back(static_cast<float>(std::pow(static_cast<double>(kTurnBase), -static_cast<double>(j) / quarter)));
  }
  cosine_.resize(at(kBlock * 2 * quarter));
  sine_.resize(cosine_.size());
  x_.resize(at(kBlock * s.width));
  level_.resize(x_.size());
  qkv_.resize(3 * x_.size());
  gate_.resize(at(kBlock * s.hidden));
  up_.resize(gate_.size());
  scores_.resize(at(panelsFor(capacity)) * kPanelSize);
  last_.resize(at(s.width));
  mixed_.resize(at(s.width));
  hidden_.resize(at(2 * s.width));
  logits_.resize(at(std::ranges::max(kHeadChoices)));
}

void Decoder::extend(std::span<const Step> steps) {
  if (steps.size() > at(capacity_ - length_)) {
    throw std::length_error{"decoder: " + std::to_string(steps.size()) + " steps more than the " +
                            std::to_string(length_) + " do not fit into " + std::to_string(capacity_)};
  }
  const int rows = weights_->shape.rows();
  for (const Step& step : steps) {
    if (std::ranges::any_of(step.in, [&](Row row) { return row >= rows; })) {
      throw std::out_of_range{"decoder: a step names a row that the table does not have"};
    }
  }
  while (!steps.empty()) {
    const std::size_t some = std::min(steps.size(), at(kBlock));
    block(steps.first(some));
    steps = steps.subspan(some);
  }
}

void Decoder::rollBack(int length) {
  if (length < 0 || length > length_) throw std::out_of_range{"decoder: cannot go back to where it never was"};
  length_ = length;
  thought_ = false;
}

void Decoder::block(std::span<const Step> steps) {
  const Weights& w = *weights_;
  const int width = w.shape.width, hidden = w.shape.hidden, rows = static_cast<int>(steps.size());
  const std::size_t wide = at(width), deep = at(hidden);
  for (int r = 0; r < rows; ++r) {
    float* x = row(x_, r, width);
    std::fill_n(x, width, 0.0f);
    for (const Row in : steps[at(r)].in) {
      const float* from = w.row(in);
      for (std::size_t i = 0; i < wide; ++i) x[i] += from[i];
    }
    toUnit(x, nullptr, x, width);
  }
  turnings(steps);

  const RowsView level{level_.data(), wide, rows};
  for (int i = 0; i < w.shape.layers; ++i) {
    const LayerWeights& layer = w.layers[at(i)];
    for (int r = 0; r < rows; ++r) toUnit(row(x_, r, width), layer.attentionNorm.data(), row(level_, r, width), width);
    multiply(layer.qkv.view(), level, qkv_.data(), 3 * wide, Into::replace);
    attention(i, rows);  // from qkv_ into level_
    multiply(layer.out.view(), level, x_.data(), wide, Into::add);

    for (int r = 0; r < rows; ++r) toUnit(row(x_, r, width), layer.forwardNorm.data(), row(level_, r, width), width);
    multiply(layer.gate.view(), level, gate_.data(), deep, Into::replace);
    multiply(layer.up.view(), level, up_.data(), deep, Into::replace);
    gated(gate_.data(), up_.data(), rows * hidden);
    multiply(layer.down.view(), {gate_.data(), deep, rows}, x_.data(), wide, Into::add);
  }
  toUnit(row(x_, rows - 1, width), w.norm.data(), last_.data(), width);
  length_ += rows;
  thought_ = true;
}

void Decoder::turnings(std::span<const Step> steps) {
  std::size_t to = 0;
  for (std::size_t r = 0; r < steps.size(); ++r) {
    const float places[2]{static_cast<float>(length_ + static_cast<int>(r)),
                          static_cast<float>(steps[r].time) / kTimeUnit};
    for (const float place : places) {
      for (const float speed : speeds_) {
        cosine_[to] = std::cos(place * speed);
        sine_[to] = std::sin(place * speed);
        ++to;
      }
    }
  }
}

/// Turns both halves of a head's vector as the row's place and time demand.
void Decoder::turn(float* vector, int row) const {
  const std::size_t quarter = speeds_.size();
  for (std::size_t half = 0; half < 2; ++half) {
    const float* cosine = cosine_.data() + (at(row) * 2 + half) * quarter;
    const float* sine = sine_.data() + (at(row) * 2 + half) * quarter;
    float* first = vector + half * 2 * quarter;
    float* second = first + quarter;
    for (std::size_t j = 0; j < quarter; ++j) {
      const float a = first[j], b = second[j];
      first[j] = a * cosine[j] - b * sine[j];
      second[j] = b * cosine[j] + a * sine[j];
    }
  }
}

void Decoder::attention(int layer, int rows) {
  const Shape& s = weights_->shape;
  const int width = s.headWidth();
  const float scale = kScoreScale / static_cast<float>(width);
  for (int head = 0; head < s.heads; ++head) {
    for (int r = 0; r < rows; ++r) {
      float* query = row(qkv_, r, 3 * s.width) + head * width;
      float* key = query + s.width;
      toUnit(query, nullptr, query, width);
      toUnit(key, nullptr, key, width);
      turn(query, r);
      turn(key, r);
      for (int i = 0; i < width; ++i) query[i] *= scale;
      remember(layer, head, length_ + r, key, key + s.width);
      listen(layer, head, length_ + r, query, row(level_, r, s.width) + head * width);
    }
  }
}

void Decoder::remember(int layer, int head, int place, const float* key, const float* value) {
  const auto width = at(weights_->shape.headWidth());
  const std::size_t index = at(layer * weights_->shape.heads + head);
  float* keys = keys_.data() + index * keysSize_ + at(place) / kPanelSize * width * kPanelSize + at(place) % kPanelSize;
  for (std::size_t i = 0; i < width; ++i) keys[i * kPanelSize] = key[i];
  float* values = values_.data() + index * valuesSize_ + at(place) * kPanelSize;
  for (std::size_t i = 0; i < width; ++i)
    values[i / kPanelSize * at(capacity_) * kPanelSize + i % kPanelSize] = value[i];
}

/// Looks back from a place over all places up to it.
void Decoder::listen(int layer, int head, int place, const float* query, float* heard) {
  const int width = weights_->shape.headWidth(), count = place + 1;
  const std::size_t index = at(layer * weights_->shape.heads + head);
  const PanelsView keys{keys_.data() + index * keysSize_, at(width) * kPanelSize, count, width};
  const PanelsView values{values_.data() + index * valuesSize_, at(capacity_) * kPanelSize, width, count};
  multiply(keys, {query, at(width), 1}, scores_.data(), 0, Into::replace);
  const float share = softmax(scores_.data(), count);
  multiply(values, {scores_.data(), at(count), 1}, heard, 0, Into::replace);
  for (int i = 0; i < width; ++i) heard[i] *= share;
}

std::span<const float> Decoder::speak(Head head, std::span<const Row> said) {
  if (!thought_) throw std::logic_error{"decoder: speak() before extend()"};
  const Weights& w = *weights_;
  const HeadWeights& voice = w.heads[head];
  const int width = w.shape.width, choices = kHeadChoices[head];
  std::ranges::copy(last_, mixed_.begin());
  for (const Row row : said) {
    if (row >= w.shape.rows()) throw std::out_of_range{"decoder: the table does not have what was said"};
    const float* from = w.row(row);
    for (std::size_t i = 0; i < at(width); ++i) mixed_[i] += from[i];
  }
  toUnit(mixed_.data(), voice.norm1.data(), level_.data(), width);
  multiply(voice.in.view(), {level_.data(), at(width), 1}, hidden_.data(), 0, Into::replace);
  gated(hidden_.data(), nullptr, 2 * width);
  multiply(voice.out.view(), {hidden_.data(), at(2 * width), 1}, mixed_.data(), 0, Into::add);
  toUnit(mixed_.data(), voice.norm2.data(), level_.data(), width);
  std::ranges::copy(voice.bias, logits_.begin());
  multiply(voice.choices.view(), {level_.data(), at(width), 1}, logits_.data(), 0, Into::add);
  return std::span<const float>{logits_}.first(at(choices));
}

}  // namespace antiphon::native
