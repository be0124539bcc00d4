#include "model/training/begin_from.hpp"

#include <nlohmann/json.hpp>

#include "model/torch_plugin.hpp"

namespace antiphon {

LearningProgress beginFrom(const NativeModel& model, torch_door::Net& net) {
  const auto specs = native::tensors(model.shape());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const std::vector<float> values = model.file()->floats(specs[i].name, specs[i].size);
    const int index = static_cast<int>(i);
    if (specs[i].name != net.tensorName(index) || static_cast<std::int64_t>(values.size()) != net.tensorSize(index))
      throw ModelError{model.name() + ": '" + specs[i].name + "' does not fit the model that is to learn"};
    if (!net.write(index, values.data())) throw TorchError{net.error()};
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

}  // namespace antiphon
