// Numbers by chance, the same again from the same seed.
#pragma once

#include <cstdint>

namespace antiphon::synth {

/// A counter that is stirred well (splitmix64).
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_{seed} {}
  std::uint32_t bits() {
    std::uint64_t x = state_ += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return static_cast<std::uint32_t>((x ^ (x >> 31)) >> 32);
  }

 private:
  std::uint64_t state_;
};

}  // namespace antiphon::synth
