#include "synth/ears/agreement.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>

namespace antiphon::synth {

bool sameTempo(double one, double other) { return std::abs(one / other - 1) <= 0.04; }

bool sameOctave(double one, double other) {
  return std::ranges::any_of(std::initializer_list<double>{1, 2, 3, 1.0 / 2, 1.0 / 3},
                             [&](double times) { return sameTempo(one, other * times); });
}

double beatsAgree(std::span<const double> one, std::span<const double> other) {
  constexpr double near = 0.07;
  std::size_t hits = 0;
  for (std::size_t a = 0, b = 0; a < one.size() && b < other.size();) {
    if (std::abs(one[a] - other[b]) <= near) {
      ++hits;
      ++a;
      ++b;
    } else {
      ++(one[a] < other[b] ? a : b);
    }
  }
  const std::size_t all = one.size() + other.size();
  return all == 0 ? 0 : 2.0 * static_cast<double>(hits) / static_cast<double>(all);
}

}  // namespace antiphon::synth
