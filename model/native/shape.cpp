#include "model/native/shape.hpp"

#include <array>
#include <stdexcept>

namespace antiphon::native {
namespace {

constexpr std::array<const char*, kHeads> kHeadNames{"pitch", "length", "velocity", "next"};

void within(const char* field, int value, int low, int high) {
  if (value < low || value > high) {
    throw std::invalid_argument{std::string{"model shape: "} + field + " is " + std::to_string(value) +
                                ", and must be " + std::to_string(low) + " to " + std::to_string(high)};
  }
}

}  // namespace

void check(const Shape& shape) {
  within("width", shape.width, 16, 4096);
  within("layers", shape.layers, 1, 64);
  within("heads", shape.heads, 1, 64);
  within("hidden", shape.hidden, 16, 16384);
  within("textPieces", shape.textPieces, 0, 32768);
  if (shape.width % (shape.heads * 4) != 0) {
    throw std::invalid_argument{"model shape: width " + std::to_string(shape.width) + " cannot be split among " +
                                std::to_string(shape.heads) + " heads of a multiple of 4"};
  }
}

std::vector<TensorSpec> tensors(const Shape& s) {
  const std::int64_t d = s.width, h = s.hidden;
  std::vector<TensorSpec> all{{"table", {s.rows(), d}}};
  for (int i = 0; i < s.layers; ++i) {
    const std::string layer = "layers." + std::to_string(i) + ".";
    all.push_back({layer + "attention.norm", {d}});
    all.push_back({layer + "attention.qkv", {3 * d, d}});
    all.push_back({layer + "attention.out", {d, d}});
    all.push_back({layer + "forward.norm", {d}});
    all.push_back({layer + "forward.gate", {h, d}});
    all.push_back({layer + "forward.up", {h, d}});
    all.push_back({layer + "forward.down", {d, h}});
  }
  all.push_back({"norm", {d}});
  for (int head = 0; head < kHeads; ++head) {
    const std::string name = std::string{"heads."} + kHeadNames[static_cast<std::size_t>(head)] + ".";
    all.push_back({name + "norm1", {d}});
    all.push_back({name + "in", {2 * d, d}});
    all.push_back({name + "out", {d, 2 * d}});
    all.push_back({name + "norm2", {d}});
    all.push_back({name + "bias", {kHeadChoices[static_cast<std::size_t>(head)]}});
  }
  return all;
}

std::int64_t parameters(const Shape& shape) {
  std::int64_t sum = 0;
  for (const TensorSpec& tensor : tensors(shape)) {
    std::int64_t size = 1;
    for (const std::int64_t side : tensor.size) size *= side;
    sum += size;
  }
  return sum;
}

}  // namespace antiphon::native
