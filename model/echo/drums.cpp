#include "model/echo/drums.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>
#include <utility>

namespace antiphon::echo {
namespace {

constexpr int kTries = 12;
constexpr int kBackbone = 4;  // the accent from which a hit carries the groove

/// General MIDI: what fills are played on, high to low.
constexpr std::array<std::uint8_t, 8> kFillDrums{38, 40, 50, 48, 47, 45, 43, 41};
constexpr std::array<std::uint8_t, 2> kKicks{35, 36};

template <typename Drumset>
bool isOneOf(const Drumset& drums, std::uint8_t pitch) {
  return std::find(drums.begin(), drums.end(), pitch) != drums.end();
}

auto placeOf(const Note& note) { return std::tuple{note.tick, note.pitch}; }
bool sooner(const Note& a, const Note& b) { return placeOf(a) < placeOf(b); }

bool isCore(std::uint8_t pitch) { return isOneOf(kKicks, pitch) || isOneOf(kFillDrums, pitch); }

bool struckIn(const std::vector<Note>& bar, Tick tick, std::uint8_t pitch) {
  return std::any_of(bar.begin(), bar.end(), [&](const Note& hit) { return hit.tick == tick && hit.pitch == pitch; });
}

void put(std::vector<Note>& bar, const Note& hit) {
  bar.insert(std::upper_bound(bar.begin(), bar.end(), hit, sooner), hit);
}

bool sameHits(const std::vector<Note>& a, const std::vector<Note>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Note& x, const Note& y) { return placeOf(x) == placeOf(y); });
}

std::uint8_t velocity(int v) { return static_cast<std::uint8_t>(std::clamp(v, 1, 127)); }

}  // namespace

Drums::Drums(std::span<const Note> notes, const Grid& grid, int callBars, std::vector<BarPlan> form, Dice seed,
             bool main)
    : grid_{grid},
      form_{std::move(form)},
      seed_{seed},
      main_{main},
      density_{static_cast<int>(notes.size()), callBars, static_cast<int>(form_.size()), main ? 1 : 0} {
  std::int64_t current = -1;
  for (Note note : notes) {
    if (const std::int64_t bar = floorDiv(note.tick, grid.bar()); bar != current) {
      current = bar;
      bars_.emplace_back();
    }
    note.tick -= current * grid.bar();
    bars_.back().push_back(note);
  }
  for (Bar& bar : bars_) std::sort(bar.begin(), bar.end(), sooner);
  for (const std::uint8_t drum : kFillDrums) {
    if (std::any_of(notes.begin(), notes.end(), [&](const Note& hit) { return hit.pitch == drum; }))
      fillDrums_.push_back(drum);
  }
  if (fillDrums_.empty() && !notes.empty()) fillDrums_.push_back(bars_.back().back().pitch);
}

/// What carries the groove weighs most: strong places, kick and snare, loud hits.
int Drums::weight(const Note& hit) const {
  return 8 * grid_.accentNear(hit.tick) + (isCore(hit.pitch) ? 14 : 0) + hit.velocity / 8;
}

bool Drums::leaveOne(Bar& bar, bool keepFirst, Tick spared, Dice& dice) const {
  if (bar.size() < 2) return false;
  std::size_t weakest = keepFirst ? 1 : 0;
  int least = std::numeric_limits<int>::max();
  for (std::size_t i = weakest; i < bar.size(); ++i) {
    const int points = weight(bar[i]) + dice.roll(12) + (bar[i].tick >= spared ? 100 : 0);
    if (points < least) {
      least = points;
      weakest = i;
    }
  }
  bar.erase(bar.begin() + static_cast<std::ptrdiff_t>(weakest));
  return true;
}

/// Between the strong places, and not on top of kick or snare.
bool Drums::free(const Bar& bar, Tick tick, std::uint8_t drum) const {
  if (tick < Tick{0} || tick >= grid_.bar() || grid_.accentNear(tick) >= kBackbone) return false;
  return std::none_of(bar.begin(), bar.end(), [&](const Note& hit) {
    return hit.tick == tick && (hit.pitch == drum || (isCore(hit.pitch) && isCore(drum)));
  });
}

/// A hit off the backbone, a few steps early or late.
bool Drums::shiftOne(Bar& bar, Dice& dice) const {
  const std::size_t from = static_cast<std::size_t>(dice.roll(static_cast<int>(bar.size())));
  for (std::size_t n = 0; n < bar.size(); ++n) {
    const std::size_t i = (from + n) % bar.size();
    Note hit = bar[i];
    if (grid_.accentNear(hit.tick) >= kBackbone) continue;
    const Tick to = hit.tick + std::int64_t{dice.chance(60) ? -1 : 1} * dice.between(1, 3) * grid_.step;
    if (!free(bar, to, hit.pitch)) continue;
    bar.erase(bar.begin() + static_cast<std::ptrdiff_t>(i));
    hit.tick = to;
    put(bar, hit);
    return true;
  }
  return false;
}

/// A soft hit a step before or after one that is there; on a strong place only when there is no other.
bool Drums::ghost(Bar& bar, Dice& dice) const {
  const std::size_t from = static_cast<std::size_t>(dice.roll(static_cast<int>(bar.size())));
  for (std::size_t n = 0; n < 4 * bar.size(); ++n) {
    Note hit = bar[(from + n) % bar.size()];
    const std::size_t round = n / bar.size();
    hit.tick += round % 2 == 0 ? -grid_.step : grid_.step;
    const bool possible = round < 2
                              ? free(bar, hit.tick, hit.pitch)
                              : hit.tick >= Tick{0} && hit.tick < grid_.bar() && !struckIn(bar, hit.tick, hit.pitch);
    if (!possible) continue;
    hit.velocity = velocity(hit.velocity * 11 / 20);
    put(bar, hit);
    return true;
  }
  return false;
}

