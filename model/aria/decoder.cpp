#include "model/aria/decoder.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "model/compute/foresight.hpp"
#include "model/compute/units.hpp"
#include "model/half.hpp"

namespace antiphon {
namespace {

using compute::Format;

constexpr float kEpsilon = 1e-5f;
constexpr double kTurnBase = 500'000;

std::size_t at(int index) { return static_cast<std::size_t>(index); }

std::size_t packedBytes(const AriaShape& shape, Format format) {
  const std::size_t layer = compute::attentionBytes(format, shape.width, shape.heads) +
                            compute::feedingBytes(format, shape.width, shape.hidden, compute::Gates::withUp);
  return at(shape.layers) * layer + compute::packedBytes(format, shape.vocabulary, shape.width);
}

compute::TrunkPlan planOf(const std::shared_ptr<const AriaWeights>& weights, int capacity) {
  if (weights == nullptr) throw std::invalid_argument{"aria: no weights"};
  if (capacity < 1 || capacity > kAriaContext)
    throw std::invalid_argument{"aria: capacity must be 1 to " + std::to_string(kAriaContext)};
  const AriaShape& s = weights->shape;
  return {.width = s.width,
          .heads = s.heads,
          .hidden = s.hidden,
          .epsilon = kEpsilon,
          .scoreScale = 1.0f / std::sqrt(static_cast<float>(s.headWidth())),
          .memory = weights->store.format() == Format::f32 ? compute::Memory::f32 : compute::Memory::f16};
}

}  // namespace

AriaWeights loadAria(const Safetensors& checkpoint, std::optional<int> heads, const AriaLoading& loading) {
  return loadAria(
      shapeOf(checkpoint, heads),
      [&](const native::TensorSpec& spec) { return checkpoint.floats(spec.name, spec.size); }, loading);
}

AriaWeights loadAria(const AriaShape& shape, const std::function<std::vector<float>(const native::TensorSpec&)>& fetch,
                     const AriaLoading& loading) {
  AriaWeights weights;
  weights.shape = shape;
  weights.store = compute::PackedStore{loading.format, packedBytes(shape, loading.format)};
  const bool packed = loading.warm && loading.warm(weights.store);
  const std::vector<native::TensorSpec> specs = tensorsOf(weights.shape);
  std::size_t next = 0;
  const auto numbers = [&] {
    if (loading.told && !packed) loading.told(static_cast<double>(next + 1) / static_cast<double>(specs.size()));
    return fetch(specs[next++]);
  };
  const auto vector = [&] {
    const std::vector<float> values = numbers();
    return compute::Floats(values.begin(), values.end());
  };
  const auto fill = [&](const compute::Packed& matrix) {
    if (packed) ++next;
    else weights.store.fill(matrix, numbers());
  };
  const auto norm = [&] {
    compute::Norm both;
    both.weight = vector();
    both.bias = vector();
    return both;
  };
  if (loading.format == Format::f32) {
    weights.table = vector();
  } else {
    const std::vector<float> values = numbers();
    weights.halfTable.resize(values.size());
    std::ranges::transform(values, weights.halfTable.begin(), [](float value) { return toBf16(value); });
  }
  weights.norm = norm();
  weights.layers.resize(at(weights.shape.layers));
  for (compute::TrunkLayer& layer : weights.layers) {
    layer.attention = compute::placeAttention(weights.store, shape.width, shape.heads);
    layer.feeding = compute::placeFeeding(weights.store, shape.width, shape.hidden, compute::Gates::withUp);
    fill(layer.attention.qkv);
    fill(layer.attention.out);
    fill(layer.feeding.gate);
    fill(layer.feeding.up);
    fill(layer.feeding.down);
    layer.attentionNorm = norm();
    layer.forwardNorm = norm();
  }
  weights.voice = weights.store.next(shape.vocabulary, shape.width);
  fill(weights.voice);
  compute::chooseForesight(weights.store.matrices());
  return weights;
}

AriaDecoder::AriaDecoder(std::shared_ptr<const AriaWeights> weights, int capacity, std::shared_ptr<compute::Crew> crew)
    : weights_{std::move(weights)},
      trunk_{planOf(weights_, capacity), weights_->layers, capacity,
             crew != nullptr ? std::move(crew) : std::make_shared<compute::Crew>(0), weights_->shape.vocabulary} {
  const AriaShape& s = weights_->shape;
  const int half = s.headWidth() / 2;
  for (int j = 0; j < half; ++j)
    speeds_.push_back(static_cast<float>(std::pow(kTurnBase, -static_cast<double>(j) / half)));
  level_.resize(at(s.width));
  logits_.resize(at(s.vocabulary));
}

void AriaDecoder::check(std::span<const int> ids) const {
  if (ids.empty()) throw std::invalid_argument{"aria: no tokens"};
  if (ids.size() > at(capacity() - length())) {
    throw std::length_error{"aria: " + std::to_string(ids.size()) + " tokens more than the " +
                            std::to_string(length()) + " do not fit into " + std::to_string(capacity())};
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
    rows = static_cast<int>(std::min(ids.size(), at(compute::Trunk::kBlock)));
    block(ids.first(at(rows)));
  }
  return speak(rows - 1);
}

void AriaDecoder::extend(std::span<const int> ids, const Listener& listener) {
  check(ids);
  while (!ids.empty()) {
    const int rows = static_cast<int>(std::min(ids.size(), at(compute::Trunk::kBlock))), first = length();
    block(ids.first(at(rows)));
    for (int r = 0; r < rows; ++r) listener(first + r, speak(r));
    ids = ids.subspan(at(rows));
  }
}

void AriaDecoder::rollBack(int length) {
  if (length < 0 || length > this->length()) throw std::out_of_range{"aria: cannot go back to where it never was"};
  trunk_.rollBack(length);
}

void AriaDecoder::block(std::span<const int> ids) {
  const AriaWeights& w = *weights_;
  const std::size_t wide = at(w.shape.width);
  const int rows = static_cast<int>(ids.size());
  for (int r = 0; r < rows; ++r) {
    float* x = trunk_.row(r);
    const std::size_t from = at(ids[at(r)]) * wide;
    for (std::size_t i = 0; i < wide; ++i) x[i] = w.table.empty() ? fromBf16(w.halfTable[from + i]) : w.table[from + i];
    for (std::size_t j = 0; j < speeds_.size(); ++j) {
      const float angle = static_cast<float>(length() + r) * speeds_[j];
      trunk_.cosine(r)[j] = std::cos(angle);
      trunk_.sine(r)[j] = std::sin(angle);
    }
  }
  trunk_.think(rows);
}

/// Logits of a row of the last block.
std::span<const float> AriaDecoder::speak(int row) {
  compute::level(weights_->norm, kEpsilon, trunk_.row(row), level_.data());
  trunk_.multiply(weights_->voice, level_.data(), logits_.data(), compute::Into::replace);
  return logits_;
}

}  // namespace antiphon
