#include "model/echo/devices.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace antiphon::echo {
namespace {

/// About the middle of the bar, on a count where the grid allows it.
Tick middle(const Grid& grid) {
  const Tick count = grid.meter.beat();
  const Tick unit = count.count % grid.step.count == 0 ? count : grid.step;
  return floorTo(Tick{grid.bar().count / 2}, unit);
}

/// In order, no two on one onset.
void settle(Figure& figure) {
  std::stable_sort(figure.begin(), figure.end(), [](const Gesture& a, const Gesture& b) { return a.tick < b.tick; });
  figure.erase(
      std::unique(figure.begin(), figure.end(), [](const Gesture& a, const Gesture& b) { return a.tick == b.tick; }),
      figure.end());
}

Tick spaceAfter(const Figure& figure, std::size_t i, const Grid& grid) {
  return (i + 1 < figure.size() ? figure[i + 1].tick : grid.bar()) - figure[i].tick;
}

void dropInnerTone(Gesture& gesture) {
  const auto inner = gesture.tones.size() == 2 ? 0 : static_cast<std::ptrdiff_t>(gesture.tones.size() / 2);
  gesture.tones.erase(gesture.tones.begin() + inner);
  Tick first = gesture.tones.front().late;
  for (const Tone& tone : gesture.tones) first = std::min(first, tone.late);
  for (Tone& tone : gesture.tones) tone.late -= first;
}

/// Between two tones, or beside them.
int stepBetween(int here, int next, Dice& dice) {
  const int way = next - here;
  if (std::abs(way) >= 2) return here + way / 2;
  if (way == 0) return here + (dice.chance(50) ? 1 : -1);
  return next + way;
}

}  // namespace

void transpose(Figure& figure, int steps) {
  for (Gesture& gesture : figure) gesture.move(steps);
}

void turnTail(Figure& figure, std::size_t pivot) {
  if (pivot >= figure.size()) return;
  const int axis = figure[pivot].lead().step;
  for (std::size_t i = pivot + 1; i < figure.size(); ++i) {
    figure[i].move(2 * (axis - figure[i].lead().step));
    for (Tone& tone : figure[i].tones) tone.raised = 0;
  }
}

void retrograde(Figure& figure) {
  for (std::size_t i = 0, j = figure.size(); i + 1 < j; ++i) {
    --j;
    const auto takeOver = [](std::vector<Tone>& tones, const Tone& place) {
      for (Tone& tone : tones) {
        tone.length = place.length;
        tone.velocity = place.velocity;
      }
    };
    const Tone first = figure[i].lead(), last = figure[j].lead();
    std::swap(figure[i].tones, figure[j].tones);
    takeOver(figure[i].tones, first);
    takeOver(figure[j].tones, last);
  }
}

void revoice(Figure& figure, int octave, bool up) {
  for (Gesture& gesture : figure) {
    auto& tones = gesture.tones;
    if (tones.size() < 3) continue;
    const bool wide = tones.back().step - tones.front().step > octave;
    if (wide || (tones.size() == 3 && up)) {
      tones.front().step += octave;
    } else if (tones.size() == 3) {
      tones.back().step -= octave;
    } else {
      (tones.end() - 2)->step -= octave;
    }
    std::stable_sort(tones.begin(), tones.end(), [](const Tone& a, const Tone& b) { return a.step < b.step; });
  }
}

void startOnDownbeat(Figure& figure, const Grid& grid) {
  if (figure.empty() || figure.front().tick == Tick{0}) return;
  const Tick first = figure.front().tick;
  Tick cut = floorTo(first, grid.beat());
  if (cut.count % grid.finest.count != 0) cut = first;
  for (Gesture& gesture : figure) gesture.tick -= cut;
  figure.front().tick = Tick{0};
}

void repeatHead(Figure& figure, const Grid& grid, int steps) {
  const Tick half = middle(grid);
  const auto rounded = [&](const Gesture& gesture) { return roundTo(gesture.tick, grid.step); };
  Figure again, rest;
  for (const Gesture& gesture : figure) {
    if (rounded(gesture) < half) {
      again.push_back(gesture);
      again.back().tick += half;
      again.back().move(steps);
    } else if (rounded(gesture) >= 2 * half) {
      rest.push_back(gesture);  // the odd count of 5/4 or 7/8
      rest.back().move(steps);
    }
  }
  if (again.empty()) return;
  std::erase_if(figure, [&](const Gesture& gesture) { return rounded(gesture) >= half; });
  figure.insert(figure.end(), again.begin(), again.end());
  figure.insert(figure.end(), rest.begin(), rest.end());
  settle(figure);
}

