#include "model/aria/grammar.hpp"

#include <rapidcheck.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

#include "model/aria/tokens.hpp"
#include "model/dice.hpp"
#include "model/sampler.hpp"

using namespace antiphon;
using Kind = AriaToken::Kind;

namespace {

struct Task {
  AriaFrame frame{};
  AriaLimits limits{};
  int vocabulary = kAriaTokens;
};

std::int64_t steps(int low, int high) { return kAriaStep * *rc::gen::inRange(low, high); }

Task someTask() {
  Task task;
  task.frame.begin = steps(0, 2000);
  task.frame.end = task.frame.begin + steps(1, 1500);
  task.frame.bar = *rc::gen::inRange<std::int64_t>(15, 6000);
  task.frame.segments = *rc::gen::inRange<std::int64_t>(0, task.frame.begin / kAriaSegment + 1);
  task.limits.firstBy =
      std::min(task.frame.end - kAriaStep, task.frame.begin + (*rc::gen::arbitrary<bool>() ? 0 : steps(0, 700)));
  task.limits.part = static_cast<Part>(*rc::gen::inRange(0, kParts));
  if (*rc::gen::arbitrary<bool>()) task.limits.scale = static_cast<std::uint16_t>(*rc::gen::inRange(1, 0x1000));
  if (*rc::gen::inRange(0, 3) == 0) {
    const int low = *rc::gen::inRange(0, 128);
    task.limits.range = PitchRange{low, *rc::gen::inRange(low, 128)};
  }
  task.limits.notesInBar = *rc::gen::inRange(1, 40);
  task.limits.notesAtOnce = *rc::gen::inRange(1, 12);
  if (*rc::gen::arbitrary<bool>()) task.limits.breath = *rc::gen::inRange(0, 3000) / 10.0;
  task.limits.closesEarly = *rc::gen::arbitrary<bool>();
  task.vocabulary = *rc::gen::element(kAriaTokens, kAriaLiveTokens);
  if (task.vocabulary == kAriaLiveTokens) task.limits.pedalsInBar = *rc::gen::inRange(0, 12);
  return task;
}

constexpr float kForbidden = -std::numeric_limits<float>::infinity();
const int kFirstLength = ariaId({.kind = Kind::length});  // behind it only onsets and the pedal

/// Logits of a model in some mood: noise, one token shouted for, no numbers at all, nothing but time standing still, or
/// a foot that cannot keep from the pedal.
void think(Dice& dice, std::vector<float>& logits) {
  constexpr float kMost = std::numeric_limits<float>::infinity();
  const int mood = dice.roll(6);
  const auto favourite = static_cast<std::size_t>(dice.roll(static_cast<int>(logits.size())));
  for (float& logit : logits) {
    logit = static_cast<float>(dice.roll(100)) / 10 - 5;
    if (mood == 2) logit = std::nanf("");
    if (mood == 3) logit = dice.chance(50) ? -kMost : 3e38f;
  }
  if (mood == 1) logits[favourite] = kMost;
  if (mood == 4) logits[static_cast<std::size_t>(ariaId({.kind = Kind::onset}))] = kMost;
  if (mood == 5) std::fill(logits.begin() + kFirstLength, logits.end(), 10.0f);
}

struct Written {
  std::vector<int> ids{};
  std::vector<AriaNote> notes{};
  std::vector<AriaPedal> pedals{};
  std::vector<std::int64_t> onsets{};  // of both, as they were said
};

Written write(const Task& task, std::uint64_t seed) {
  AriaGrammar grammar{task.frame, task.limits};
  Dice dice = Dice::from(seed);
  Sampler sampler{seed, {.temperature = 1, .topP = 1, .minP = 0}};
  std::vector<float> logits(static_cast<std::size_t>(task.vocabulary));
  Written written;
  written.ids.assign(static_cast<std::size_t>(task.frame.segments), ariaId({.kind = Kind::segment}));
  std::int64_t reached = 0;
  while (!grammar.over()) {
    think(dice, logits);
    grammar.allow(logits);
    const auto forced = grammar.forced();
    const int id = forced ? *forced : sampler.choose(logits).index;
    const auto [first, end] = grammar.among();
    const auto pedal = grammar.pedal();
    RC_ASSERT(((id >= first && id < end) || id == pedal));
    for (int i = 0; i < task.vocabulary; ++i) {
      if (logits[static_cast<std::size_t>(i)] > kForbidden) RC_ASSERT(((i >= first && i < end) || i == pedal));
    }
    if (forced) RC_ASSERT(logits[static_cast<std::size_t>(id)] > kForbidden);
    grammar.choose(id);
    written.ids.push_back(id);
    RC_ASSERT(grammar.earliest() >= reached);
    reached = grammar.earliest();
    if (grammar.awaits() == Kind::length) RC_ASSERT(reached == grammar.onset());
    if (ariaToken(id).kind != Kind::onset) continue;
    const Kind what = grammar.note().kind;
    written.onsets.push_back(grammar.onset());
    if (what == Kind::pedalDown || what == Kind::pedalUp)
      written.pedals.push_back({what == Kind::pedalDown, grammar.onset()});
  }
  for (int id = 0; id < kAriaLiveTokens; id += 7) RC_ASSERT_FALSE(grammar.allows(id));
  written.notes = ariaNotes(written.ids);
  RC_ASSERT(static_cast<int>(written.notes.size()) == grammar.notes());
  return written;
}

int allowed(const AriaGrammar& grammar, Kind kind) {
  int count = 0;
  for (int id = 0; id < kAriaLiveTokens; ++id) count += grammar.allows(id) && ariaToken(id).kind == kind ? 1 : 0;
  return count;
}

int note(int pitch, int velocity = 80) { return ariaId({Kind::note, AriaInstrument::piano, pitch, velocity}); }
int onset(int ms) { return ariaId({.kind = Kind::onset, .value = ms}); }
int length(int ms) { return ariaId({.kind = Kind::length, .value = ms}); }
const int kSegmentId = ariaId({.kind = Kind::segment});

}  // namespace

