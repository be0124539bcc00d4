#include "cli/answerers.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "cli/exit.hpp"
#include "cli/progress.hpp"
#include "cli/words.hpp"
#include "model/aria/improviser.hpp"
#include "model/compute/kernels.hpp"
#include "model/echo.hpp"
#include "model/improviser.hpp"
#include "model/markov/answerer.hpp"
#include "model/torch_model.hpp"

namespace antiphon {

std::shared_ptr<const NativeModel> modelFor(const AnswerWish& wish) {
  try {
    auto model =
        wish.model.empty() ? NativeModel::embedded(wish.thinking) : NativeModel::load(wish.model, wish.thinking);
    return wish.device == "cuda" ? onTorch(model, true) : model;
  } catch (const ModelError& error) {
    throw UsageError{error.what()};
  }
}

namespace {

bool namesAria(const AnswerWish& wish) {
  if (wish.model.empty()) return false;
  try {
    return isAria(Safetensors{std::filesystem::path{wish.model}});
  } catch (const SafetensorsError& error) {
    throw UsageError{error.what()};
  }
}

/// Something to say only where the processor is an old or a strange one.
std::string vectorRemark() {
  if (!compute::plainVectors()) return {};
  return "this processor has no AVX2: models think on the portable path, several times slower";
}

/// What some flags ask for, an Aria checkpoint has never learned.
void refuseForAria(const AnswerWish& wish) {
  constexpr std::array kUnknown{"--density", "--guidance", "--style", "--takes"};
  std::string flags;
  for (const char* flag : kUnknown) {
    if (wish.given.contains(flag)) flags += (flags.empty() ? "" : ", ") + std::string{flag};
  }
  if (!flags.empty())
    throw UsageError{flags +
                     ": this means nothing to an Aria checkpoint, which knows notes and no words or wishes; "
                     "leave it out"};
  if (wish.device != "cpu") throw UsageError{"--device: Aria checkpoints think on the processor alone; leave it out"};
}

MadeAnswerer makeAria(const AnswerWish& wish) {
  refuseForAria(wish);
  std::shared_ptr<const AriaModel> model;
  Progress progress{"loading"};
  try {
    model = AriaModel::load(
        wish.model, wish.thinking, [&](double share) { progress.at(share); },
        [](const std::string& remark) { std::fprintf(stderr, "%s\n", remark.c_str()); });
  } catch (const ModelError& error) {
    throw UsageError{error.what()};
  }
  Wishes wishes = wish.wishes;
  wishes.aria = true;
  if (!wish.given.contains("--temperature")) wishes.sampler.temperature = kAriaTemperature;
  if (!wish.given.contains("--min-p")) wishes.sampler.minP = kAriaMinP;
  auto desk = std::make_shared<WishDesk>(std::move(wishes));
  const auto rehearse = [model, desk] {
    const auto engine = model->engine(256);
    const double speed = ariaTokensPerSecond(
        *engine, [] { return std::chrono::duration_cast<Nanos>(std::chrono::steady_clock::now().time_since_epoch()); });
    desk->change([&](Wishes& w) { w.notesPerSecond = speed / kAriaNoteTokens; });
    const std::string remark = vectorRemark();
    return introductionOf(*model, speed) + (remark.empty() ? "" : "; " + remark);
  };
  return {[model, desk] { return std::make_unique<AriaImproviser>(*model, desk); }, desk, rehearse};
}

}  // namespace

AnswerFlags::AnswerFlags(CLI::App& app, bool sound) {
  const std::string group = "The model";
  Wishes& w = wish_.wishes;
  app.add_option("--model,--checkpoint", wish_.model,
                 "A trained model's file, ours or a public Aria checkpoint (default: the built-in one)")
      ->group(group);
  if (sound) {
    app.add_option("--device", devices_,
                   "cpu or cuda: where the model thinks (default cpu). Else where the sound goes: a device's number, a "
                   "part of its name, or none")
        ->group(group);
  } else {
    app.add_option("--device", devices_, "Where the model thinks (default cpu)")
        ->check(oneOf({"cpu", "cuda"}))
        ->group(group);
  }
  app.add_option("--quant", quant_, "The numbers it thinks in (default auto: int8)")
      ->check(oneOf({"auto", "f32", "bf16", "int8", "q4"}))
      ->group(group);
  app.add_option("--threads", wish_.thinking.hands, "Cores it thinks with (default: as many as are fastest here)")
      ->check(wholeNumber(1, compute::kMostHelpers + 1))
      ->group(group);
  app.add_option("--part", part_, "What the answer plays (default auto: what you play)")
      ->check(oneOf({"auto", "melody", "piano", "chords", "bass", "drums"}))
      ->group(group);
  app.add_option("--density", density_, "How busy the answer is: 0 sparse .. 1 busy (default auto)")->group(group);
  app.add_option("--key", key_, "The tones of the answer: auto, off, or a key such as A:minor (default auto)")
      ->group(group);
  app.add_option("--style", w.style, "The answer's style in words, such as \"slow blues in 6/8\"")->group(group);
  app.add_option("--guidance", w.guidance, "How far the style is pressed home (default 1: as learnt)")
      ->check(number(0, kMostGuidance, "times"))
      ->group(group);
  app.add_option("--temperature", w.sampler.temperature, "How daring the model is (default 1; Aria 0.95)")
      ->check(number(0, 2, ""))
      ->group(group);
  app.add_option("--top-p", w.sampler.topP, "Only the likeliest choices that make up this share (default 1)")
      ->check(number(0.01, 1, ""))
      ->group(group);
  app.add_option("--min-p", w.sampler.minP,
                 "No choice less likely than this share of the likeliest (default 0.01; Aria 0.035)")
      ->check(number(0, 1, ""))
      ->group(group);
  app.add_option("--repetition", w.sampler.repetition, "How much a pitch loses by having just been played (default 0)")
      ->check(number(0, 1, ""))
      ->group(group);
  app.add_option("--takes", w.takes, "How many answers are begun; the best is played (default 1)")
      ->check(wholeNumber(1, kMostTakes))
      ->group(group);
  for (const char* flag : {"--temperature", "--min-p", "--density", "--style", "--guidance", "--takes"})
    options_[flag] = app.get_option(flag);
}

AnswerWish AnswerFlags::understand() const {
  AnswerWish wish = wish_;
  for (const auto& [flag, option] : options_) {
    if (option->count() > 0) wish.given.insert(flag);
  }
  for (const std::string& device : devices_)
    (device == "cpu" || device == "cuda" ? wish.device : wish.soundDevice) = device;
  wish.wishes.part = parsePart(part_);
  wish.thinking.format = compute::formatCalled(quant_);  // nothing for auto
  const auto key = parseKeyWish(key_);
  if (!key)
    throw UsageError{"--key: '" + key_.substr(0, 60) +
                     "' is no key; choose auto, off, or one such as C:major, A:minor, D:dorian"};
  wish.wishes.key = *key;
  if (density_ != "auto") {
    char* end = nullptr;
    const double amount = std::strtod(density_.c_str(), &end);
    if (end == density_.c_str() || *end != 0 || !(amount >= 0 && amount <= 1)) {
      throw UsageError{"--density: '" + density_.substr(0, 60) +
                       "' is not possible; choose a number from 0 to 1, or auto"};
    }
    wish.wishes.density = amount;
  }
  return wish;
}

MadeAnswerer makeAnswerer(const std::string& name, const AnswerWish& wish) {
  if (name == "echo") return {[] { return std::make_unique<EchoAnswerer>(); }, nullptr, {}};
  if (name == "markov") {
    const auto bytes = embeddedMarkov();
    auto table = std::make_shared<markov::Table>(
        std::span{reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "the built-in counts");
    return {[table] { return std::make_unique<MarkovAnswerer>(*table); }, nullptr, {}};
  }
  if (namesAria(wish)) return makeAria(wish);
  Wishes wishes = wish.wishes;
  wishes.model = modelFor(wish);
  auto desk = std::make_shared<WishDesk>(std::move(wishes));
  return {[desk] { return std::make_unique<Improviser>(desk); }, desk, {}};
}

}  // namespace antiphon
