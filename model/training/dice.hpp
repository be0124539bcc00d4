// Chance that comes out the same on every machine.
#pragma once

#include <cstdint>

namespace antiphon {

/// SplitMix64.
class TrainingDice {
 public:
  explicit TrainingDice(std::uint64_t seed) : state_{seed} {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  /// 0 .. count - 1
  std::uint64_t below(std::uint64_t count) { return next() % count; }
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

 private:
  std::uint64_t state_;
};

}  // namespace antiphon
