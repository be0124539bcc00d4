#include "model/native/weights.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "model/compute/foresight.hpp"
#include "model/dice.hpp"

namespace antiphon::native {
namespace {

std::size_t sizeOf(const TensorSpec& spec) {
  std::size_t size = 1;
  for (const std::int64_t side : spec.size) size *= static_cast<std::size_t>(side);
  return size;
}

std::size_t packedBytes(const Shape& shape, compute::Format format) {
  std::size_t bytes = 0;
  for (const TensorSpec& spec : tensors(shape)) {
    if (spec.size.size() == 2 && spec.name != "table")
      bytes += compute::packedBytes(format, static_cast<int>(spec.size[0]), static_cast<int>(spec.size[1]));
  }
  for (const int choices : kHeadChoices) bytes += compute::packedBytes(format, choices, shape.width);
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
  compute::Packed matrix() {
    const TensorSpec& spec = specs_[next_];
    const std::vector<float> values = next();
    return store_.next(static_cast<int>(spec.size[0]), static_cast<int>(spec.size[1]), values);
  }

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
    layer.attentionNorm = reading.norm();
    layer.qkv = reading.matrix();
    layer.out = reading.matrix();
    layer.forwardNorm = reading.norm();
    layer.gate = reading.matrix();
    layer.up = reading.matrix();
    layer.down = reading.matrix();
  }
  weights.norm = reading.norm();
  for (std::size_t i = 0; i < kHeads; ++i) {
    HeadWeights& head = weights.heads[i];
    head.norm1 = reading.norm();
    head.in = reading.matrix();
    head.out = reading.matrix();
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
