#include "model/training/begin_from.hpp"

#include <nlohmann/json.hpp>
#include <string_view>

#include "model/torch_plugin.hpp"

namespace antiphon {

namespace {

/// Where the net holds a tensor of the model's.
struct Fitting {
  int index = 0;
  std::vector<float> values{};
};

/// All of the model's. What the net has between them are layers that the model lacks.
std::vector<Fitting> fitting(const NativeModel& model, torch_door::Net& net) {
  std::vector<Fitting> all;
  int index = 0;
  for (const native::TensorSpec& spec : native::tensors(model.shape())) {
    while (index < net.tensors() && spec.name != net.tensorName(index)) ++index;
    std::vector<float> values = model.file()->floats(spec.name, spec.size);
    if (index == net.tensors() || static_cast<std::int64_t>(values.size()) != net.tensorSize(index))
      throw ModelError{model.name() + ": '" + spec.name + "' does not fit the model that is to learn"};
    all.push_back({index, std::move(values)});
  }
  return all;
}

/// What a layer adds comes out of these two.
bool isWayOut(std::string_view name) {
  return name.starts_with("layers.") && (name.ends_with(".attention.out") || name.ends_with(".forward.down"));
}

}  // namespace

LearningProgress beginFrom(const NativeModel& model, torch_door::Net& net) {
  const std::vector<Fitting> known = fitting(model, net);
  for (int i = 0; i < net.tensors(); ++i) {
    if (!isWayOut(net.tensorName(i))) continue;
    const std::vector<float> nothing(static_cast<std::size_t>(net.tensorSize(i)));
    if (!net.write(i, nothing.data())) throw TorchError{net.error()};
  }
  for (const Fitting& tensor : known) {
    if (!net.write(tensor.index, tensor.values.data())) throw TorchError{net.error()};
  }
  LearningProgress progress;
  const auto& metadata = model.file()->metadata();
  if (const auto found = metadata.find("provenance"); found != metadata.end()) {
    const auto json = nlohmann::json::parse(found->second, nullptr, false);
    if (json.is_object()) {
      progress.stepsBefore = json.value("steps", std::uint64_t{0});
      progress.notes = json.value("notes_seen", std::uint64_t{0});
      progress.seconds = json.value("hours", 0.0) * 3600;
    }
  }
  return progress;
}

void meetHalfway(const NativeModel& model, torch_door::Net& net) {
  for (Fitting& tensor : fitting(model, net)) {
    std::vector<float>& mean = tensor.values;
    std::vector<float> own(mean.size());
    if (!net.read(tensor.index, own.data())) throw TorchError{net.error()};
    for (std::size_t w = 0; w < mean.size(); ++w) mean[w] = (mean[w] + own[w]) / 2;
    if (!net.write(tensor.index, mean.data())) throw TorchError{net.error()};
  }
}

}  // namespace antiphon
