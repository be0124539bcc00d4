// antiphon model: looks into checkpoints, and makes random ones.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "cli/model_tokens.hpp"
#include "cli/words.hpp"
#include "model/aria/model.hpp"
#include "model/native_model.hpp"
#include "model/safetensors.hpp"
#include "scheduler/settings.hpp"

namespace antiphon {
namespace {

using Json = nlohmann::ordered_json;

struct RandomWish {
  std::string like = "native";
  std::string out{};
  native::Shape shape{256, 4, 4, 704, 0};
  std::uint64_t seed = 1;
};

int info(const std::string& path, bool json) {
  try {
    const Safetensors file =
        path == "built-in" ? Safetensors{embeddedModel(), "built-in"} : Safetensors{std::filesystem::path{path}};
    std::int64_t parameters = 0;
    std::map<std::string, std::size_t> types;
    for (const auto& [name, view] : file.tensors()) {
      parameters += static_cast<std::int64_t>(view.bytes.size() / sizeOf(view.type));
      types[antiphon::name(view.type)] += view.bytes.size();
    }
    Json all{{"file", file.name()},
             {"tensors", file.tensors().size()},
             {"parameters", parameters},
             {"bytes_by_type", types}};
    if (isAria(file)) {
      const AriaShape shape = shapeOf(file);
      all["aria"] = {{"width", shape.width},
                     {"layers", shape.layers},
                     {"heads", shape.heads},
                     {"hidden", shape.hidden},
                     {"vocabulary", shape.vocabulary}};
    }
    for (const auto& [field, text] : file.metadata()) {
      const auto parsed = Json::parse(text, nullptr, false);
      all["metadata"][field] = parsed.is_object() ? parsed : Json(text);
    }
    if (json) {
      std::printf("%s\n", all.dump(2).c_str());
      return kExitOk;
    }
    std::printf("%s\n%zu tensors, %.2f M parameters\n", file.name().c_str(), file.tensors().size(),
                static_cast<double>(parameters) / 1e6);
    for (const auto& [type, bytes] : types)
      std::printf("  %-5s %.1f MB\n", type.c_str(), static_cast<double>(bytes) / 1e6);
    if (all.contains("aria")) std::printf("aria: %s\n", all["aria"].dump().c_str());
    if (all.contains("metadata")) {
      for (const auto& [field, value] : all["metadata"].items()) {
        std::printf("%s: %s\n", field.c_str(),
                    value.is_string() ? value.get<std::string>().c_str() : value.dump(2).c_str());
      }
    }
    return kExitOk;
  } catch (const SafetensorsError& error) {
    throw UsageError{error.what()};
  }
}

int random(const RandomWish& wish) {
  try {
    if (wish.like == "aria-medium") {
      writeRandomAria(wish.out, AriaShape{}, wish.seed);
      std::printf("%s: %.2f M random parameters\n", wish.out.c_str(),
                  static_cast<double>(parametersOf(AriaShape{})) / 1e6);
      return kExitOk;
    }
    // Words for style belong to every model; these are those of the built-in one.
    const auto& style = NativeModel::embedded()->style();
    native::Shape shape = wish.shape;
    shape.textPieces = style.size();
    native::check(shape);
    writeNativeModel(
        wish.out, shape, [&](const native::TensorSpec& spec) { return native::randomTensor(spec, wish.seed, 0.02f); },
        style.model(), R"({"sources": [], "random": true})");
    std::printf("%s: %.2f M random parameters\n", wish.out.c_str(),
                static_cast<double>(native::parameters(shape)) / 1e6);
    return kExitOk;
  } catch (const std::invalid_argument& error) {
    throw UsageError{error.what()};
  } catch (const SafetensorsError& error) {
    throw UsageError{error.what()};
  }
}

}  // namespace

Action addModel(CLI::App& app) {
  auto* sub =
      app.add_subcommand("model", "Look into checkpoints, what they read and what they make of it; make random ones");
  sub->require_subcommand(1);
  auto* infoCommand = sub->add_subcommand("info", "What a checkpoint holds and where it comes from");
  auto path = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  infoCommand->add_option("file", *path, "A .safetensors file, or built-in")->required();
  infoCommand->add_flag("--json", *json, "Print JSON");
  auto* randomCommand = sub->add_subcommand("random", "Write random weights of a shape, for benchmarks");
  auto wish = std::make_shared<RandomWish>();
  randomCommand->add_option("--like", wish->like, "The architecture (default native; the sizes below are for it)")
      ->check(oneOf({"native", "aria-medium"}));
  randomCommand->add_option("--out", wish->out, "The file to write")->required();
  randomCommand->add_option("--width", wish->shape.width, "Width (default 256)")->check(wholeNumber(16, 4096));
  randomCommand->add_option("--layers", wish->shape.layers, "Layers (default 4)")->check(wholeNumber(1, 64));
  randomCommand->add_option("--heads", wish->shape.heads, "Attention heads (default 4)")->check(wholeNumber(1, 64));
  randomCommand->add_option("--hidden", wish->shape.hidden, "Width inside the feed-forward (default 704)")
      ->check(wholeNumber(16, 16384));
  randomCommand->add_option("--seed", wish->seed, "Another seed, other weights")->check(wholeNumber(0, 1L << 62));
  auto* tokensCommand = sub->add_subcommand("tokens", "A MIDI file as a model reads it");
  auto tokens = std::make_shared<TokensWish>();
  tokensCommand->add_option("file", tokens->midi, "A .mid file")->required();
  tokensCommand->add_option(
      "--checkpoint", tokens->checkpoint,
      "A checkpoint of flat tokens, whose vocabulary is used (default: the built-in model's steps)");
  tokensCommand
      ->add_option("--call-measures", tokens->callMeasures, "Bars of the end that the built-in model reads (default 4)")
      ->check(wholeNumber(1, kMostCallMeasures));
  tokensCommand->add_flag("--json", tokens->json, "Print JSON");
  auto* logitsCommand =
      sub->add_subcommand("logits", "What a checkpoint of flat tokens expects after each of some tokens");
  auto logits = std::make_shared<LogitsWish>();
  logitsCommand->add_option("--checkpoint", logits->checkpoint, "The checkpoint")->required();
  logitsCommand->add_option("--ids", logits->ids, "Tokens, with commas between them")->required();
  logitsCommand->add_option("--quant", logits->quant, "The numbers it thinks in (default f32)")
      ->check(oneOf({"f32", "bf16", "int8", "q4"}));
  logitsCommand->add_option("--out", logits->out, "The .safetensors file to write, with the tensor logits [1,T,V]")
      ->required();
  return [=] {
    if (infoCommand->parsed()) return info(*path, *json);
    if (tokensCommand->parsed()) return printTokens(*tokens);
    if (logitsCommand->parsed()) return writeLogits(*logits);
    return random(*wish);
  };
}

}  // namespace antiphon