/// Clears the end of the bar, all but its kicks, and rolls across what fill drums there are, getting louder.
void Drums::fill(Bar& bar, Tick span, Dice& dice) const {
  Tick step = grid_.step;
  while (4 * step < span && span.count % (2 * step.count) == 0) step += step;
  const Tick begin = grid_.bar() - span;
  if (begin <= Tick{0} || begin.count % grid_.finest.count != 0) return;
  int loud = 0;
  Tick shortest = step;
  for (const Note& hit : bar) {
    loud = std::max(loud, static_cast<int>(hit.velocity));
    shortest = std::min(shortest, hit.length);
  }
  std::erase_if(bar, [&](const Note& hit) { return hit.tick >= begin && !isOneOf(kKicks, hit.pitch); });
  const int slots = static_cast<int>(span.count / step.count);
  for (int slot = 0; slot < slots; ++slot) {
    const Tick tick = begin + slot * step;
    if (slot > 0 && slot + 1 < slots && grid_.accentNear(tick) < kBackbone && dice.chance(25)) continue;
    const std::size_t drum = fillDrums_.size() * static_cast<std::size_t>(slot) / static_cast<std::size_t>(slots);
    const Note hit{.tick = tick,
                   .length = shortest,
                   .pitch = fillDrums_[drum],
                   .velocity = velocity(loud * (50 + 55 * (slot + 1) / slots) / 100),
                   .channel = 9};
    if (!struckIn(bar, hit.tick, hit.pitch)) put(bar, hit);
  }
}

Drums::Bar Drums::draft(const BarPlan& plan, Dice& dice) const {
  const int older = static_cast<int>(bars_.size()) - 1;
  const bool fresh = motif_.empty() || plan.role == Role::statement;
  Bar bar = older > 0 && plan.role == Role::departure && dice.chance(40)
                ? bars_[static_cast<std::size_t>(dice.roll(older))]
            : fresh ? bars_.back()
                    : motif_;
  const int changes = plan.role == Role::departure ? 3 : plan.role == Role::statement ? 2 : 1;
  for (int change = 0; change < changes; ++change) {
    switch (dice.roll(3)) {
      case 0: leaveOne(bar, first(), grid_.bar(), dice); break;
      case 1: shiftOne(bar, dice); break;
      default: ghost(bar, dice); break;
    }
  }
  return bar;
}

/// How much of the end of a bar is filled.
Tick Drums::fillSpan(const BarPlan& plan, Dice& dice) const {
  const Tick beat = std::max(grid_.beat(), floorTo(kQuarter, grid_.beat()));
  if (plan.role == Role::home) return 4 * beat <= grid_.bar() && dice.chance(50) ? 2 * beat : beat;
  return plan.role == Role::halfClose ? beat : Tick{0};
}

void Drums::fit(Bar& bar, Density::Range range, Tick fillAt, Dice& dice) const {
  const auto few = [&] { return static_cast<int>(bar.size()) < range.low; };
  while (!bar.empty() && few() && ghost(bar, dice)) {}
  if (bar.empty() || few()) {
    bar = *std::max_element(bars_.begin(), bars_.end(), [](const Bar& a, const Bar& b) { return a.size() < b.size(); });
  }
  if (first()) {
    // Whoever plays first, plays on the bar line.
    const Tick early = bar.front().tick;
    for (Note& hit : bar) {
      if (hit.tick == early) hit.tick = Tick{0};
    }
  }
  while (static_cast<int>(bar.size()) > range.high && leaveOne(bar, first(), fillAt, dice)) {}
}

std::vector<Note> Drums::nextBar(int most) {
  const BarPlan& plan = form_[bar_];
  const Density::Range range = density_.next().upTo(most);
  Bar best;
  if (range.high > 0) {
    int least = std::numeric_limits<int>::max();
    for (std::uint64_t attempt = 0; attempt < kTries && least > 0; ++attempt) {
      Dice dice = seed_.fork(bar_ * kTries + attempt);
      Bar bar = draft(plan, dice);
      const Tick span = fillSpan(plan, dice);
      if (span > Tick{0}) fill(bar, span, dice);
      fit(bar, range, grid_.bar() - span, dice);
      int points = bar_ > 0 && sameHits(bar, before_) ? 1 : 0;
      for (const Bar& call : bars_) points += sameHits(bar, call) ? 2 : 0;
      if (points < least) {
        least = points;
        best = std::move(bar);
      }
    }
  }
  if (plan.role == Role::statement) motif_ = best;
  before_ = best;
  Dice touch = seed_.fork((1u << 20) + bar_);
  for (Note& hit : best) {
    const int accents = grid_.accentNear(hit.tick) - 2;
    hit.velocity = velocity(hit.velocity + plan.loudness + accents + touch.between(-3, 3));
    hit.length = std::min(hit.length, grid_.bar() - hit.tick);
  }
  density_.spend(static_cast<int>(best.size()));
  ++bar_;
  return best;
}

}  // namespace antiphon::echo
