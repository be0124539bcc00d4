#include "model/echo/grid.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>

namespace antiphon::echo {
namespace {

bool compound(Meter meter) { return meter.unit >= 8 && meter.beats > 3 && meter.beats % 3 == 0; }

constexpr std::array<std::int64_t, 14> kNoteValues{1920, 1440, 960, 720, 480, 320, 240, 160, 120, 80, 60, 40, 30, 20};
constexpr std::int64_t kUsualStep = 120;

/// Mean distance of the onsets from the nearest line is at most an eighth of the step.
bool fits(std::span<const Note> notes, std::int64_t step) {
  std::int64_t distance = 0;
  for (const Note& note : notes) {
    const std::int64_t after = note.tick.count % step;
    distance += std::min(after, step - after);
  }
  return distance * 8 <= step * static_cast<std::int64_t>(notes.size());
}

/// The subdivision that the playing is felt in.
std::int64_t stepOf(std::span<const Note> notes, std::int64_t finest, std::int64_t bar) {
  const auto possible = [&](std::int64_t step) { return step % finest == 0 && bar % step == 0; };
  // Coarse to fine: the first note value that the playing fits.
  std::int64_t nearest = 0;
  for (const std::int64_t value : kNoteValues) {
    if (!possible(value)) continue;
    if (value >= 60 && fits(notes, value)) return value;
    if (nearest == 0 || std::abs(value - kUsualStep) < std::abs(nearest - kUsualStep)) nearest = value;
  }
  if (nearest != 0) return nearest;
  // No note value: the first division of the bar, fine to coarse, that is no shorter than a thirty-second.
  std::int64_t step = bar;
  for (std::int64_t parts = bar / finest; parts >= 1; --parts) {
    if (bar % parts != 0 || !possible(bar / parts)) continue;
    step = bar / parts;
    if (step >= 60) break;
  }
  return step;
}

}  // namespace

int accent(Tick tick, Meter meter) {
  const std::int64_t bar = meter.bar().count;
  const std::int64_t t = ((tick.count % bar) + bar) % bar;
  const std::int64_t count = meter.beat().count;
  const bool triple = compound(meter);
  const std::int64_t beat = triple ? 3 * count : count;
  if (t == 0) return 6;
  if (!triple && meter.beats % 2 == 0 && meter.beats > 2 && t % (bar / 2) == 0) return 5;
  if (triple && (bar / beat) % 2 == 0 && t % (bar / 2) == 0) return 5;
  if (t % beat == 0) return 4;
  if (triple) return t % count == 0 ? 2 : (2 * t) % count == 0 ? 1 : 0;
  if ((2 * t) % beat == 0) return 2;
  if ((4 * t) % beat == 0 || (3 * t) % beat == 0) return 1;
  return 0;
}

Tick Grid::beat() const { return compound(meter) ? 3 * meter.beat() : meter.beat(); }

int Grid::accentNear(Tick inBar) const {
  const auto nearest = static_cast<std::size_t>((inBar.count + step.count / 2) / step.count);
  return accents[nearest < accents.size() ? nearest : 0];
}

Grid findGrid(std::span<const Note> notes, Meter meter) {
  std::int64_t finest = meter.bar().count;
  for (const Note& note : notes) finest = std::gcd(finest, note.tick.count);
  Grid grid{meter, Tick{finest}, Tick{stepOf(notes, finest, meter.bar().count)}};
  for (Tick tick{0}; tick < meter.bar(); tick += grid.step) {
    grid.accents.push_back(static_cast<std::uint8_t>(accent(tick, meter)));
  }
  return grid;
}

}  // namespace antiphon::echo
