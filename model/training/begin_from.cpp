#include "model/training/begin_from.hpp"

#include <nlohmann/json.hpp>

#include "model/torch_plugin.hpp"

namespace antiphon {

namespace {

/// A tensor of the model's that the net holds as its own number `index`.
std::vector<float> fitting(const NativeModel& model, torch_door::Net& net, int index, const native::TensorSpec& spec) {
  std::vector<float> values = model.file()->floats(spec.name, spec.size);
  if (spec.name != net.tensorName(index) || static_cast<std::int64_t>(values.size()) != net.tensorSize(index))
    throw ModelError{model.name() + ": '" + spec.name + "' does not fit the model that is to learn"};
  return values;
}

}  // namespace

LearningProgress beginFrom(const NativeModel& model, torch_door::Net& net) {
  const auto specs = native::tensors(model.shape());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const int index = static_cast<int>(i);
    if (!net.write(index, fitting(model, net, index, specs[i]).data())) throw TorchError{net.error()};
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
  const auto specs = native::tensors(model.shape());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const int index = static_cast<int>(i);
    std::vector<float> mean = fitting(model, net, index, specs[i]), own(mean.size());
    if (!net.read(index, own.data())) throw TorchError{net.error()};
    for (std::size_t w = 0; w < mean.size(); ++w) mean[w] = (mean[w] + own[w]) / 2;
    if (!net.write(index, mean.data())) throw TorchError{net.error()};
  }
}

}  // namespace antiphon
