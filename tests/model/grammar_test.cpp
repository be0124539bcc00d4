#include "model/grammar.hpp"

#include <rapidcheck.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "model/dice.hpp"
#include "model/improvisation.hpp"
#include "model/native/decoder.hpp"
#include "tests/model/meters.hpp"

using namespace antiphon;
using namespace antiphon::native;
using antiphon::test::allMeters;

namespace {

/// Thinks nothing but noise, some of it no number at all.
class Noise final : public Engine {
 public:
  Noise(std::uint64_t seed, int wildness, int capacity = 1 << 20)
      : dice_{seed}, wildness_{wildness}, capacity_{capacity} {}

  int length() const override { return length_; }
  int capacity() const override { return capacity_; }
  void extend(std::span<const Step> steps) override { length_ += static_cast<int>(steps.size()); }
  void rollBack(int length) override { length_ = length; }
  std::span<const float> speak(Head head, std::span<const Row>) override {
    constexpr float kMost = std::numeric_limits<float>::infinity();
    logits_.resize(static_cast<std::size_t>(kHeadChoices[head]));
    const int mood = dice_.roll(4);  // each time another crowd of choices is shouted for
    const int favourite = dice_.roll(kHeadChoices[head]);
    for (std::size_t i = 0; i < logits_.size(); ++i) {
      logits_[i] = static_cast<float>(dice_.between(-50, 50)) / 10;
      if (wildness_ < 1) continue;
      if (mood == 1 && static_cast<int>(i) == favourite) logits_[i] = kMost;
      if (mood == 2) logits_[i] = dice_.chance(50) ? std::nanf("") : -kMost;
      if (mood == 3 && head == nextHead) logits_[i] = i == kNextSame ? 3e38f : -3e38f;
    }
    return logits_;
  }

