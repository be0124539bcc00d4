#include "model/improviser.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "model/dice.hpp"

namespace antiphon {
namespace {

constexpr int kMostSteps = 4096;              // steps: 64 bars of 60 notes
constexpr std::size_t kMostCallNotes = 1024;  // the newest are kept
constexpr double kFirm = 0.1,
                 kGentleWishes = 0.15;    // how far an answer may stray from a density: asked for, and the call's own
constexpr std::size_t kFewestForKey = 6;  // notes, before a call's key is believed

constexpr double kBusiestVoice = 4;  // notes a quarter: beyond sixteenths a single voice only stumbles

bool mostlyDrums(const std::vector<Note>& notes) {
  const auto drums = std::ranges::count_if(notes, [](const Note& n) { return n.channel == kDrumChannel; });
  return static_cast<std::size_t>(drums) * 2 > notes.size();
}

/// How alike a bar of an answer is to the call's last bar: 1 for a copy.
double likenessTo(const std::vector<GridNote>& bar, const GridPhrase& call) {
  if (bar.empty()) return 0;
  std::size_t same = 0, last = 0;
  for (const GridNote& note : call.notes) {
    if (note.bar + 1 != call.bars) continue;
    ++last;
    same += std::ranges::any_of(bar, [&](const GridNote& n) { return n.pulse == note.pulse && n.pitch == note.pitch; });
  }
  return static_cast<double>(same) / static_cast<double>(std::max(last, bar.size()));
}

}  // namespace

std::uint64_t seedOf(const TurnPlan& plan, int take) {
  Dice dice = Dice::from(plan.seed ^ (std::uint64_t{plan.id.turn} << 32));
  for (int i = 0; i < take; ++i) dice.next();
  return dice.next();
}

std::optional<int> voicesOf(Part part) {
  if (part == Part::bass) return 1;
  return part == Part::melody ? std::optional{2} : std::nullopt;
}

bool beginsOnDownbeat(const GridPhrase& call) {
  return !call.notes.empty() && call.notes.front().bar == 0 && call.notes.front().pulse == 0;
}

std::optional<PitchClasses> scaleOfAnswer(const KeyWish& wish, const GridPhrase& call, Part callPart, Part part) {
  if (part == Part::drums) return std::nullopt;
  if (callPart != Part::drums) return scaleFor(wish, call);
  return wish.kind == KeyWish::Kind::named ? std::optional{wish.key.pitchClasses()} : std::nullopt;
}

std::uint8_t answerChannel(const std::vector<Note>& voice, Part part) {
  if (part == Part::drums) return kDrumChannel;
  if (voice.front().channel == kDrumChannel) return 0;
  std::array<int, 16> count{};
  for (const Note& note : voice) ++count[note.channel & 15];
  return static_cast<std::uint8_t>(std::ranges::max_element(count) - count.begin());
}

std::vector<Note> leadingVoice(const std::vector<Note>& notes) {
  const bool drums = mostlyDrums(notes);
  std::vector<Note> voice;
  for (const Note& note : notes) {
    if ((note.channel == kDrumChannel) == drums) voice.push_back(note);
  }
  if (voice.size() > kMostCallNotes)
    voice.erase(voice.begin(), voice.end() - static_cast<std::ptrdiff_t>(kMostCallNotes));
  return voice;
}

Part partOfCall(const GridPhrase& call, bool drums) {
  if (drums) return Part::drums;
  if (call.notes.empty()) return Part::melody;
  std::size_t onsets = 0;
  double sum = 0;
  for (std::size_t i = 0; i < call.notes.size(); ++i) {
    onsets += i == 0 || call.notes[i].bar != call.notes[i - 1].bar || call.notes[i].pulse != call.notes[i - 1].pulse;
    sum += call.notes[i].pitch;
  }
  const double together = static_cast<double>(call.notes.size()) / static_cast<double>(onsets);
  if (together < 1.3) return sum / static_cast<double>(call.notes.size()) < 48 ? Part::bass : Part::melody;
  return together < 2.4 ? Part::piano : Part::chords;
}

Pace paceFor(const std::optional<double>& wish, const GridPhrase& call, Part part, bool samePart, int answerBars) {
  const auto quartersOf = [&](int bars) {
    return static_cast<double>(pulsesPerBar(call.meter) * bars) / kPulsesPerQuarter;
  };
  if (wish) {
    const double asked = densityOfLevel(densityLevelOf(*wish));
    return {voicesOf(part) ? std::min(asked, kBusiestVoice) : asked, kFirm, quartersOf(answerBars)};
  }
  return samePart ? Pace{static_cast<double>(call.notes.size()) / quartersOf(call.bars), kGentleWishes,
                         quartersOf(answerBars)}
                  : Pace{};
}

std::optional<PitchClasses> scaleFor(const KeyWish& wish, const GridPhrase& call) {
  if (wish.kind == KeyWish::Kind::off) return std::nullopt;
  if (wish.kind == KeyWish::Kind::named) return wish.key.pitchClasses();
  if (call.notes.size() < kFewestForKey) return std::nullopt;
  // One tone outside, and the player is on the way to somewhere else, or likes such tones: then nothing is forbidden.
  const PitchClasses key = estimateKey(call.notes).pitchClasses();
  const bool inside = std::ranges::all_of(call.notes, [&](const GridNote& note) { return contains(key, note.pitch); });
  return inside ? std::optional{key} : std::nullopt;
}

TrainOfThought::TrainOfThought(std::shared_ptr<const NativeModel> model, int capacity)
    : engine_{model->engine(capacity)} {}

void TrainOfThought::become(const std::vector<native::Step>& steps) {
  std::size_t same = 0;
  while (same < steps.size() && same < steps_.size() && steps[same].in == steps_[same].in &&
         steps[same].time == steps_[same].time)
    ++same;
  same = std::min(same, steps.size() - 1);  // the heads speak only after something new
  if (same == steps_.size() && engine_->length() == static_cast<int>(steps_.size()) && same == steps.size()) return;
  engine_->rollBack(static_cast<int>(same));
  engine_->extend(std::span{steps}.subspan(same));
  steps_ = steps;
}

void TrainOfThought::comeBack() { engine_->rollBack(static_cast<int>(steps_.size())); }

Improviser::Improviser(std::shared_ptr<WishDesk> desk) : desk_{std::move(desk)} { adopt(desk_->read()); }

void Improviser::adopt(const Wishes& wishes) {
  wishes_ = wishes;
  if (wishes.model != model_ || !styled_) {
    model_ = wishes.model;
    styled_ = std::make_unique<TrainOfThought>(model_, kMostSteps);
    free_.reset();
  }
  const bool pressed = wishes.guidance != 1 && !wishes.style.empty();
  if (pressed && !free_) free_ = std::make_unique<TrainOfThought>(model_, kMostSteps);
  if (!pressed) free_.reset();
}

void Improviser::hear(const native::Brief& brief, const GridPhrase& call, native::StepWriter& writer) {
  writer = native::StepWriter{brief};
  const std::vector<int> text = wishes_.style.empty() ? std::vector<int>{} : model_->style().pieces(wishes_.style);
  styled_->become(native::opening(writer, text, call));
  if (free_) {
    native::StepWriter plain{brief};
    free_->become(native::opening(plain, {}, call));
  }
}

void Improviser::begin(const TurnPlan& plan) {
  adopt(desk_->read());
  plan_ = plan;
  heard_.clear();
}

void Improviser::feed(const Note& note) {
  if (!speaksMeter(plan_.meter) || plan_.meter.beats > native::kMostBeats || heard_.size() >= kMostCallNotes) return;
  heard_.push_back(note);
  const std::vector<Note> voice = leadingVoice(heard_);
  Phrase phrase{plan_.meter, 1, voice};
  for (const Note& n : voice) phrase.bars = std::max(phrase.bars, static_cast<int>(plan_.meter.barOf(n.tick)) + 1);
  const GridPhrase call = onGrid(phrase);
  // The part is what the last call's was, until this one can be judged whole; a wrong guess costs time and nothing
  // else.
  const Part part = mostlyDrums(heard_) ? Part::drums : lastPart_ == Part::drums ? partOfCall(call, false) : lastPart_;
  const native::Brief brief{plan_.meter, part, wishes_.part.value_or(part),
                            wishes_.density ? densityLevelOf(*wishes_.density) : 0, plan_.answerBars};
  native::StepWriter writer{brief};
  hear(brief, call, writer);
}

Improvisation Improviser::take(const native::StepWriter& writer, const Grammar& grammar, std::uint64_t seed) {
  return {styled_->engine(), writer, grammar, Sampler{seed, wishes_.sampler}, free_ ? &free_->engine() : nullptr,
          wishes_.guidance,  pace_};
}

std::uint64_t Improviser::audition(const native::StepWriter& writer, const Grammar& grammar, const GridPhrase& call,
                                   std::uint64_t seed, AnswerStream& out) {
  Take best{-1e9, seed};
  Dice seeds = Dice::from(seed);
  for (int i = 0; i < wishes_.takes; ++i) {
    const std::uint64_t own = i == 0 ? seed : seeds.next();
    Improvisation improvisation = take(writer, grammar, own);
    std::vector<GridNote> bar;
    while (!improvisation.over() && improvisation.barsDone() < 1 && !out.cancelled()) {
      if (const auto note = improvisation.next()) bar.push_back(*note);
    }
    // As likely as the model finds it, note by note; a copy of the call or a silent bar is no answer.
    double score = improvisation.logProbability() / std::max(1, improvisation.notes());
    score -= 4 * std::max(0.0, likenessTo(bar, call) - 0.7);
    if (bar.empty()) score -= 10;
    if (score > best.score) best = {score, own};
    styled_->comeBack();
    if (free_) free_->comeBack();
  }
  return best.seed;
}

void Improviser::commit(const Call& call, AnswerStream& out) {
  adopt(desk_->read());
  const TurnPlan& plan = call.plan;
  if (!speaksMeter(plan.meter) || plan.meter.beats > native::kMostBeats) {
    throw std::invalid_argument{"the model does not speak " + plan.meter.text() +
                                ": bars may have at most eight quarters"};
  }
  const std::vector<Note> voice = leadingVoice(call.prompt.notes);
  if (voice.empty() || plan.answerBars < 1) return;
  const GridPhrase heard = onGrid({plan.meter, std::max(1, call.prompt.bars), voice});
  const Part callPart = partOfCall(heard, voice.front().channel == kDrumChannel);
  lastPart_ = callPart;
  const Part part = wishes_.part.value_or(callPart);
  const native::Brief brief{plan.meter, callPart, part, wishes_.density ? densityLevelOf(*wishes_.density) : 0,
                            plan.answerBars};
  native::StepWriter writer{brief};
  hear(brief, heard, writer);

  Limits limits;
  limits.scale = scaleOfAnswer(wishes_.key, heard, callPart, part);
  if (const auto most = voicesOf(part)) limits.notesAtOnce = *most;
  limits.fromDownbeat = beginsOnDownbeat(heard);
  const Grammar grammar{brief, limits};
  pace_ = paceFor(wishes_.density, heard, part, part == callPart, plan.answerBars);
  std::uint64_t seed = seedOf(plan, 0);
  if (wishes_.takes > 1) {
    seed = audition(writer, grammar, heard, seed, out);
    hear(brief, heard, writer);
  }
  const std::uint8_t channel = answerChannel(voice, part);
  Improvisation improvisation = take(writer, grammar, seed);
  int told = 0;
  Phrase answer{plan.meter, plan.answerBars, {}};
  while (!improvisation.over()) {
    if (out.cancelled()) break;
    if (const auto note = improvisation.next()) {
      answer.notes.push_back({plan.meter.barLine(note->bar) + kPulse * note->pulse, kPulse * lengthPulses(note->length),
                              note->pitch, static_cast<std::uint8_t>(velocityOf(note->velocity)), channel});
      out.note(answer.notes.back());
    }
    if (improvisation.reached() > told) {
      told = improvisation.reached();
      out.reached(kPulse * told);
    }
  }
  styled_->comeBack();
  if (free_) free_->comeBack();
  if (!improvisation.cutShort() && !out.cancelled()) out.reached(plan.answerBars * plan.meter.bar());
  desk_->leave({plan.tempo, call.prompt, std::move(answer)});
}

}  // namespace antiphon
