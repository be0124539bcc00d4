#include "model/native_model.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "model/native/decoder.hpp"
#include "model/safetensors.hpp"

namespace antiphon {
namespace {

using Json = nlohmann::json;

std::string field(const Safetensors& file, const char* name) {
  const auto found = file.metadata().find(name);
  if (found == file.metadata().end())
    throw ModelError{file.name() + ": not a model of Antiphon's: it has no '" + name + "'"};
  return found->second;
}

native::Shape nativeShapeOf(const Safetensors& file) {
  const Json json = Json::parse(field(file, "shape"), nullptr, false);
  const auto number = [&](const char* name) {
    const auto found = json.is_object() ? json.find(name) : json.end();
    if (!json.is_object() || found == json.end() || !found->is_number_integer()) {
      throw ModelError{file.name() + ": its shape has no '" + name + "'"};
    }
    return found->get<int>();
  };
  native::Shape shape{number("width"), number("layers"), number("heads"), number("hidden"), number("textPieces")};
  try {
    native::check(shape);
  } catch (const std::invalid_argument& e) {
    throw ModelError{file.name() + ": " + e.what()};
  }
  return shape;
}

constexpr double kTrial = 0.006;  // seconds
constexpr int kTrialSteps = 32;

/// Notes a second with these hands.
double speedOf(const std::shared_ptr<const native::Weights>& weights, const std::shared_ptr<compute::Crew>& crew) {
  native::Decoder decoder{weights, kTrialSteps, crew};
  const native::Step step{};
  const auto begin = std::chrono::steady_clock::now();
  for (int notes = 1;; ++notes) {
    if (decoder.length() == kTrialSteps) decoder.rollBack(0);
    decoder.extend({&step, 1});
    for (int head = 0; head < native::kHeads; ++head) decoder.speak(static_cast<native::Head>(head), {});
    const std::chrono::duration<double> gone = std::chrono::steady_clock::now() - begin;
    if (gone.count() > kTrial) return notes / gone.count();
  }
}

NativeModel::MakeEngine enginesOver(std::shared_ptr<const native::Weights> weights, int hands) {
  auto crew =
      std::make_shared<compute::SharedCrew>(hands, [weights](const auto& tried) { return speedOf(weights, tried); });
  return [weights = std::move(weights), crew, hands](int capacity) {
    // One hand alone needs no crew; so engines share nothing that changes, and may think at the same time.
    return std::make_unique<native::Decoder>(weights, capacity, hands == 1 ? nullptr : crew->get());
  };
}

std::shared_ptr<const NativeModel> checked(std::shared_ptr<const Safetensors> file,
                                           const compute::Thinking& thinking) try {
  const std::string& name = file->name();
  const std::string architecture = field(*file, "architecture");
  if (architecture != kNativeArchitecture) {
    throw ModelError{name + ": its architecture is '" + architecture.substr(0, 60) + "'; this program plays '" +
                     kNativeArchitecture + "'"};
  }
  const native::Shape shape = nativeShapeOf(*file);
  if (const std::string print = field(*file, "vocabulary"); print != native::fingerprint(shape.textPieces)) {
    throw ModelError{name + ": its vocabulary is '" + print.substr(0, 60) + "'; this program speaks '" +
                     native::fingerprint(shape.textPieces) + "'"};
  }
  const TensorView* words = file->find(kStyleTensor);
  if (words == nullptr || words->type != TensorType::u8)
    throw ModelError{name + ": tensor '" + kStyleTensor + "' is missing or no bytes"};
  auto style =
      std::make_shared<StyleText>(std::string{reinterpret_cast<const char*>(words->bytes.data()), words->bytes.size()});
  if (style->size() != shape.textPieces) throw ModelError{name + ": its words for style are not those of its shape"};
  auto weights = std::make_shared<const native::Weights>(native::load(
      shape, [&](const native::TensorSpec& spec) { return file->floats(spec.name, spec.size); }, thinking.chosen()));
  return std::make_shared<NativeModel>(file, shape, std::move(style), enginesOver(weights, thinking.hands), thinking);
} catch (const SafetensorsError& e) {
  throw ModelError{e.what()};
} catch (const StyleTextError& e) {
  throw ModelError{file->name() + ": " + e.what()};
}

}  // namespace

NativeModel::NativeModel(std::shared_ptr<const Safetensors> file, native::Shape shape,
                         std::shared_ptr<const StyleText> style, MakeEngine engine, const compute::Thinking& thinking)
    : file_{std::move(file)},
      shape_{shape},
      style_{std::move(style)},
      engine_{std::move(engine)},
      thinking_{thinking} {}

std::shared_ptr<const NativeModel> NativeModel::load(const std::filesystem::path& path,
                                                     const compute::Thinking& thinking) try {
  return checked(std::make_shared<const Safetensors>(path), thinking);
} catch (const SafetensorsError& e) {
  throw ModelError{e.what()};
}

std::shared_ptr<const NativeModel> NativeModel::from(std::span<const std::byte> bytes, const std::string& name,
                                                     const compute::Thinking& thinking) try {
  return checked(std::make_shared<const Safetensors>(bytes, name), thinking);
} catch (const SafetensorsError& e) {
  throw ModelError{e.what()};
}

std::shared_ptr<const NativeModel> NativeModel::embedded(const compute::Thinking& thinking) {
  if (embeddedModel().empty()) throw ModelError{"this build has no model in it"};
  static const std::string kName = "the built-in model";
  if (thinking.format || thinking.hands != 0) return from(embeddedModel(), kName, thinking);
  static const std::shared_ptr<const NativeModel> model = from(embeddedModel(), kName);
  return model;
}

void writeNativeModel(const std::filesystem::path& path, const native::Shape& shape,
                      const std::function<std::vector<float>(const native::TensorSpec&)>& fetch,
                      const std::string& style, const std::string& provenance) {
  std::vector<TensorToWrite> tensors;
  for (const native::TensorSpec& spec : native::tensors(shape)) {
    tensors.push_back({spec.name, TensorType::f16, spec.size, asBytes(fetch(spec), TensorType::f16)});
  }
  const auto bytes = std::as_bytes(std::span{style});
  tensors.push_back(
      {kStyleTensor, TensorType::u8, {static_cast<std::int64_t>(style.size())}, {bytes.begin(), bytes.end()}});
  const Json shapeJson{{"width", shape.width},
                       {"layers", shape.layers},
                       {"heads", shape.heads},
                       {"hidden", shape.hidden},
                       {"textPieces", shape.textPieces}};
  writeSafetensors(path, tensors,
                   {{"architecture", kNativeArchitecture},
                    {"vocabulary", native::fingerprint(shape.textPieces)},
                    {"shape", shapeJson.dump()},
                    {"provenance", provenance}});
}

}  // namespace antiphon
