// Single cycles of waves between which a wavetable moves, each drawn with as many harmonics as its pitch leaves room
// for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace antiphon::synth {

inline constexpr std::array<std::string_view, 8> kWaveNames = {"sine",  "triangle", "square", "saw",
                                                               "organ", "ah",       "ee",     "oo"};
inline constexpr std::size_t kWaves = kWaveNames.size();
inline constexpr int kWaveLevels = 28;  // of brightness, three an octave, up to 2^9 harmonics

/// The most harmonics at a level.
int harmonicsAt(int level);

/// What a drawn wave is read from: the weights of cubic B-splines, whose sum passes through it.
class Wavetables {
 public:
  Wavetables();

  struct Level {
    std::int32_t begin = 0;  // of the first wave's weights; the others' follow
    std::int32_t size = 0;   // of each, a power of two; three weights of the next cycle stand behind it
  };
  const Level& level(int index) const { return levels_[static_cast<std::size_t>(index)]; }
  const float* weights() const { return weights_.data(); }
  static constexpr std::int32_t perWave(std::int32_t size) { return size + 4; }

 private:
  std::array<Level, kWaveLevels> levels_{};
  std::vector<float> weights_{};
};
/// Made when they are first asked for. Realtime: no.
const Wavetables& wavetables();

}  // namespace antiphon::synth
