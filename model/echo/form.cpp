#include "model/echo/form.hpp"

#include <algorithm>

namespace antiphon::echo {
namespace {

/// Lengths of the phrases: fours, and what is left over joins the last one or stands alone.
std::vector<int> phraseLengths(int bars) {
  if (bars <= 5) return {bars};
  std::vector<int> lengths(static_cast<std::size_t>(bars / 4), 4);
  if (bars % 4 == 1) lengths.back() = 5;
  if (bars % 4 >= 2) lengths.push_back(bars % 4);
  return lengths;
}

Role roleOf(int bar, int length, bool lastPhrase) {
  if (bar == length - 1) return lastPhrase ? Role::home : Role::halfClose;
  if (bar == 0) return Role::statement;
  if (bar == length - 2) return Role::departure;
  return bar % 2 == 1 ? Role::continuation : Role::departure;
}

/// 0 at both ends, 1000 at `peak`; all in thousandths.
int arc(int place, int peak) { return place <= peak ? place * 1000 / peak : (1000 - place) * 1000 / (1000 - peak); }

}  // namespace

std::vector<BarPlan> planForm(int bars, Dice dice) {
  const int peak = dice.between(600, 750);
  const int height = dice.chance(70) ? dice.between(1, 3) : -dice.between(1, 2);
  std::vector<BarPlan> form;
  form.reserve(static_cast<std::size_t>(bars));
  const std::vector<int> lengths = phraseLengths(bars);
  for (std::size_t phrase = 0; phrase < lengths.size(); ++phrase) {
    const bool lastPhrase = phrase + 1 == lengths.size();
    for (int i = 0; i < lengths[phrase]; ++i) {
      const int done = static_cast<int>(form.size());
      const int swell = bars > 1 ? arc(done * 1000 / (bars - 1), peak) : 0;
      BarPlan bar{.role = roleOf(i, lengths[phrase], lastPhrase), .phrase = static_cast<int>(phrase)};
      bar.level = height * swell / 1000;
      bar.loudness = swell * 8 / 1000 - 2;
      switch (bar.role) {
        case Role::statement: break;
        case Role::continuation: bar.level += dice.between(-1, 2); break;
        case Role::departure:
          bar.level += dice.between(-2, 3);
          bar.loudness += 2;
          break;
        case Role::halfClose:
          bar.level += dice.between(-1, 1);
          bar.loudness -= 2;
          break;
        case Role::home: bar.loudness -= 2; break;
      }
      bar.level = std::clamp(bar.level, -3, 4);
      form.push_back(bar);
    }
  }
  return form;
}

}  // namespace antiphon::echo