 private:
  Dice dice_;
  int wildness_;
  int capacity_;
  int length_ = 0;
  std::vector<float> logits_{};
};

struct Task {
  Brief brief{};
  Limits limits{};
};

Task someTask(int mostBars) {
  static const std::vector<Meter> meters = allMeters();
  Task task;
  task.brief.meter = meters[*rc::gen::noShrink(rc::gen::resize(100, rc::gen::inRange<std::size_t>(0, meters.size())))];
  task.brief.callPart = static_cast<Part>(*rc::gen::inRange(0, kParts));
  task.brief.answerPart = static_cast<Part>(*rc::gen::inRange(0, kParts));
  task.brief.density = *rc::gen::inRange(0, kDensityLevels + 1);
  task.brief.answerBars = *rc::gen::inRange(1, mostBars + 1);
  if (*rc::gen::arbitrary<bool>()) task.limits.scale = static_cast<std::uint16_t>(*rc::gen::inRange(1, 0x1000));
  if (*rc::gen::inRange(0, 3) == 0) {
    const int low = *rc::gen::inRange(0, 128);
    task.limits.range = PitchRange{low, *rc::gen::inRange(low, 128)};
  }
  if (*rc::gen::arbitrary<bool>()) task.limits.notesInBar = *rc::gen::inRange(0, 20);
  if (*rc::gen::arbitrary<bool>()) task.limits.onsetsInBar = *rc::gen::inRange(0, 20);
  if (*rc::gen::arbitrary<bool>()) task.limits.notesAtOnce = *rc::gen::inRange(1, 5);
  task.limits.fromDownbeat = *rc::gen::arbitrary<bool>();
  task.limits.straight = *rc::gen::arbitrary<bool>();
  task.limits.restless = task.limits.notesInBar > 0 && task.limits.onsetsInBar > 0 && *rc::gen::arbitrary<bool>();
  return task;
}

SamplerSettings someSettings() {
  return {*rc::gen::element(0.0, 0.5, 0.95, 3.0), *rc::gen::element(1.0, 0.9, 0.0), *rc::gen::element(0.0, 0.03, 1.0),
          *rc::gen::element(0.0, 1.0)};
}

std::vector<GridNote> improvise(Improvisation& improvisation) {
  std::vector<GridNote> notes;
  int reached = 0;
  while (!improvisation.over()) {
    const auto note = improvisation.next();
    if (note) notes.push_back(*note);
    RC_ASSERT(improvisation.reached() >= reached);
    reached = improvisation.reached();
  }
  RC_ASSERT_FALSE(improvisation.next().has_value());
  return notes;
}

void judge(const std::vector<GridNote>& notes, const Task& task) {
  const Brief& brief = task.brief;
  const int barPulses = pulsesPerBar(brief.meter);
  const bool drums = brief.answerPart == Part::drums;
  const Grammar grammar{brief, task.limits};
  std::vector<int> inBar(static_cast<std::size_t>(brief.answerBars)), onsets = inBar;
  if (task.limits.fromDownbeat && task.limits.notesInBar > 0 && task.limits.onsetsInBar > 0) {
    RC_ASSERT_FALSE(notes.empty());
    RC_ASSERT(notes.front().bar == 0);
    RC_ASSERT(notes.front().pulse == 0);
  }
  int together = 0, lastAt = 0;
  for (std::size_t i = 0; i < notes.size(); ++i) {
    const GridNote& note = notes[i];
    const int at = note.bar * barPulses + note.pulse;
    if (task.limits.straight) RC_ASSERT((note.pulse % 6 == 0 || note.pulse % 8 == 0));
    if (task.limits.restless) RC_ASSERT(at <= std::exchange(lastAt, at) + barPulses);
    RC_ASSERT(note.bar < brief.answerBars);
    RC_ASSERT(note.pulse < barPulses);
    RC_ASSERT(note.bar * barPulses + note.pulse + lengthPulses(note.length) <= brief.answerBars * barPulses);
    RC_ASSERT(note.velocity < kVelocityCodes);
    RC_ASSERT(grammar.permitted().test(note.pitch));
    if (!drums && task.limits.scale) RC_ASSERT((*task.limits.scale >> (note.pitch % 12) & 1) == 1);
    if (drums) RC_ASSERT((note.pitch >= 35 && note.pitch <= 81));
    if (!task.limits.range && !task.limits.scale) {
      const PitchRange range = rangeOf(brief.answerPart);
      RC_ASSERT((note.pitch >= range.low && note.pitch <= range.high));
    }
    const bool sameOnset = i > 0 && notes[i - 1].bar == note.bar && notes[i - 1].pulse == note.pulse;
    if (i > 0) {
      const GridNote& before = notes[i - 1];
      RC_ASSERT(std::tie(before.bar, before.pulse, before.pitch) < std::tie(note.bar, note.pulse, note.pitch));
    }
    together = sameOnset ? together + 1 : 1;
    RC_ASSERT(together <= task.limits.notesAtOnce);
    RC_ASSERT(++inBar[note.bar] <= task.limits.notesInBar);
    onsets[note.bar] += sameOnset ? 0 : 1;
    RC_ASSERT(onsets[note.bar] <= task.limits.onsetsInBar);
  }
  if (task.limits.restless) RC_ASSERT(std::ranges::count(inBar, 0) == 0);
}

int allowed(const Grammar& grammar, Head head) {
  int count = 0;
  for (int choice = 0; choice < kHeadChoices[head]; ++choice) count += grammar.allows(head, choice) ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("whatever an engine thinks, the answer is whole, in order, in range, in scale and in time") {
  REQUIRE(rc::check([] {
    const Task task = someTask(64);
    Noise noise{*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::inRange(0, 2)};
    Noise other{*rc::gen::arbitrary<std::uint64_t>(), 1};
    const bool guided = *rc::gen::arbitrary<bool>();
    Improvisation improvisation{noise,
                                StepWriter{task.brief},
                                Grammar{task.brief, task.limits},
                                Sampler{*rc::gen::arbitrary<std::uint64_t>(), someSettings()},
                                guided ? &other : nullptr,
                                1.5};
    const auto notes = improvise(improvisation);
    RC_ASSERT_FALSE(improvisation.cutShort());
    RC_ASSERT(improvisation.barsDone() == task.brief.answerBars);
    RC_ASSERT(improvisation.reached() == task.brief.answerBars * pulsesPerBar(task.brief.meter));
    RC_ASSERT(improvisation.notes() == static_cast<int>(notes.size()));
    RC_ASSERT(noise.length() == task.brief.answerBars + static_cast<int>(notes.size()));
    RC_ASSERT(std::isfinite(improvisation.logProbability()));
    RC_ASSERT(improvisation.logProbability() <= 1e-9);
    judge(notes, task);
  }));
}

TEST_CASE("a model that has learnt nothing improvises within the grammar, and steps decode to what it played") {
  const auto weights = std::make_shared<const Weights>(randomWeights({16, 1, 1, 16, 0}, 9, 0.3f));
  REQUIRE(rc::check([&] {
    Task task = someTask(6);
    task.limits.notesInBar = std::min(task.limits.notesInBar, 24);
    StepWriter writer{task.brief};
    std::vector<Step> call{writer.header(), writer.bar(), writer.onset(0)};
    writer.note(60, 3, 8);
    Decoder decoder{weights, 400};
    decoder.extend(call);
    const Sampler sampler{*rc::gen::arbitrary<std::uint64_t>(), someSettings()};
    const Grammar grammar{task.brief, task.limits};
    Improvisation first{decoder, writer, grammar, sampler};
    const auto notes = improvise(first);
    judge(notes, task);
    RC_ASSERT(first.barsDone() == task.brief.answerBars);
    RC_ASSERT(decoder.length() == 3 + task.brief.answerBars + first.notes());

    // Another take from the same place with the same dice is the same take.
    decoder.rollBack(3);
    Improvisation again{decoder, writer, grammar, sampler};
    RC_ASSERT(improvise(again) == notes);
    RC_ASSERT(again.logProbability() == first.logProbability());
  }));
}

TEST_CASE("guidance by an engine that thinks the same changes nothing") {
  const auto weights = std::make_shared<const Weights>(randomWeights({16, 1, 1, 16, 0}, 9, 0.3f));
  const Brief brief{{4, 4}, Part::melody, Part::piano, 0, 4};
  const auto play = [&](bool guided) {
    Decoder styled{weights, 400}, free{weights, 400};
    Improvisation improvisation{styled, StepWriter{brief}, Grammar{brief}, Sampler{5}, guided ? &free : nullptr, 3};
    std::vector<GridNote> notes;
    while (!improvisation.over()) {
      if (const auto note = improvisation.next()) notes.push_back(*note);
    }
    return notes;
  };
  REQUIRE(play(false) == play(true));
}

TEST_CASE("an engine without room cuts the answer short") {
  const Brief brief{{4, 4}, Part::melody, Part::melody, 0, 8};
  Noise noise{3, 0, 5};
  Improvisation improvisation{noise, StepWriter{brief}, Grammar{brief}, Sampler{1}};
  int steps = 0;
  for (; !improvisation.over(); ++steps) improvisation.next();
  REQUIRE(improvisation.cutShort());
  REQUIRE(noise.length() == 5);
  REQUIRE(steps == 6);
}

TEST_CASE("there is always something to choose") {
  REQUIRE(rc::check([] {
    const Task task = someTask(8);
    Grammar grammar{task.brief, task.limits};
    Dice dice{*rc::gen::arbitrary<std::uint64_t>()};
    const auto some = [&](Head head) {
      std::vector<int> choices;
      for (int choice = 0; choice < kHeadChoices[head]; ++choice) {
        if (grammar.allows(head, choice)) choices.push_back(choice);
      }
      RC_ASSERT_FALSE(choices.empty());
      // What is played most of the time: the next note, at once.
      if (head == nextHead && choices.size() > 1 && dice.chance(90)) choices.pop_back();
      return choices[static_cast<std::size_t>(dice.roll(static_cast<int>(choices.size())))];
    };
    while (!grammar.over()) {
      const int bar = grammar.bar(), pulse = grammar.pulse();
      const int next = some(nextHead);
      grammar.choose(nextHead, next);
      RC_ASSERT((grammar.bar() > bar || grammar.pulse() > pulse || next == kNextSame));
      if (next == kNextBar) continue;
      for (const Head head : {pitchHead, lengthHead, velocityHead}) grammar.choose(head, some(head));
    }
    for (int head = 0; head < kHeads; ++head) RC_ASSERT(allowed(grammar, static_cast<Head>(head)) == 0);
  }));
}

TEST_CASE("one voice of the grammar at a time") {
  const Brief brief{{3, 4}, Part::melody, Part::bass, 0, 2};
  Grammar grammar{brief, {.scale = std::uint16_t{0b000010010001}, .notesInBar = 3}};  // C, E, G
  REQUIRE(allowed(grammar, nextHead) == 72 + 1);
  REQUIRE_FALSE(grammar.allows(nextHead, kNextSame));
  REQUIRE_FALSE(grammar.allows(nextHead, 72));
  grammar.choose(nextHead, 70);
  REQUIRE_FALSE(grammar.allows(nextHead, kNextSame));  // no note yet
  REQUIRE(allowed(grammar, pitchHead) == 10);          // C1 24 to C4 60
  REQUIRE(allowed(grammar, lengthHead) == 48 + 4);     // 74 pulses are left: exact ones, then 54, 60, 66, 72
  REQUIRE(allowed(grammar, velocityHead) == kVelocityCodes);
  REQUIRE_THROWS_AS(grammar.choose(pitchHead, 61), std::logic_error);
  grammar.choose(pitchHead, 55);
  REQUIRE(allowed(grammar, nextHead) == 1 + 1 + 1);  // 71, the same, the bar line
  grammar.choose(nextHead, kNextSame);
  REQUIRE(allowed(grammar, pitchHead) == 1);
  grammar.choose(pitchHead, 60);
  REQUIRE_FALSE(grammar.allows(nextHead, kNextSame));  // nothing above
  grammar.choose(nextHead, 71);
  grammar.choose(pitchHead, 24);
  REQUIRE(allowed(grammar, nextHead) == 1);  // three notes are enough
  grammar.choose(nextHead, kNextBar);
  REQUIRE(grammar.bar() == 1);
  grammar.choose(nextHead, 71);
  REQUIRE(allowed(grammar, lengthHead) == 1);
  grammar.choose(nextHead, kNextBar);
  REQUIRE(grammar.over());
}

TEST_CASE("drums heed no scale and know only their keys") {
  const Brief brief{{4, 4}, Part::melody, Part::drums, 0, 1};
  Grammar grammar{brief, {.range = PitchRange{0, 36}, .scale = std::uint16_t{1}}};
  grammar.choose(nextHead, 0);
  REQUIRE(allowed(grammar, pitchHead) == 2);
  REQUIRE(grammar.allows(pitchHead, 128 + 35));
  REQUIRE_FALSE(grammar.allows(pitchHead, 35));
  Grammar grown{brief, {.range = PitchRange{0, 10}}};
  grown.choose(nextHead, 0);
  REQUIRE(allowed(grown, pitchHead) == 1);
}

TEST_CASE("a range without a tone of the scale grows until there is one") {
  const Brief brief{{4, 4}, Part::melody, Part::melody, 0, 1};
  const Grammar grammar{brief, {.range = PitchRange{62, 63}, .scale = std::uint16_t{1}}};
  REQUIRE(grammar.permitted().count() == 1);
  REQUIRE(grammar.permitted().test(60));
}

TEST_CASE("what makes no sense is refused") {
  const Brief brief{{4, 4}, Part::melody, Part::melody, 0, 1};
  const auto refused = [](const Brief& b, const Limits& limits) {
    REQUIRE_THROWS_AS((Grammar{b, limits}), std::invalid_argument);
  };
  refused(brief, {.scale = std::uint16_t{0}});
  refused(brief, {.scale = std::uint16_t{0x1000}});
  refused(brief, {.range = PitchRange{60, 59}});
  refused(brief, {.range = PitchRange{-1, 59}});
  refused(brief, {.range = PitchRange{60, 128}});
  refused(brief, {.notesInBar = -1});
  refused(brief, {.notesAtOnce = 0});
  refused({{4, 4}, Part::melody, Part::melody, 0, 0}, {});
  refused({{9, 4}, Part::melody, Part::melody, 0, 1}, {});
}

TEST_CASE("what may be chosen is made finite, what may not, impossible") {
  const Brief brief{{4, 4}, Part::melody, Part::melody, 0, 1};
  const Grammar grammar{brief};
  constexpr float kMost = std::numeric_limits<float>::infinity();
  for (const float value : {std::nanf(""), kMost, -kMost, 0.0f, 3e38f}) {
    std::vector<float> logits(kNextChoices, value);
    grammar.allow(nextHead, logits);
    for (int choice = 0; choice < kNextChoices; ++choice) {
      const float logit = logits[static_cast<std::size_t>(choice)];
      REQUIRE((grammar.allows(nextHead, choice) ? std::isfinite(logit) : logit == -kMost));
    }
  }
}