void swapHalves(Figure& figure, const Grid& grid) {
  const Tick half = middle(grid);
  for (Gesture& gesture : figure) {
    if (roundTo(gesture.tick, grid.step) < half) gesture.tick += grid.bar() - half;
    else gesture.tick = std::max(Tick{0}, gesture.tick - half);
  }
  settle(figure);
}

bool displace(Figure& figure, const Grid& grid, Dice& dice) {
  if (figure.size() < 2) return false;
  const std::size_t from = static_cast<std::size_t>(dice.roll(static_cast<int>(figure.size() - 1)));
  for (std::size_t n = 0; n + 1 < figure.size(); ++n) {
    const std::size_t i = 1 + (from + n) % (figure.size() - 1);
    const Tick tick = figure[i].tick;
    const Tick next = i + 1 < figure.size() ? figure[i + 1].tick : grid.bar();
    const bool early = tick - grid.step > figure[i - 1].tick, late = tick + grid.step < next;
    if (!early && !late) continue;
    // Ahead of a strong beat swings; behind a weak one drags.
    const bool push = early && (!late || dice.chance(grid.accentNear(tick) >= 2 ? 75 : 40));
    figure[i].tick = push ? tick - grid.step : tick + grid.step;
    return true;
  }
  return false;
}

bool ornament(Figure& figure, const Grid& grid, Dice& dice) {
  std::size_t widest = figure.size();
  Tick most = 2 * grid.step - Tick{1};
  for (std::size_t i = 0; i < figure.size(); ++i) {
    const Tick space =
        spaceAfter(figure, i, grid) + Tick{dice.roll(static_cast<int>(std::min<std::int64_t>(grid.step.count, 480)))};
    if (space > most && spaceAfter(figure, i, grid) >= 2 * grid.step) {
      widest = i;
      most = space;
    }
  }
  if (widest == figure.size()) return false;

  const Gesture& here = figure[widest];
  const std::int64_t steps =
      (spaceAfter(figure, widest, grid).count - 1) / grid.step.count;  // where the last free one is
  const std::int64_t place = dice.chance(50) ? steps : (steps + 1) / 2;
  Gesture added{.tick = here.tick + place * grid.step, .space = grid.step, .tones = here.tones};
  const int next = widest + 1 < figure.size() ? figure[widest + 1].lead().step : here.lead().step;
  if (added.tones.size() == 1) {
    added.tones.front().step = stepBetween(here.lead().step, next, dice);
    added.tones.front().raised = 0;
  }
  for (Tone& tone : added.tones) {
    tone.length = std::min(tone.length, grid.step);
    tone.velocity = static_cast<std::uint8_t>(std::max(1, tone.velocity * 5 / 6));
  }
  figure.insert(figure.begin() + static_cast<std::ptrdiff_t>(widest) + 1, std::move(added));
  return true;
}

void thin(Figure& figure, const Grid& grid, int low, int high, bool keepFirst, Dice& dice) {
  int notes = countNotes(figure);
  if (notes <= high) return;
  std::vector<std::pair<int, std::size_t>> weakest;
  weakest.reserve(figure.size());
  for (std::size_t i = keepFirst ? 1 : 0; i < figure.size(); ++i) {
    const int weight = 6 * grid.accentNear(figure[i].tick) + figure[i].lead().velocity / 16 +
                       (figure[i].lead().length > grid.step ? 4 : 0) + dice.roll(6);
    weakest.emplace_back(weight, i);
  }
  std::sort(weakest.begin(), weakest.end());
  std::size_t left = figure.size();
  for (const auto& [weight, i] : weakest) {
    const int size = static_cast<int>(figure[i].tones.size());
    if (notes <= high || left == 1) break;
    if (notes - size < low) continue;
    figure[i].tones.clear();
    notes -= size;
    --left;
  }
  std::erase_if(figure, [](const Gesture& gesture) { return gesture.tones.empty(); });
  // What is still too much are chords that could not go without leaving too little: they get thinner instead.
  while (notes > high) {
    Gesture& fullest = *std::max_element(figure.begin(), figure.end(), [](const Gesture& a, const Gesture& b) {
      return a.tones.size() < b.tones.size();
    });
    if (fullest.tones.size() < 2) break;
    dropInnerTone(fullest);
    --notes;
  }
}

}  // namespace antiphon::echo
