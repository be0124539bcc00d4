#include "model/native/weights.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "model/compute/foresight.hpp"
#include "model/compute/units.hpp"
#include "model/dice.hpp"

namespace antiphon::native {
namespace {

std::size_t sizeOf(const TensorSpec& spec) {
  std::size_t size = 1;
  for (const std::int64_t side : spec.size) size *= static_cast<std::size_t>(side);
  return size;
}

std::size_t packedBytes(const Shape& shape, compute::Format format) {
  const int width = shape.width;
  const std::size_t layer = compute::attentionBytes(format, width, shape.heads) +
                            compute::feedingBytes(format, width, shape.hidden, compute::Gates::withUp);
  std::size_t bytes = static_cast<std::size_t>(shape.layers) * layer;
  for (const int choices : kHeadChoices)
    bytes += compute::feedingBytes(format, width, 2 * width, compute::Gates::alone) +
             compute::packedBytes(format, choices, width);
  return bytes;
}

/// Hands out the tensors of a model one after the other, and checks each.
class Reading {
 public:
  Reading(const Shape& shape, const std::function<std::vector<float>(const TensorSpec&)>& fetch,
          compute::PackedStore& store)
      : specs_{tensors(shape)}, fetch_{fetch}, store_{store} {}

  Floats vector() {
    const std::vector<float> values = next();
    return Floats(values.begin(), values.end());
  }
  compute::Norm norm() { return {vector(), {}}; }
  void fill(const compute::Packed& matrix) { store_.fill(matrix, next()); }

 private:
  std::vector<float> next() {
    const TensorSpec& spec = specs_[next_++];
    std::vector<float> values = fetch_(spec);
    if (values.size() != sizeOf(spec)) {
      throw std::invalid_argument{"model: " + spec.name + " has " + std::to_string(values.size()) +
                                  " numbers, and must have " + std::to_string(sizeOf(spec))};
    }
    if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) {
      throw std::invalid_argument{"model: " + spec.name + " holds what is no number"};
    }
    return values;
  }

  std::vector<TensorSpec> specs_;
  const std::function<std::vector<float>(const TensorSpec&)>& fetch_;
  compute::PackedStore& store_;
  std::size_t next_ = 0;
};

}  // namespace

Weights load(const Shape& shape, const std::function<std::vector<float>(const TensorSpec&)>& fetch,
             compute::Format format) {
  check(shape);
  Weights weights;
  weights.shape = shape;
  weights.store = compute::PackedStore{format, packedBytes(shape, format)};
  Reading reading{shape, fetch, weights.store};
  weights.table = reading.vector();
  for (int i = 0; i < shape.layers; ++i) {
    compute::TrunkLayer& layer = weights.layers.emplace_back();
    layer.attention = compute::placeAttention(weights.store, shape.width, shape.heads);
    layer.feeding = compute::placeFeeding(weights.store, shape.width, shape.hidden, compute::Gates::withUp);
    layer.attentionNorm = reading.norm();
    reading.fill(layer.attention.qkv);
    reading.fill(layer.attention.out);
    layer.forwardNorm = reading.norm();
    reading.fill(layer.feeding.gate);
    reading.fill(layer.feeding.up);
    reading.fill(layer.feeding.down);
  }
  weights.norm = reading.norm();
  for (std::size_t i = 0; i < kHeads; ++i) {
    HeadWeights& head = weights.heads[i];
    head.feeding = compute::placeFeeding(weights.store, shape.width, 2 * shape.width, compute::Gates::alone);
    head.norm1 = reading.norm();
    reading.fill(head.feeding.gate);
    reading.fill(head.feeding.down);
    head.norm2 = reading.norm();
    head.bias = reading.vector();
    const int choices = kHeadChoices[i];
    head.choices = weights.store.next(choices, shape.width,
                                      {weights.row(kHeadRow[i]), static_cast<std::size_t>(choices * shape.width)});
  }
  compute::chooseForesight(weights.store.matrices());
  return weights;
}

std::vector<float> randomTensor(const TensorSpec& spec, std::uint64_t seed, float scale) {
  std::vector<float> values(sizeOf(spec));
  if (spec.size.size() == 1) {
    const bool norm = spec.name.find("norm") != std::string::npos;
    std::ranges::fill(values, norm ? 1.0f : 0.0f);
    return values;
  }
  std::uint64_t name = 0;
  for (const char letter : spec.name) name = name * 131 + static_cast<unsigned char>(letter);
  Dice dice{seed, name};
  for (float& value : values) {
    // Twelve equal chances of 16 bits add up to nearly a normal one, of spread 1, without a function that differs from
    // one C library to the next.
    std::uint64_t sum = 0;
    for (int i = 0; i < 3; ++i) {
      for (std::uint64_t four = dice.next(), j = 0; j < 4; ++j, four >>= 16) sum += four & 0xFFFF;
    }
    value = (static_cast<float>(sum) / 65536.0f - 6.0f) * scale;
  }
  if (spec.name == "table") std::fill_n(values.begin(), spec.size[1], 0.0f);  // kNothing
  return values;
}

Weights randomWeights(const Shape& shape, std::uint64_t seed, float scale, compute::Format format) {
  return load(
      shape, [&](const TensorSpec& spec) { return randomTensor(spec, seed, scale); }, format);
}

}  // namespace antiphon::native