TEST_CASE("Aria: whatever a model thinks, the answer parses, keeps its bars and its part, and ends") {
  REQUIRE(rc::check("written by chance", [] {
    const Task task = someTask();
    const AriaFrame& frame = task.frame;
    const Written written = write(task, *rc::gen::arbitrary<std::uint64_t>());
    // Everything said is one of the notes, of the pedals, a <T>, or the <E> at the end.
    std::size_t told = 0;
    for (const int id : written.ids) {
      const Kind kind = ariaToken(id).kind;
      if (kind == Kind::segment) continue;
      if (kind == Kind::end) RC_ASSERT(id == written.ids.back());
      else ++told;
    }
    const bool drums = task.limits.part == Part::drums;
    RC_ASSERT(told == written.notes.size() * (drums ? 2 : 3) + written.pedals.size() * 2);
    RC_ASSERT_FALSE(written.notes.empty());
    RC_ASSERT(written.notes.front().at >= frame.begin);
    RC_ASSERT(written.notes.front().at <= task.limits.firstBy);

    const auto permitted = permittedPitches(task.limits.part, task.limits.range, task.limits.scale);
    std::map<int, std::int64_t> struck;
    std::map<std::int64_t, int> inBar;
    std::int64_t before = frame.begin;
    for (std::size_t i = 0; i < written.notes.size(); ++i) {
      const AriaNote& n = written.notes[i];
      RC_ASSERT(n.at >= before);
      RC_ASSERT(n.at < frame.end);
      RC_ASSERT(n.length >= kAriaStep);
      RC_ASSERT(n.velocity >= kAriaStep);
      RC_ASSERT((n.instrument == AriaInstrument::drum) == drums);
      RC_ASSERT(permitted.test(static_cast<std::size_t>(n.pitch)));
      if (struck.contains(n.pitch)) RC_ASSERT(n.at >= struck[n.pitch] + kAriaTogether);
      struck[n.pitch] = n.at;
      RC_ASSERT(++inBar[(n.at - frame.begin) / frame.bar] <= task.limits.notesInBar);
      RC_ASSERT(static_cast<double>(n.at - frame.begin) >= static_cast<double>(i) * task.limits.breath - 1e-6);
      const auto together = static_cast<std::size_t>(task.limits.notesAtOnce);
      if (i >= together) RC_ASSERT(n.at > written.notes[i - together].at);
      before = n.at;
    }

    RC_ASSERT(std::ranges::is_sorted(written.onsets));
    if (drums || task.limits.pedalsInBar == 0) RC_ASSERT(written.pedals.empty());
    bool down = false;
    std::map<std::int64_t, int> moves;
    std::int64_t again = written.notes.front().at;
    for (const AriaPedal& pedal : written.pedals) {
      RC_ASSERT(pedal.down != std::exchange(down, pedal.down));
      RC_ASSERT(pedal.at >= again);
      RC_ASSERT(pedal.at < frame.end);
      RC_ASSERT(++moves[(pedal.at - frame.begin) / frame.bar] <= task.limits.pedalsInBar);
      again = pedal.at + kAriaTogether;
    }
  }));
}

