// Noise: hiss, rain, thunder. Every lane has its own.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "synth/chance.hpp"

#define ANTIPHON_VECTORS "synth/modules/noise.cpp"
#include "synth/module_begin-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

constexpr float kLoudness = 0.3f;  // the root mean square of every kind
// Pink falls by 3 dB an octave: every so often a pole that takes 6 dB away, and halfway to the next a zero that stops
// it.
constexpr std::size_t kPoles = 8;
constexpr double kLowest = 8, kApart = 2.9;  // hertz, and how many times as high the next is
constexpr double kBrownest = 20;             // hertz; below that brown noise is white, so that it stays in bounds

class Noise final : public Module {
 public:
  explicit Noise(const Place& place) : seed_{place.seed}, voices_(static_cast<std::size_t>(place.groups)) {
    const auto decay = [&](double hertz) { return std::exp(-2 * std::numbers::pi * hertz / place.rate.hertz); };
    double pole = kLowest;
    for (std::size_t i = 0; i < kPoles; ++i, pole *= kApart) {
      poles_[i] = static_cast<float>(decay(pole));
      zeros_[i] = static_cast<float>(decay(pole * std::sqrt(kApart)));
    }
    brown_ = static_cast<float>(decay(kBrownest));
    // Even noise from -1 to 1 has a power of a third.
    white_ = kLoudness * std::sqrt(3.0f);
    browning_ = white_ * std::sqrt(1 - brown_ * brown_);
    pinking_ = white_ / static_cast<float>(std::sqrt(pinkPower()));
    calm();
  }

  void play(const Block& block) override {
    const int kind = static_cast<int>(block.in[1].at(0, 0)[0] + 0.5f);
    for (int g = 0; g < block.groups; ++g) {
      Voices& voices = voices_[static_cast<std::size_t>(g)];
      for (int f = 0; f < block.frames; ++f) {
        const Lanes chance = next(voices);
        Lanes sound;
        if (kind == 0) {
          sound = chance * white_;
        } else if (kind == 1) {
          sound = pink(voices, chance) * pinking_;
        } else {
          sound = mulAdd(Lanes::from(voices.brown), brown_, chance * browning_);
          sound.to(voices.brown);
        }
        (sound * Lanes::from(block.in[0].at(g, f))).to(block.out[0].at(g, f));
      }
    }
  }
  void calm() override {
    Chance chance{seed_};
    for (Voices& voices : voices_) {
      voices = Voices{};
      for (auto& word : voices.words) {
        for (std::int32_t& lane : word) lane = static_cast<std::int32_t>(chance.bits());
      }
    }
  }

 private:
  struct Voices {
    alignas(32) std::int32_t words[4][kLanes] = {};
    alignas(
        32) float before[kPoles + 1][kLanes] = {};  // what went into each pole's filter, and what came out of the last
    alignas(32) float brown[kLanes] = {};
  };

  /// Even chances from -1 to 1 (xoshiro128+, its upper bits).
  static HWY_INLINE Lanes next(Voices& voices) {
    Lanes lanes;
    ANTIPHON_EACH {
      const auto at = [&](int word) { return voices.words[word] + p * kPart; };
      auto a = hn::LoadU(Whole(), at(0)), b = hn::LoadU(Whole(), at(1)), c = hn::LoadU(Whole(), at(2)),
           d = hn::LoadU(Whole(), at(3));
      const auto even = hn::ConvertTo(Real(), hn::ShiftRight<8>(hn::Add(a, d)));
      lanes.part[p] = hn::Mul(even, hn::Set(Real(), 1.0f / 8388608));
      const auto shifted = hn::ShiftLeft<9>(b);
      c = hn::Xor(c, a);
      d = hn::Xor(d, b);
      b = hn::Xor(b, c);
      a = hn::Xor(a, d);
      c = hn::Xor(c, shifted);
      const hn::RebindToUnsigned<Whole> bits;
      const auto old = hn::BitCast(bits, d);
      d = hn::BitCast(Whole(), hn::Or(hn::ShiftLeft<11>(old), hn::ShiftRight<21>(old)));
      hn::StoreU(a, Whole(), at(0));
      hn::StoreU(b, Whole(), at(1));
      hn::StoreU(c, Whole(), at(2));
      hn::StoreU(d, Whole(), at(3));
    }
    return lanes;
  }

  HWY_INLINE Lanes pink(Voices& voices, Lanes sound) const {
    Lanes in = Lanes::from(voices.before[0]);
    for (std::size_t i = 0; i < kPoles; ++i) {
      sound.to(voices.before[i]);
      const Lanes out = Lanes::from(voices.before[i + 1]);
      sound = mulAdd(out, poles_[i], sound - in * zeros_[i]);
      in = out;
    }
    sound.to(voices.before[kPoles]);
    return sound;
  }
  /// By how much pink() makes white noise stronger.
  double pinkPower() const {
    constexpr int steps = 1 << 14;
    double sum = 0;
    for (int i = 0; i < steps; ++i) {
      // Closer and closer towards the lowest, where most of it is.
      const double x = (i + 0.5) / steps, turn = std::numbers::pi * x * x * x, weight = 3 * x * x;
      double power = 1;
      for (std::size_t k = 0; k < kPoles; ++k) {
        const auto distance = [&](double radius) { return 1 - 2 * radius * std::cos(turn) + radius * radius; };
        power *= distance(static_cast<double>(zeros_[k])) / distance(static_cast<double>(poles_[k]));
      }
      sum += power * weight / steps;
    }
    return sum;
  }

  std::uint64_t seed_;
  std::array<float, kPoles> poles_{}, zeros_{};
  float white_ = 0, pinking_ = 0, brown_ = 0, browning_ = 0;
  std::vector<Voices> voices_;
};

std::unique_ptr<Module> makeNoise(const Place& place) { return std::make_unique<Noise>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeNoise);

const ModuleType& noiseModule() {
  static const ModuleType type{
      .name = "noise",
      .family = "oscillators",
      .purpose = "Noise: hiss, rain, thunder. Every voice and each ear has its own.",
      .inlets = {knob("level", "how loud: patch an envelope here", Unit::plain, 0, 4, 1),
                 choice("kind", "white is even, pink falls by 3 dB an octave, brown by 6", {"white", "pink", "brown"})},
      .outlets = {{"out", "the noise"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeNoise)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
