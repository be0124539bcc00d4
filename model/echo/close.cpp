// How a bar comes to an end.
#include <algorithm>
#include <cstdlib>
#include <limits>

#include "model/echo/devices.hpp"

namespace antiphon::echo {
namespace {

/// The gesture to end on: on a strong place, with about a beat or more to ring, and little cut off behind it.
std::size_t lastGesture(const Figure& figure, const Grid& grid, int low, Dice& dice) {
  const Tick wanted = std::min(std::max(grid.beat(), kQuarter), Tick{grid.bar().count / 2});
  std::size_t best = figure.size() - 1;
  int most = std::numeric_limits<int>::min();
  int notes = 0;
  for (std::size_t i = 0; i < figure.size(); ++i) {
    notes += static_cast<int>(figure[i].tones.size());
    if (notes < low) continue;
    const Tick room = grid.bar() - figure[i].tick;
    int points = 3 * grid.accentNear(figure[i].tick) + dice.roll(4);
    if (room < wanted) points -= static_cast<int>(12 * (wanted - room).count / wanted.count);
    if (2 * room.count > grid.bar().count) points -= static_cast<int>(24 * room.count / grid.bar().count - 10);
    points -= static_cast<int>(8 * (figure.size() - 1 - i) / figure.size());
    if (points > most) {
      most = points;
      best = i;
    }
  }
  return best;
}

/// The step nearest to `from` that is this tone of the scale; of two about as near, either.
int nearestStep(int from, int tone, const Scale& scale, Dice& dice) {
  const int up = ((tone - scale.toneOf(from)) % scale.size() + scale.size()) % scale.size();
  const int down = scale.size() - up;
  const bool rise = up != 0 && std::abs(up - down) <= 1 ? dice.chance(40) : up < down;
  return rise ? from + up : from + up - scale.size();
}

/// How far to move a chord so that it rests: on tonic, third and fifth as far as possible, with a firm bass.
int restingMove(const Gesture& chord, int tone, const Scale& scale) {
  int best = 0, most = std::numeric_limits<int>::min();
  for (int move = -scale.size() + 1; move < scale.size(); ++move) {
    int points = -2 * std::abs(move);
    bool there = false;
    for (const Tone& each : chord.tones) {
      if (scale.stable(each.step + move)) points += 10;
      there = there || scale.toneOf(each.step + move) == tone;
    }
    if (!there) continue;
    if (scale.toneOf(chord.tones.front().step + move) == tone) points += 4;
    if (scale.toneOf(chord.lead().step + move) == tone) points += 2;
    if (points > most) {
      most = points;
      best = move;
    }
  }
  return best;
}

}  // namespace

void close(Figure& figure, const Material& material, Close how, int low, Dice& dice) {
  if (figure.empty()) return;
  const Scale& scale = material.tonality.scale;
  figure.resize(lastGesture(figure, material.grid, low, dice) + 1);
  Gesture& last = figure.back();
  // An ending that came late lands on its beat.
  const Tick beat = floorTo(last.tick, material.grid.beat());
  if (figure.size() > 1 && beat.count % material.grid.finest.count == 0 && beat > figure[figure.size() - 2].tick) {
    last.tick = beat;
  }
  int tone = how == Close::onTonic ? 0 : scale.fifth();
  if (how == Close::open && scale.size() == 7 && dice.chance(30)) tone = 1;

  for (Tone& each : last.tones) each.raised = 0;
  if (last.tones.size() > 1) {
    last.move(restingMove(last, tone, scale));
  } else {
    // From where the line is, not from where it was going.
    const int from =
        figure.size() > 1 ? (figure[figure.size() - 2].lead().step + last.lead().step) / 2 : last.lead().step;
    const int target = nearestStep(from, tone, scale, dice);
    last.tones.front().step = target;
    if (figure.size() > 2 && figure[figure.size() - 2].tones.size() == 1) {
      Tone& before = figure[figure.size() - 2].tones.front();
      const int cameFrom = figure[figure.size() - 3].lead().step;
      if (before.step == target || std::abs(before.step - target) > 2 || dice.chance(40)) {
        before.step = target + (cameFrom < target ? -1 : 1);
        before.raised = 0;
      }
    }
  }
  last.held = true;
}

}  // namespace antiphon::echo
