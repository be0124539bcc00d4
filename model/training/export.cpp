#include "model/training/export.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "model/native_model.hpp"
#include "model/torch_plugin.hpp"
#include "model/training/trainer.hpp"

namespace antiphon {

Verdict verdictOf(const TokenSet& set, const StyleText& style, torch_door::Net& net, std::size_t windows) {
  const auto held = fixedWindows(set, windows);
  return {judge(held, set, judgeOf(net)),
          judge(held, set, judgeOf(net), [&](const std::string& text) { return style.pieces(text); })};
}

std::string provenanceOf(const LearningIdentity& identity, const LearningProgress& progress, const TokenSet& set,
                         const Verdict& verdict, bool mean) {
  using Json = nlohmann::ordered_json;
  const auto rounded = [](double value) { return std::round(value * 1000) / 1000; };
  Json json;
  for (const SourceFacts& source : knownSources()) {
    if (std::ranges::find(set.sources(), source.name) == set.sources().end()) continue;
    json["sources"].push_back(
        {{"name", source.name}, {"from", source.from}, {"licence", source.licence}, {"share", source.learnt}});
  }
  json["steps"] = progress.stepsBefore + progress.steps;
  json["notes_seen"] = progress.notes;
  json["hours"] = rounded(progress.seconds / 3600);
  json["seed"] = identity.seed;
  if (mean) json["weights"] = "the mean of those that learning began from and ended with";
  for (const auto& [source, bits] : verdict.plain) json["valid_bits_per_note"][source] = rounded(bits.perNote());
  for (const auto& [source, bits] : verdict.styled)
    json["valid_bits_per_note_with_style"][source] = rounded(bits.perNote());
  return json.dump();
}

void exportModel(const std::filesystem::path& path, const native::Shape& shape, torch_door::Net& net,
                 const StyleText& style, const std::string& provenance) {
  const auto fetch = [&](const native::TensorSpec& spec) {
    for (int i = 0; i < net.tensors(); ++i) {
      if (spec.name != net.tensorName(i)) continue;
      std::vector<float> values(static_cast<std::size_t>(net.tensorSize(i)));
      if (!net.read(i, values.data())) throw TorchError{net.error()};
      return values;
    }
    throw TorchError{"the torch plug-in has no tensor '" + spec.name + "'"};
  };
  writeNativeModel(path, shape, fetch, style.model(), provenance);
}

}  // namespace antiphon
