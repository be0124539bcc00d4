#include "synth/wavetables.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>

namespace antiphon::synth {
namespace {

constexpr std::int32_t kLeastSize = 512, kPerHarmonic = 8;
constexpr double kTableLoudness = 0.5;  // of every wave with all its harmonics, as a root mean square
constexpr int kMostHarmonics = 512;

struct Formant {
  double hertz, width, level;
};
constexpr double kSung = 130;  // hertz, at which vowels are themselves
constexpr Formant kAh[] = {{730, 90, 1}, {1090, 110, 0.5}, {2440, 160, 0.2}, {3400, 250, 0.1}};
constexpr Formant kEe[] = {{270, 60, 1}, {2290, 120, 0.35}, {3010, 180, 0.3}, {3700, 250, 0.1}};
constexpr Formant kOo[] = {{300, 60, 1}, {870, 90, 0.25}, {2240, 160, 0.04}, {3300, 250, 0.02}};

template <std::size_t n>
double sung(int harmonic, const Formant (&formants)[n]) {
  double level = 0;
  for (const Formant& formant : formants) {
    const double beside = (harmonic * kSung - formant.hertz) / (formant.width / 2);
    level += formant.level / std::sqrt(1 + beside * beside);
  }
  return level / std::sqrt(harmonic);
}

/// How much of a sine at that harmonic.
double amount(std::size_t wave, int harmonic) {
  const double falling = 1.0 / harmonic;
  const bool odd = harmonic % 2 == 1;
  switch (wave) {
    case 0: return harmonic == 1 ? 1 : 0;
    case 1: return odd ? (harmonic % 4 == 1 ? falling * falling : -falling * falling) : 0;
    case 2: return odd ? falling : 0;
    case 3: return odd ? falling : -falling;
    case 4: return std::has_single_bit(static_cast<unsigned>(harmonic)) && harmonic <= 16 ? std::sqrt(falling) : 0;
    case 5: return sung(harmonic, kAh);
    case 6: return sung(harmonic, kEe);
    default: return sung(harmonic, kOo);
  }
}

/// sum of x[k] e^(2 pi i k n / size), in place.
void sumWaves(std::vector<std::complex<double>>& x) {
  const std::size_t size = x.size();
  for (std::size_t i = 1, j = 0; i < size; ++i) {
    std::size_t bit = size / 2;
    for (; (j & bit) != 0; bit /= 2) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(x[i], x[j]);
  }
  for (std::size_t half = 1; half < size; half *= 2) {
    for (std::size_t k = 0; k < half; ++k) {
      const auto turn = std::polar(1.0, std::numbers::pi * static_cast<double>(k) / static_cast<double>(half));
      for (std::size_t i = k; i < size; i += 2 * half) {
        const auto other = x[i + half] * turn;
        x[i + half] = x[i] - other;
        x[i] += other;
      }
    }
  }
}

}  // namespace

int harmonicsAt(int level) { return static_cast<int>(std::floor(std::exp2(level / 3.0) + 1e-9)); }

Wavetables::Wavetables() {
  std::array<double, kWaves> loudness{};
  for (std::size_t wave = 0; wave < kWaves; ++wave) {
    double power = 0;
    for (int k = 1; k <= kMostHarmonics; ++k) power += amount(wave, k) * amount(wave, k) / 2;
    loudness[wave] = kTableLoudness / std::sqrt(power);
  }
  for (int index = 0; index < kWaveLevels; ++index) {
    const int harmonics = harmonicsAt(index);
    const auto needed = static_cast<std::uint32_t>(kPerHarmonic * harmonics);
    const std::int32_t size = std::max(kLeastSize, static_cast<std::int32_t>(std::bit_ceil(needed)));
    levels_[static_cast<std::size_t>(index)] = {static_cast<std::int32_t>(weights_.size()), size};
    for (std::size_t wave = 0; wave < kWaves; ++wave) {
      std::vector<std::complex<double>> cycle(static_cast<std::size_t>(size));
      for (int k = 1; k <= harmonics; ++k) {
        // Splines make what is high weaker; so much it is made stronger here.
        const double turn = std::numbers::pi * k / size, weaker = std::pow(std::sin(turn) / turn, 4);
        cycle[static_cast<std::size_t>(k)] = loudness[wave] * amount(wave, k) / weaker;
      }
      sumWaves(cycle);
      // The spline from a place to the next takes one weight before, and two behind.
      for (std::int32_t i = 0; i < perWave(size); ++i)
        weights_.push_back(static_cast<float>(cycle[static_cast<std::size_t>((i + size - 1) % size)].imag()));
    }
  }
}

const Wavetables& wavetables() {
  static const Wavetables tables;
  return tables;
}

}  // namespace antiphon::synth