TEST_CASE("Aria: an answer token by token") {
  // From 4.98 to 6.5 seconds, after a call that never left the first five.
  AriaGrammar grammar{{4980, 6500, 1000, 0}, {.scale = std::uint16_t{1}, .firstBy = 5200}};  // C alone
  CHECK_FALSE(grammar.forced());
  CHECK(allowed(grammar, Kind::note) == 8 * 12);  // C1 to C8, every velocity but none at all
  CHECK_FALSE(grammar.allows(note(60, 0)));
  CHECK_FALSE(grammar.allows(note(61)));
  CHECK(grammar.allows(kSegmentId));  // there is room in the next five seconds as well
  CHECK_FALSE(grammar.allows(ariaId({.kind = Kind::end})));
  grammar.choose(note(60));
  CHECK(grammar.awaits() == Kind::onset);
  CHECK(allowed(grammar, Kind::onset) == 2);  // 4980, 4990
  CHECK(allowed(grammar, Kind::segment) == 0);
  CHECK_THROWS_AS(grammar.choose(onset(4970)), std::logic_error);
  grammar.choose(onset(4990));
  CHECK(allowed(grammar, Kind::length) == 500);
  CHECK_FALSE(grammar.allows(length(0)));
  grammar.choose(length(5000));
  CHECK_FALSE(grammar.allows(note(60)));  // only 4990 is left, and there it sounds already
  CHECK(grammar.allows(note(72)));
  grammar.choose(kSegmentId);
  CHECK(grammar.earliest() == 5000);
  grammar.choose(note(60));
  CHECK(allowed(grammar, Kind::onset) == 147);  // 5030 to 6490: 40 ms after it was struck
  grammar.choose(onset(1490));
  grammar.choose(length(10));
  CHECK(grammar.allows(ariaId({.kind = Kind::end})));
  CHECK_FALSE(grammar.allows(note(60)));
  grammar.choose(kSegmentId);
  CHECK(grammar.over());
}

TEST_CASE("Aria: what is clear is not asked for") {
  AriaGrammar grammar{{10020, 12000, 2000, 0}, {.firstBy = 10020}};
  CHECK(grammar.forced() == kSegmentId);
  grammar.choose(kSegmentId);
  CHECK(grammar.forced() == kSegmentId);
  grammar.choose(kSegmentId);
  CHECK_FALSE(grammar.forced());
  CHECK_FALSE(grammar.allows(kSegmentId));  // the downbeat must not be missed
  grammar.choose(note(60));
  CHECK(grammar.forced() == onset(20));
}

TEST_CASE("Aria: what was held still sounds at the bar line") {
  std::vector<float> logits(kAriaLiveTokens, std::nanf(""));
  logits[static_cast<std::size_t>(length(700))] = 3;
  const auto left = [&](std::int64_t least) {
    std::vector<float> some = logits;
    allowLengths(some, least);
    return std::ranges::count_if(some, [](float x) { return std::isfinite(x); });
  };
  CHECK(left(0) == 500);
  CHECK(left(700) == 431);
  CHECK(left(4995) == 1);
  CHECK(left(60'000) == 1);
  allowLengths(logits, 700);
  CHECK(logits[static_cast<std::size_t>(length(700))] == 3);
}

TEST_CASE("Aria: a frame or limit that makes no sense is refused") {
  const auto refused = [](const AriaFrame& frame, const AriaLimits& limits) {
    CHECK_THROWS_AS((AriaGrammar{frame, limits}), std::invalid_argument);
  };
  const AriaFrame good{1000, 2000, 500, 0};
  CHECK_NOTHROW(AriaGrammar{good, {.firstBy = 1000}});
  refused({1000, 1000, 500, 0}, {.firstBy = 1000});
  refused({1005, 2000, 500, 0}, {.firstBy = 1010});
  refused({-10, 2000, 500, 0}, {.firstBy = 0});
  refused({1000, 2000, 0, 0}, {.firstBy = 1000});
  refused({1000, 2000, 500, 1}, {.firstBy = 1000});
  refused(good, {.firstBy = 990});
  refused(good, {.firstBy = 2000});
  refused(good, {.scale = std::uint16_t{0}, .firstBy = 1000});
  refused(good, {.range = PitchRange{60, 59}, .firstBy = 1000});
  refused(good, {.firstBy = 1000, .notesInBar = 0});
  refused(good, {.firstBy = 1000, .notesAtOnce = 0});
  refused(good, {.firstBy = 1000, .pedalsInBar = -1});
  refused(good, {.firstBy = 1000, .breath = -1});
}
