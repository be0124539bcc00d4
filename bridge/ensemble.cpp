#include "bridge/ensemble.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "bridge/mixer_commands.hpp"
#include "bridge/module_commands.hpp"
#include "bridge/patch_commands.hpp"
#include "bridge/script.hpp"
#include "bridge/studio_commands.hpp"
#include "scheduler/spelling.hpp"
#include "synth/mix/sound_stems.hpp"
#include "synth/recipe.hpp"
#include "synth/writing.hpp"

namespace antiphon {
namespace {

using synth::NodeId;
using synth::PatchError;

constexpr synth::SampleRate kUsualRate{48000};
constexpr double kTurn = 0.05;  // s in which a knob follows a controller: they come in steps

// Who answers is told apart from who asks by ear.
constexpr std::array<std::string_view, kSeats.size()> kUsual{"epiano", "vibes", "lead", "piano",
                                                             "pad",    "bass",  "drums"};

synth::SampleRate rateFor(synth::AudioSystem& system, const EnsembleWish& wish) {
  if (wish.rate) return *wish.rate;
  if (wish.audio.device == synth::AudioWish::kNobody) return kUsualRate;
  const std::vector<synth::DeviceInfo> there = system.devices();
  if (there.empty()) return kUsualRate;
  const double usual = synth::chooseDevice(there, wish.audio.device).usualRate;
  return {std::clamp(usual, synth::kLowestRate.hertz, synth::kHighestRate.hertz)};
}

std::string_view nameOf(Seat seat) { return kSeats[static_cast<std::size_t>(seat)]; }

bool isFile(const std::string& patch) {
  return patch.find('.') != std::string::npos || patch.find('/') != std::string::npos;
}

}  // namespace

Ensemble::Ensemble(EnsembleWish wish, std::unique_ptr<synth::AudioSystem> system, MidiSink& onward)
    : wish_{std::move(wish)},
      system_{std::move(system)},
      desk_{rateFor(*system_, wish_)},
      engine_{desk_.machine(), *system_, wish_.audio},
      answers_{onward, engine_, moments_},
      player_{nowhere_, engine_, moments_} {
  desk_.measure(true);
  desk_.remember(synth::kHeardSeconds);
  load();
  if (wish_.click) makeClick();
  lookAround();
}

void Ensemble::load() {
  if (isFile(wish_.patch)) {
    ownPatch_ = true;
    CommandTable table;
    addPatchCommands(table, desk_);
    addMixerCommands(table, desk_);
    addStudioCommands(table, sequences_);
    addPatternPlay(table, sequences_);
    addModuleCommands(table, workshop_);
    std::vector<ScriptLine> lines;
    try {
      lines = readScript(wish_.patch);
    } catch (const std::runtime_error& error) {
      throw PatchError{error.what()};
    }
    for (const ScriptLine& line : lines) {
      const Command::Reply reply = table.run(line.text);
      if (!reply.ok) throw PatchError{wish_.patch + ", line " + std::to_string(line.number) + ": " + reply.text};
    }
  } else if (!wish_.patch.empty() && synth::recipeCalled(wish_.patch) == nullptr) {
    std::string known;
    for (const synth::Recipe& recipe : synth::allRecipes())
      known += (known.empty() ? "" : ", ") + std::string{recipe.name};
    throw PatchError{"--synth takes an instrument or a file of commands, and '" + wish_.patch.substr(0, 60) +
                     "' is none; there are " + known};
  }
  seat();
}

void Ensemble::seat() {
  if (!wish_.seats) return;
  if (wish_.through) fill(Seat::me);
  fill(Seat::answer);
  fill(Seat::drums);
}

/// The click is a few modules on the music's own beat, so it cannot stray from it.
void Ensemble::makeClick() {
  const double beat = static_cast<double>(wish_.meter.beat().count) / static_cast<double>(kQuarter.count);
  const double bar = beat * wish_.meter.beats;
  synth::Patch patch = desk_.patch();
  const auto make = [&](const std::string& name, std::string_view type, std::vector<synth::PatchWord> words) {
    words.insert(words.begin(), {{}, std::string{type}});
    synth::create(patch, "click-" + name, words);
  };
  make("beat", "clock", {{"division", decimal(beat)}, {"length", "0.1"}});
  make("one", "clock", {{"division", decimal(bar)}, {"length", decimal(0.5 * beat / bar)}});
  make("tone", "sine", {{"freq", "1000hz"}});
  make("shape", "ad", {{"attack", "1ms"}, {"decay", "40ms"}});
  make("amp", "vca", {{"level", "1"}});
  synth::chain(patch, "click-beat > click-shape > click-amp.gain");
  synth::chain(patch, "click-one > click-tone.pitch", 7);
  synth::chain(patch, "click-tone > click-amp > out", 0.1);
  desk_.load(patch);
}

/// Sees to it that somebody sits there.
void Ensemble::fill(Seat seat) {
  if (!(nodeOf(seat) == NodeId{})) return;
  const bool drums = seat == Seat::drums;
  const std::string recipe =
      drums || wish_.patch.empty() || ownPatch_ ? std::string{kUsual[static_cast<std::size_t>(seat)]} : wish_.patch;
  synth::Patch patch = desk_.patch();
  const std::string name{nameOf(seat)};
  const synth::PatchWord type{{}, recipe};
  synth::create(patch, name, {&type, 1});
  synth::chain(patch, name + " > out");
  desk_.load(patch);
}

/// Who plays a file's patch is found by name, or plays what is there.
NodeId Ensemble::nodeOf(Seat seat) const {
  const synth::Patch& patch = desk_.patch();
  const auto played = [&](std::string_view name) {
    if (patch.instrument(name) == nullptr && patch.find(name) == nullptr) return NodeId{};
    try {
      return desk_.played(name);
    } catch (const PatchError&) {
      return NodeId{};
    }
  };
  if (const NodeId own = played(nameOf(seat)); !(own == NodeId{})) return own;
  if (!ownPatch_ || seat == Seat::drums) return {};
  if (seat != Seat::answer) {
    if (const NodeId answer = played(nameOf(Seat::answer)); !(answer == NodeId{})) return answer;
  }
  for (const synth::Instrument& whole : patch.instruments()) {
    if (whole.name != nameOf(Seat::drums) && !whole.keys.empty()) return played(whole.name);
  }
  for (const synth::PlacedModule& module : patch.modules()) {
    if (module.type->spread == synth::Spread::voices && !module.name.starts_with("drums-")) return played(module.name);
  }
  return {};
}

void Ensemble::lookAround() {
  sequences_.tend();
  Seat seat = Seat::answer;
  if (part_) seat = static_cast<Seat>(static_cast<std::size_t>(Seat::melody) + static_cast<std::size_t>(*part_));
  const NodeId drums = nodeOf(Seat::drums), me = wish_.through ? nodeOf(Seat::me) : NodeId{};
  NodeId answer = nodeOf(seat);
  if (answer == NodeId{}) answer = nodeOf(Seat::answer);
  for (std::uint8_t channel = 0; channel < next_.size(); ++channel) {
    const bool kit = channel == kDrumChannel;
    next_[channel].store((kit ? drums : answer).value, std::memory_order_relaxed);
    const bool heard = wish_.through && (!wish_.channel || *wish_.channel == channel);
    player_.voice(channel, !heard ? NodeId{} : kit ? drums : me);
  }
}

void Ensemble::expect(std::optional<Part> part) {
  if (part == part_) return;
  part_ = part;
  if (part_) fill(static_cast<Seat>(static_cast<std::size_t>(Seat::melody) + static_cast<std::size_t>(*part_)));
  lookAround();
}

void Ensemble::give(Seat seat, const std::string& instrument) {
  if (synth::recipeCalled(instrument) == nullptr) {
    std::vector<std::string_view> names;
    for (const synth::Recipe& recipe : synth::allRecipes()) names.push_back(recipe.name);
    const std::string near = nearestName(instrument, names);
    throw PatchError{"there is no instrument called '" + instrument.substr(0, 60) + "'; " +
                     (near.empty() ? "`modules` lists them" : "did you mean '" + near + "'?")};
  }
  const std::string name{nameOf(seat)};
  synth::Patch patch = desk_.patch();
  if (patch.instrument(name) != nullptr || patch.find(name) != nullptr) patch.remove(name);
  const synth::PatchWord type{{}, instrument};
  synth::create(patch, name, {&type, 1});
  synth::chain(patch, name + " > out");
  desk_.load(patch);
  lookAround();
  nextAnswer();  // the one before sounds no more
}

void Ensemble::click(bool on) {
  if (desk_.patch().find("click-amp") == nullptr) makeClick();
  desk_.set("click-amp.level", on ? 1 : 0);
}

/// A wheel or a knob of the player's keyboard turns the knob that the instrument has for it.
void Ensemble::turnKnobs() {
  player_.takeTurned([&](std::uint8_t channel, std::uint8_t number, double position) {
    const Seat seat = channel == kDrumChannel ? Seat::drums : Seat::me;
    const synth::Instrument* const whole = desk_.patch().instrument(nameOf(seat));
    const auto* const controller = whole != nullptr ? whole->controller(number) : nullptr;
    if (controller != nullptr) desk_.set(controller->port, controller->at(position), kTurn);
  });
}

std::vector<std::string> Ensemble::tend() {
  std::vector<std::string> news = engine_.tend();
  desk_.tend();
  sequences_.tend();
  if (const std::uint64_t gaps = engine_.metrics().underruns; gaps > gapsTold_) {
    gapsTold_ = gaps;
    if (engine_.heard()) news.push_back("The sound had gaps: " + std::to_string(gaps) + " so far.");
  }
  if (const std::uint64_t dropped = answers_.dropped() + player_.dropped() + desk_.machine().sequencer().dropped();
      dropped > droppedTold_) {
    droppedTold_ = dropped;
    news.push_back("More was played at once than the synth takes: " + std::to_string(dropped) +
                   " messages dropped so far.");
  }
  if (const std::string faulty = desk_.faulty(); faulty != faultyTold_) {
    faultyTold_ = faulty;
    if (!faulty.empty()) news.push_back(faulty + " was muted: what it gave was no number.");
  }
  return news;
}

std::vector<std::string> Ensemble::watch() {
  std::vector<std::string> news;
  if (wish_.watch) news = workshop_.tend();
  if (!news.empty()) lookAround();
  return news;
}

std::string Ensemble::status() const {
  const synth::EngineMetrics metrics = engine_.metrics();
  char share[40];
  std::snprintf(share, sizeof share, "%.1f %% of the time, ", metrics.share * 100);
  const std::string gaps = metrics.underruns == 0   ? "no gaps"
                           : metrics.underruns == 1 ? "1 gap"
                                                    : std::to_string(metrics.underruns) + " gaps";
  return (engine_.heard() ? engine_.device() : "heard by nobody") + ": " + share + gaps;
}

void Ensemble::hear(std::span<const std::uint8_t> packet, Nanos when) {
  if (!wish_.through) return;
  parser_.parse(packet, [&](const MidiMessage& message) { player_.send(message, when); });
}

void Ensemble::keepTime(const Timeline& line, Nanos now, bool running) {
  if (!(line.tempo.nanosPerTick() > 0)) return;
  const double since = static_cast<double>((now - line.time).count()) / line.tempo.nanosPerTick();
  const double beat = (static_cast<double>(line.tick.count) + since) / static_cast<double>(kQuarter.count);
  const synth::Beat told{{line.tempo.bpm(), beat, running}, moments_.of(now), moments_.countOf(now)};
  engine_.keepTime(told);
  told_.write(told);
}

std::optional<synth::Beat> Ensemble::music() {
  const synth::Beat& beat = told_.read();
  if (beat.at == Nanos{}) return {};
  return beat;
}

void Ensemble::nextAnswer() {
  for (std::uint8_t channel = 0; channel < next_.size(); ++channel)
    answers_.voice(channel, {next_[channel].load(std::memory_order_relaxed)});
}

void Ensemble::quiet(Nanos when) {
  for (std::uint8_t channel = 0; channel < next_.size(); ++channel)
    player_.send(MidiMessage::controller(channel, midi::kAllNotesOff, 0), when);
}

}  // namespace antiphon
