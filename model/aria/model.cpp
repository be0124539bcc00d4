#include "model/aria/model.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <vector>

#include "model/aria/decoder.hpp"
#include "model/native_model.hpp"

namespace antiphon {
namespace {

using Kind = AriaToken::Kind;

constexpr int kRehearsalNotes = 48;  // a bar or two of piano
constexpr std::size_t kRehearsalSteps = 9;

/// Some music: what is thought of it is of no account, only how long it takes.
std::vector<int> someNotes(int count) {
  std::vector<int> ids{ariaId({.kind = Kind::prefix}), ariaId({.kind = Kind::start})};
  for (int i = 0; i < count; ++i) {
    ids.push_back(ariaId({Kind::note, AriaInstrument::piano, 48 + i % 24, 80}));
    ids.push_back(ariaId({.kind = Kind::onset, .value = i * 100 % kAriaSegment}));
    ids.push_back(ariaId({.kind = Kind::length, .value = 200}));
  }
  return ids;
}

constexpr std::size_t kWorthKeeping = std::size_t{32} << 20;  // what is smaller is packed before anybody notices
constexpr int kAriaTrialSteps = 6;

/// Engines that share their hands; how many are best is found out when the first is made.
AriaModel::MakeEngine ariaEnginesOver(std::shared_ptr<const AriaWeights> weights, int hands) {
  const auto speed = [weights](const std::shared_ptr<compute::Crew>& crew) {
    AriaDecoder decoder{weights, kAriaTrialSteps + 1, crew};
    const int id = 0;
    decoder.extend({&id, 1});
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kAriaTrialSteps; ++i) decoder.extend({&id, 1});
    return kAriaTrialSteps / std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  auto chosen = std::make_shared<compute::SharedCrew>(hands, speed);
  return [weights, chosen](int capacity) { return std::make_unique<AriaDecoder>(weights, capacity, chosen->get()); };
}

}  // namespace

bool isAria(const Safetensors& checkpoint) {
  const auto said = checkpoint.metadata().find("architecture");
  if (said != checkpoint.metadata().end() && said->second == kNativeArchitecture) return false;
  return std::ranges::any_of(checkpoint.tensors(), [](const auto& tensor) {
    return tensor.first == "lm_head.weight" || tensor.first == "model.tok_embeddings.weight" ||
           tensor.first.starts_with("model.encode_layers.");
  });
}

std::shared_ptr<const AriaModel> AriaModel::load(const std::filesystem::path& path, const compute::Thinking& thinking,
                                                 const compute::Told& told,
                                                 const std::function<void(const std::string&)>& remark) try {
  const Safetensors file{path};
  const compute::Format format = thinking.chosen();
  const auto kept = compute::packedFileOf(path, format);
  const std::uint64_t print = file.fingerprint();
  bool found = false;
  const auto fromFile = [&](compute::PackedStore& store) {
    return found = compute::readPackedFile(kept, format, print, store.bytes(), told);
  };
  auto loaded = std::make_shared<AriaWeights>(loadAria(file, {}, {format, fromFile, told}));
  if (!found && loaded->store.bytes().size() > kWorthKeeping) try {
      compute::writePackedFile(kept, format, print, loaded->store.bytes());
    } catch (const std::runtime_error& error) {
      if (remark) remark(error.what());
    }
  const std::shared_ptr<const AriaWeights> weights = std::move(loaded);
  return std::make_shared<const AriaModel>(weights->shape, std::string{nameOf(format)},
                                           ariaEnginesOver(weights, thinking.hands));
} catch (const SafetensorsError& error) {
  throw ModelError{error.what()};
} catch (const std::bad_alloc&) {
  throw ModelError{path.string() + ": there is not enough memory for it"};
}

std::string AriaModel::name() const {
  AriaShape medium;
  medium.vocabulary = shape_.vocabulary;
  if (shape_ == medium) return "aria-medium";
  return "aria, " + std::to_string(shape_.layers) + (shape_.layers == 1 ? " layer" : " layers") + " of width " +
         std::to_string(shape_.width);
}

double ariaTokensPerSecond(AriaEngine& engine, const std::function<Nanos()>& now) {
  const int before = engine.length();
  std::vector<int> ids = someNotes(kRehearsalNotes);
  const int room = engine.capacity() - before - static_cast<int>(kRehearsalSteps);
  if (room < 1) throw std::length_error{"aria: no room to rehearse in"};
  ids.resize(std::min(ids.size(), static_cast<std::size_t>(room)));
  engine.extend(ids);
  std::array<double, kRehearsalSteps> seconds{};
  for (double& each : seconds) {
    const Nanos begun = now();
    engine.extend(std::span{ids}.last(1));
    each = std::chrono::duration<double>(now() - begun).count();
  }
  engine.rollBack(before);
  std::ranges::nth_element(seconds, seconds.begin() + kRehearsalSteps / 2);
  return 1 / std::max(seconds[kRehearsalSteps / 2], 1e-9);
}

std::string introductionOf(const AriaModel& model, double tokensPerSecond) {
  const auto whole = [](double amount) { return std::to_string(std::llround(std::floor(amount))); };
  const double notes = tokensPerSecond / kAriaNoteTokens;
  const std::string speed = tokensPerSecond < 1 ? "less than one token/s" : whole(tokensPerSecond) + " tokens/s";
  const std::string stream = notes < 1 ? "less than one note a second" : "up to " + whole(notes) + " notes a second";
  return model.name() + ", " + model.format() + ", " + speed + ": streams " + stream;
}

}  // namespace antiphon
