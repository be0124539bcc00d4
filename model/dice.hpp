// Chance that falls the same way on every machine.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace antiphon {

/// SplitMix64. Whatever must not upset what follows throws dice of its own: each bar of an echo and each try at it,
/// each take of an answer, each batch of learning.
class Dice {
 public:
  explicit constexpr Dice(std::initializer_list<std::uint64_t> seeds) {
    for (const std::uint64_t seed : seeds) state_ = mix(state_ ^ mix(seed + kGolden));
  }

  /// Dice in this very state, unmixed.
  static constexpr Dice from(std::uint64_t state) {
    Dice dice;
    dice.state_ = state;
    return dice;
  }

  /// Dice of their own for one bar, one try, one purpose; these are not thrown by it.
  constexpr Dice fork(std::uint64_t which) const { return Dice{state_, which}; }

  constexpr std::uint64_t next() { return mix(state_ += kGolden); }
  /// 0 .. count - 1, for counts of any size
  constexpr std::uint64_t below(std::uint64_t count) { return next() % count; }
  /// 0 .. 1, without 1
  constexpr double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  /// 0 .. sides-1
  constexpr int roll(int sides) { return static_cast<int>(((next() >> 32) * static_cast<std::uint64_t>(sides)) >> 32); }
  /// low .. high, both included
  constexpr int between(int low, int high) { return low + roll(high - low + 1); }
  constexpr bool chance(int percent) { return roll(100) < percent; }

 private:
  constexpr Dice() = default;

  static constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15u;
  static constexpr std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  std::uint64_t state_ = 0;
};

}  // namespace antiphon
