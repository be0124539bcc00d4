#include "model/native/weights.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "model/dice.hpp"

namespace antiphon::native {
namespace {

constexpr auto kPanelSize = static_cast<std::size_t>(kPanel);

std::size_t sizeOf(const TensorSpec& spec) {
  std::size_t size = 1;
  for (const std::int64_t side : spec.size) size *= static_cast<std::size_t>(side);
  return size;
}

/// Hands out the tensors of a model one after the other, and checks each.
class Reading {
 public:
  Reading(const Shape& shape, const std::function<std::vector<float>(const TensorSpec&)>& fetch)
      : specs_{tensors(shape)}, fetch_{fetch} {}

  Floats vector() {
    const std::vector<float> values = next();
    return Floats(values.begin(), values.end());
  }
  Matrix matrix() {
    const TensorSpec& spec = specs_[next_];
    const std::vector<float> values = next();
    return Matrix{static_cast<int>(spec.size[0]), static_cast<int>(spec.size[1]), values};
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
  std::size_t next_ = 0;
};

}  // namespace

Matrix::Matrix(int outputs, int depth, std::span<const float> rows) : outputs_{outputs}, depth_{depth} {
  const auto depthSize = static_cast<std::size_t>(depth);
  panels_.resize(static_cast<std::size_t>(panelsFor(outputs)) * depthSize * kPanelSize);
  for (std::size_t o = 0; o < static_cast<std::size_t>(outputs); ++o) {
    float* panel = panels_.data() + o / kPanelSize * depthSize * kPanelSize + o % kPanelSize;
    for (std::size_t k = 0; k < depthSize; ++k) panel[k * kPanelSize] = rows[o * depthSize + k];
  }
}

float Matrix::at(int output, int k) const {
  const auto o = static_cast<std::size_t>(output);
  return panels_[(o / kPanelSize * static_cast<std::size_t>(depth_) + static_cast<std::size_t>(k)) * kPanelSize +
                 o % kPanelSize];
}

PanelsView Matrix::view() const {
  return {panels_.data(), static_cast<std::size_t>(depth_) * kPanelSize, outputs_, depth_};
}

Weights load(const Shape& shape, const std::function<std::vector<float>(const TensorSpec&)>& fetch) {
  check(shape);
  Reading reading{shape, fetch};
  Weights weights;
  weights.shape = shape;
  weights.table = reading.vector();
  for (int i = 0; i < shape.layers; ++i) {
    LayerWeights& layer = weights.layers.emplace_back();
    layer.attentionNorm = reading.vector();
    layer.qkv = reading.matrix();
    layer.out = reading.matrix();
    layer.forwardNorm = reading.vector();
    layer.gate = reading.matrix();
    layer.up = reading.matrix();
    layer.down = reading.matrix();
  }
  weights.norm = reading.vector();
  for (std::size_t i = 0; i < kHeads; ++i) {
    HeadWeights& head = weights.heads[i];
    head.norm1 = reading.vector();
    head.in = reading.matrix();
    head.out = reading.matrix();
    head.norm2 = reading.vector();
    head.bias = reading.vector();
    const int choices = kHeadChoices[i];
    head.choices =
        Matrix{choices, shape.width, {weights.row(kHeadRow[i]), static_cast<std::size_t>(choices * shape.width)}};
  }
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

Weights randomWeights(const Shape& shape, std::uint64_t seed, float scale) {
  return load(shape, [&](const TensorSpec& spec) { return randomTensor(spec, seed, scale); });
}

}  // namespace antiphon::native
