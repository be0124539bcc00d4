// Aria models for tests, and their formulas once more.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "model/aria/shape.hpp"
#include "model/native/weights.hpp"
#include "model/safetensors.hpp"

namespace antiphon::aria_testing {

using Vector = std::vector<double>;
using Tensors = std::map<std::string, std::vector<float>>;

inline constexpr AriaShape kSmall{.width = 32, .layers = 2, .heads = 2, .hidden = 40, .vocabulary = kAriaTokens};

/// Nothing left at 0 or 1, and loud enough that every part of the formulas is heard.
inline Tensors livelyTensors(const AriaShape& shape) {
  Tensors all;
  for (const auto& spec : tensorsOf(shape)) {
    std::vector<float> values =
        native::randomTensor({spec.name, {1, spec.size[0] * (spec.size.size() > 1 ? spec.size[1] : 1)}}, 3, 0.3f);
    if (spec.name.ends_with("norm1.weight") || spec.name.ends_with("norm2.weight") ||
        spec.name.ends_with("norm.weight")) {
      for (float& value : values) value += 1;
    }
    all[spec.name] = std::move(values);
  }
  return all;
}

/// A checkpoint's bytes, with one tensor changed on the way.
class Checkpoint {
 public:
  explicit Checkpoint(const AriaShape& shape, TensorType type = TensorType::f32) {
    const Tensors values = livelyTensors(shape);
    for (const auto& spec : tensorsOf(shape))
      tensors.push_back({spec.name, type, spec.size, asBytes(values.at(spec.name), type)});
  }
  TensorToWrite& operator[](const std::string& name) {
    const auto found = std::ranges::find(tensors, name, &TensorToWrite::name);
    REQUIRE(found != tensors.end());
    return *found;
  }
  void without(const std::string& name) {
    REQUIRE(std::erase_if(tensors, [&](const TensorToWrite& tensor) { return tensor.name == name; }) == 1);
  }
  Safetensors open() {
    const auto path = std::filesystem::temp_directory_path() / "aria.safetensors";
    writeSafetensors(path, tensors, metadata);
    std::ifstream in{path, std::ios::binary};
    text_.assign(std::istreambuf_iterator<char>{in}, {});
    std::filesystem::remove(path);
    return Safetensors{std::as_bytes(std::span{text_}), "aria"};
  }

  std::vector<TensorToWrite> tensors{};
  std::map<std::string, std::string> metadata{};

 private:
  std::string text_{};
};

/// The formulas of shape.hpp in doubles: every position from the very beginning, nothing kept.
class Reference {
 public:
  Reference(const AriaShape& shape, Tensors tensors) : shape_{shape}, tensors_{std::move(tensors)} {}

  Vector logits(const std::vector<int>& ids) const {
    std::vector<Vector> x;
    for (const int id : ids) {
      const float* row = tensors_.at("model.tok_embeddings.weight").data() + id * shape_.width;
      x.emplace_back(row, row + shape_.width);
    }
    for (int i = 0; i < shape_.layers; ++i) {
      const std::string layer = "model.encode_layers." + std::to_string(i) + ".";
      std::vector<Vector> mixed;
      for (const Vector& one : x) mixed.push_back(times(layer + "mixed_qkv.weight", level(layer + "norm1", one)));
      for (std::size_t t = 0; t < x.size(); ++t) {
        add(x[t], times(layer + "att_proj_linear.weight", heard(mixed, t)));
        const Vector y = level(layer + "norm2", x[t]);
        const Vector gate = times(layer + "ff_gate_proj.weight", y);
        Vector inner = times(layer + "ff_up_proj.weight", y);
        for (std::size_t j = 0; j < inner.size(); ++j) inner[j] *= gate[j] / (1 + std::exp(-gate[j]));
        add(x[t], times(layer + "ff_down_proj.weight", inner));
      }
    }
    return times("lm_head.weight", level("model.out_layer_norm", x.back()));
  }

 private:
  static void add(Vector& to, const Vector& what) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += what[i];
  }
  Vector times(const std::string& matrix, const Vector& in) const {
    const std::vector<float>& rows = tensors_.at(matrix);
    Vector out(rows.size() / in.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
      out[i / in.size()] += static_cast<double>(rows[i]) * in[i % in.size()];
    return out;
  }
  Vector level(const std::string& norm, const Vector& in) const {
    const auto size = static_cast<double>(in.size());
    double sum = 0, squares = 0;
    for (const double value : in) sum += value, squares += value * value;
    const double spread = std::sqrt(squares / size - sum / size * (sum / size) + 1e-5);
    const std::vector<float>& weight = tensors_.at(norm + ".weight");
    const std::vector<float>& bias = tensors_.at(norm + ".bias");
    Vector out;
    for (std::size_t i = 0; i < in.size(); ++i) {
      out.push_back((in[i] - sum / size) / spread * static_cast<double>(weight[i]) + static_cast<double>(bias[i]));
    }
    return out;
  }
  /// A query and a key that are turned by their places agree as if only their distance turned one of them.
  double agreement(const Vector& query, const Vector& key, std::size_t head, double distance) const {
    const auto width = static_cast<std::size_t>(shape_.headWidth()), half = width / 2;
    double sum = 0;
    for (std::size_t j = 0; j < half; ++j) {
      const double angle = distance * std::pow(500'000.0, -static_cast<double>(j) / static_cast<double>(half));
      const std::size_t a = head * width + j, b = a + half, keys = static_cast<std::size_t>(shape_.width);
      sum += (query[a] * std::cos(angle) - query[b] * std::sin(angle)) * key[keys + a];
      sum += (query[a] * std::sin(angle) + query[b] * std::cos(angle)) * key[keys + b];
    }
    return sum / std::sqrt(static_cast<double>(width));
  }
  Vector heard(const std::vector<Vector>& mixed, std::size_t now) const {
    const auto width = static_cast<std::size_t>(shape_.headWidth()), wide = static_cast<std::size_t>(shape_.width);
    Vector all(wide);
    for (std::size_t head = 0; head < static_cast<std::size_t>(shape_.heads); ++head) {
      Vector weights;
      double sum = 0;
      for (std::size_t t = 0; t <= now; ++t) {
        sum += weights.emplace_back(std::exp(agreement(mixed[now], mixed[t], head, static_cast<double>(now - t))));
      }
      for (std::size_t t = 0; t <= now; ++t) {
        for (std::size_t i = head * width; i < (head + 1) * width; ++i)
          all[i] += weights[t] / sum * mixed[t][2 * wide + i];
      }
    }
    return all;
  }

  AriaShape shape_;
  Tensors tensors_;
};

}  // namespace antiphon::aria_testing
