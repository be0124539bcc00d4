#include "model/aria/shape.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <stdexcept>
#include <string>

#include "model/native/weights.hpp"

namespace antiphon {
namespace {

using native::TensorSpec;

constexpr std::int64_t kWidest = 1 << 16;  // of anything but the vocabulary
constexpr int kMostLayers = 512;
const std::string kLayers = "model.encode_layers.";

std::string layerName(int layer, const char* tensor) { return kLayers + std::to_string(layer) + "." + tensor; }

void check(const AriaShape& shape) {
  const auto wrong = [](const std::string& what) { throw std::invalid_argument{"aria: " + what}; };
  if (shape.width < 2 || shape.width > kWidest) wrong("width is " + std::to_string(shape.width));
  if (shape.layers < 1 || shape.layers > kMostLayers) wrong("layers are " + std::to_string(shape.layers));
  if (shape.hidden < 1 || shape.hidden > kWidest) wrong("hidden is " + std::to_string(shape.hidden));
  if (shape.heads < 1 || shape.width % shape.heads != 0 || shape.headWidth() % 2 != 0) {
    wrong(std::to_string(shape.heads) + " heads do not go into a width of " + std::to_string(shape.width));
  }
  if (shape.vocabulary != kAriaTokens && shape.vocabulary != kAriaLiveTokens) {
    wrong("vocabulary is " + std::to_string(shape.vocabulary) + "; " + std::to_string(kAriaTokens) + " or " +
          std::to_string(kAriaLiveTokens) + " tokens are known");
  }
}

[[noreturn]] void refuse(const Safetensors& checkpoint, const std::string& what) {
  throw SafetensorsError{checkpoint.name() + ": " + what};
}

/// The number of rows of a matrix, which `columns` must be right for, if there are any.
int rowsOf(const Safetensors& checkpoint, const std::string& name, std::optional<int> columns, std::int64_t most) {
  const TensorView* tensor = checkpoint.find(name);
  if (tensor == nullptr) refuse(checkpoint, "tensor '" + name + "' is missing; no Aria checkpoint");
  const auto& sides = tensor->shape;
  if (sides.size() != 2 || sides[0] < 1 || sides[0] > most || sides[1] < 1 || sides[1] > kWidest ||
      (columns && sides[1] != *columns)) {
    refuse(checkpoint, "tensor '" + name + "' has a size that no Aria checkpoint has");
  }
  return static_cast<int>(sides[0]);
}

/// One more than the highest that any tensor belongs to, so that a gap shows as a tensor that is missing.
int layersOf(const Safetensors& checkpoint) {
  int layers = 1;
  for (const auto& [name, tensor] : checkpoint.tensors()) {
    if (!name.starts_with(kLayers)) continue;
    int layer = 0;
    const auto [stopped, error] = std::from_chars(name.data() + kLayers.size(), name.data() + name.size(), layer);
    if (error == std::errc{} && layer < kMostLayers) layers = std::max(layers, layer + 1);
  }
  return layers;
}

int headsOf(const Safetensors& checkpoint, int width) {
  const auto said = checkpoint.metadata().find("heads");
  if (said != checkpoint.metadata().end()) {
    int heads = 0;
    const char* end = said->second.data() + said->second.size();
    const auto [stopped, error] = std::from_chars(said->second.data(), end, heads);
    if (error != std::errc{} || stopped != end) refuse(checkpoint, "metadata 'heads' is no number");
    return heads;
  }
  return width >= 512 && width % 64 == 0 ? width / 64 : width / 16;
}

/// As it may stand in a message.
std::string printable(const std::string& name) {
  std::string text = name.substr(0, 80);
  std::ranges::replace_if(
      text, [](char c) { return c < 32 || c > 126; }, '?');
  return text;
}

}  // namespace

std::vector<TensorSpec> tensorsOf(const AriaShape& shape) {
  check(shape);
  const std::int64_t width = shape.width, hidden = shape.hidden, vocabulary = shape.vocabulary;
  std::vector<TensorSpec> all{{kAriaTable, {vocabulary, width}},
                              {"model.out_layer_norm.weight", {width}},
                              {"model.out_layer_norm.bias", {width}}};
  for (int i = 0; i < shape.layers; ++i) {
    all.push_back({layerName(i, "mixed_qkv.weight"), {3 * width, width}});
    all.push_back({layerName(i, "att_proj_linear.weight"), {width, width}});
    all.push_back({layerName(i, "ff_gate_proj.weight"), {hidden, width}});
    all.push_back({layerName(i, "ff_up_proj.weight"), {hidden, width}});
    all.push_back({layerName(i, "ff_down_proj.weight"), {width, hidden}});
    for (const char* norm : {"norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias"})
      all.push_back({layerName(i, norm), {width}});
  }
  all.push_back({"lm_head.weight", {vocabulary, width}});
  return all;
}

std::int64_t parametersOf(const AriaShape& shape) {
  std::int64_t sum = 0;
  for (const TensorSpec& tensor : tensorsOf(shape))
    sum += tensor.size[0] * (tensor.size.size() > 1 ? tensor.size[1] : 1);
  return sum;
}

AriaShape shapeOf(const Safetensors& checkpoint, std::optional<int> heads) {
  AriaShape shape;
  shape.vocabulary = rowsOf(checkpoint, kAriaTable, {}, std::int64_t{1} << 24);
  if (shape.vocabulary != kAriaTokens && shape.vocabulary != kAriaLiveTokens) {
    refuse(checkpoint, std::string{"tensor '"} + kAriaTable + "' has " + std::to_string(shape.vocabulary) +
                           " tokens; Aria has " + std::to_string(kAriaTokens) + ", or " +
                           std::to_string(kAriaLiveTokens) + " with the pedal");
  }
  shape.width = static_cast<int>(checkpoint.find(kAriaTable)->shape[1]);
  shape.hidden = rowsOf(checkpoint, layerName(0, "ff_gate_proj.weight"), shape.width, kWidest);
  shape.layers = layersOf(checkpoint);
  shape.heads = heads ? *heads : headsOf(checkpoint, shape.width);

  std::vector<TensorSpec> tensors;
  try {
    tensors = tensorsOf(shape);
  } catch (const std::invalid_argument& error) {
    refuse(checkpoint, std::string{"tensor '"} + kAriaTable + "' fits no model: " + error.what());
  }
  std::set<std::string> known;
  for (const TensorSpec& tensor : tensors) {
    known.insert(tensor.name);
    const TensorView* found = checkpoint.find(tensor.name);
    if (found == nullptr) refuse(checkpoint, "tensor '" + tensor.name + "' is missing");
    if (found->shape != tensor.size)
      refuse(checkpoint, "tensor '" + tensor.name + "' has not the size that the other tensors ask for");
  }
  for (const auto& [name, tensor] : checkpoint.tensors()) {
    if (!known.contains(name))
      refuse(checkpoint, "tensor '" + printable(name) + "' is none of Aria's; the architecture is not known");
  }
  return shape;
}

void writeRandomAria(const std::filesystem::path& path, const AriaShape& shape, std::uint64_t seed) {
  std::vector<TensorToWrite> tensors;
  for (const TensorSpec& spec : tensorsOf(shape)) {
    std::vector<float> values = native::randomTensor(spec, seed, 0.02f);
    if (spec.name.ends_with(".bias")) std::ranges::fill(values, 0.0f);
    tensors.push_back({spec.name, TensorType::bf16, spec.size, asBytes(values, TensorType::bf16)});
  }
  writeSafetensors(path, tensors, {{"architecture", "aria"}, {"heads", std::to_string(shape.heads)}});
}

}  // namespace antiphon
