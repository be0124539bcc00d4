#include "bridge/http/generation_routes.hpp"

#include <nlohmann/json.hpp>
#include <random>

#include "bridge/base64.hpp"
#include "bridge/generated_midi.hpp"
#include "bridge/http/error.hpp"
#include "bridge/http/json_answer.hpp"
#include "model/generation/generate.hpp"
#include "scheduler/settings.hpp"

namespace antiphon::http {
namespace {

using Json = nlohmann::ordered_json;
using Value = Command::Value;

constexpr std::int64_t kAnother = -1;                      // as a seed: a new one each time
constexpr std::int64_t kMostSeed = 9'007'199'254'740'991;  // what JavaScript counts to

/// What a text that a wish is made of would be refused with.
template <typename Do>
std::string refusedWith(Do&& act) {
  try {
    act();
  } catch (const GenerationError& error) {
    return error.what();
  }
  return {};
}

std::vector<Route::Parameter> parametersWith(const std::string& style, std::int64_t bars) {
  std::vector<Route::Parameter> parameters;
  if (!style.empty()) {
    parameters.push_back({{"style", Command::Text{kLongestStyle}, "", Value{style}},
                          "drums, bass or melody, alone or with words that the model knows",
                          [](const std::string& text) {
                            return refusedWith([&] {
                              GenerationWish wish;
                              wish.style = text;
                              check(wish);
                            });
                          }});
  }
  parameters.push_back({{"key", Command::Text{8}, "", Value{std::string{"C"}}},
                        "the scale's first note: C, F#, Bb ...",
                        [](const std::string& text) { return refusedWith([&] { keyOf(text, "major"); }); }});
  parameters.push_back({{"scale", Command::Text{40}, "", Value{std::string{"major"}}},
                        scaleNames(),
                        [](const std::string& text) { return refusedWith([&] { keyOf("C", text); }); }});
  parameters.push_back({{"tempo", Command::Real{kSlowestBpm, kFastestBpm}, "", Value{120.0}}, "quarters a minute"});
  parameters.push_back({{"bars", Command::Integer{1, kMostGeneratedBars}, "", Value{bars}}, "of 4/4"});
  parameters.push_back({{"temperature", Command::Real{0, kHottest}, "", Value{1.0}}, "how bold it is"});
  parameters.push_back({{"seed", Command::Integer{kAnother, kMostSeed}, "", Value{kAnother}},
                        "the same one makes the same notes; -1: another each time"});
  return parameters;
}

std::uint64_t seedOf(std::int64_t given) {
  if (given != kAnother) return static_cast<std::uint64_t>(given);
  std::random_device chance;
  return (std::uint64_t{chance()} << 21 ^ chance()) & static_cast<std::uint64_t>(kMostSeed);
}

Answer generated(Call& call, const std::string& style) {
  GenerationWish wish;
  wish.style = style;
  wish.key = keyOf(call.given.text("key"), call.given.text("scale"));
  wish.tempo = call.given.real("tempo");
  wish.bars = static_cast<int>(call.given.integer("bars"));
  wish.temperature = call.given.real("temperature");
  wish.seed = seedOf(call.given.integer("seed"));
  try {
    const Generated made = generate(wish, call.stop);
    return jsonAnswer({{"status", "success"},
                       {"midi_base64", base64(midiOf(made))},
                       {"style", style},
                       {"tempo", wish.tempo},
                       {"bars", wish.bars},
                       {"key", call.given.text("key")},
                       {"scale", call.given.text("scale")},
                       {"temperature", wish.temperature},
                       {"seed", wish.seed},
                       {"notes", made.phrase.notes.size()}});
  } catch (const GenerationError& error) {
    return wrongAnswer(error.parameter, error.what());
  } catch (const ModelError& error) {
    throw HttpError{503, error.what()};
  }
}

}  // namespace

void addGenerationRoutes(Router& router) {
  router.topic("generation");
  const std::string answers =
      "`status`: success, `midi_base64`: a MIDI file of exactly so many bars, `style`, `tempo`, `bars`, `key`, "
      "`scale`, "
      "`temperature`, `seed` (whoever gives it again has the same), `notes`: how many there are";
  const std::string json = "-H 'Content-Type: application/json' -d ";
  router.add({.method = "POST",
              .path = "/api/v1/generate/midi",
              .purpose = "A beat, a bass line or a melody that the model makes up.",
              .parameters = parametersWith("drums", 4),
              .answers = answers,
              .example = json + "'{\"style\": \"drums\", \"tempo\": 120, \"bars\": 4, \"temperature\": 1.0}' "
                                "http://localhost:9000/api/v1/generate/midi",
              .lasts = true,
              .handle = [](Call& call) { return generated(call, call.given.text("style")); }});
  router.add({.method = "POST",
              .path = "/api/v1/generate/bassline",
              .purpose = "A bass line.",
              .parameters = parametersWith("", 8),
              .answers = answers,
              .example = "-X POST 'http://localhost:9000/api/v1/generate/bassline?key=C&scale=minor&bars=8'",
              .lasts = true,
              .handle = [](Call& call) { return generated(call, "bass"); }});
  router.add({.method = "POST",
              .path = "/api/v1/generate/melody",
              .purpose = "A melody.",
              .parameters = parametersWith("", 8),
              .answers = answers,
              .example = "-d key=F# -d scale=dorian -d bars=4 -d tempo=96 "
                         "http://localhost:9000/api/v1/generate/melody",
              .lasts = true,
              .handle = [](Call& call) { return generated(call, "melody"); }});
}

}  // namespace antiphon::http
