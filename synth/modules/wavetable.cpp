// A tone that moves between waves: from a sine by way of a saw to sung vowels.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "synth/wavetables.hpp"

#define ANTIPHON_VECTORS "synth/modules/wavetable.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/fours-inl.hpp"
#include "synth/phase-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

constexpr double kHeard = 20000, kDrawn = 28000;  // harmonics are drawn to here, so that the next level may come softly
constexpr float kFadeFrames = 1024;
constexpr std::int32_t kLeap = 3;  // an octave: that is a new note, and nothing to be soft about

class Wavetable final : public Module {
 public:
  explicit Wavetable(const Place& place)
      // What folds back lands above what is heard.
      : room_{static_cast<float>(std::min(kDrawn, place.rate.hertz - kHeard) / place.rate.hertz)},
        tuning_{place.rate, place.groups},
        voices_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    for (int g = 0; g < block.groups; ++g) {
      Voices& voices = voices_[static_cast<std::size_t>(g)];
      Steps phase = Steps::from(voices.phase);
      Pace pace{tuning_, block.in[0], block.in[1], g};
      brighten(voices, pace.turns());
      for (int f = 0; f < block.frames; ++f) {
        if (pace.moves(f)) brighten(voices, pace.turns());
        const Lanes position = Lanes::from(block.in[2].at(g, f));
        Lanes sound = read(voices.now, phase, position);
        const Lanes fade = Lanes::from(voices.fade);
        if ((fade < 1.0f).any()) {
          const Lanes before = read(voices.before, phase, position);
          sound = mulAdd(sound - before, fade, before);
          const Lanes later = min(fade + 1.0f / kFadeFrames, 1.0f);
          later.to(voices.fade);
          if (((later >= 1.0f) & (fade < 1.0f)).any()) follow(voices);
        }
        sound.to(block.out[0].at(g, f));
        phase = phase + pace.steps(f);
      }
      phase.to(voices.phase);
    }
  }
  void calm() override { std::fill(voices_.begin(), voices_.end(), Voices{}); }

 private:
  /// Of each lane, which level is read, and where it is.
  struct Reading {
    alignas(32) std::int32_t level[kLanes] = {}, begin[kLanes] = {}, size[kLanes] = {};
    alignas(32) float length[kLanes] = {};

    void set(std::size_t lane, std::int32_t which, const Wavetables::Level& table) {
      level[lane] = which;
      begin[lane] = table.begin;
      size[lane] = table.size;
      length[lane] = static_cast<float>(table.size);
    }
  };
  struct Voices {
    alignas(32) std::int32_t phase[kLanes] = {}, wanted[kLanes] = {};
    alignas(32) float fade[kLanes] = {1, 1, 1, 1, 1, 1, 1, 1};
    Reading now{}, before{};
  };

  /// Chooses levels for that pitch: as many harmonics as there is room for.
  HWY_INLINE void brighten(Voices& voices, Lanes turns) const {
    const Lanes harmonics = within(1.0f, room_ / max(abs(turns), 1e-6f), 600.0f);
    bool other = false;
    ANTIPHON_EACH {
      const auto bits = hn::BitCast(Whole(), harmonics.part[p]);
      const auto octave = hn::Sub(hn::ShiftRight<23>(bits), hn::Set(Whole(), 127));
      const auto beyond = hn::Or(hn::And(bits, hn::Set(Whole(), 0x7fffff)), hn::Set(Whole(), 0x3f800000));
      const auto above = [beyond](float third) HWY_ATTR {  // -1: it is
        return hn::VecFromMask(Whole(), hn::Gt(beyond, hn::BitCast(Whole(), hn::Set(Real(), third))));
      };
      const auto thirds =
          hn::Add(hn::Add(octave, hn::Add(octave, octave)), hn::Neg(hn::Add(above(1.2599211f), above(1.5874011f))));
      const auto level = hn::Min(thirds, hn::Set(Whole(), kWaveLevels - 1));
      hn::StoreU(level, Whole(), voices.wanted + p * kPart);
      other = other || !hn::AllTrue(Whole(), hn::Eq(level, hn::LoadU(Whole(), voices.now.level + p * kPart)));
    }
    if (other) follow(voices);
  }

  /// Lanes whose pitch wants another level go over to it, one after the other and softly.
  HWY_NOINLINE void follow(Voices& voices) const {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      Reading& now = voices.now;
      const std::int32_t wanted = voices.wanted[lane], far = std::abs(wanted - now.level[lane]);
      const bool leaps = now.size[lane] == 0 || far > kLeap;
      if ((far == 0 && !leaps) || (!leaps && voices.fade[lane] < 1)) continue;
      voices.before.set(lane, now.level[lane], tables_->level(now.level[lane]));
      now.set(lane, wanted, tables_->level(wanted));
      voices.fade[lane] = leaps ? 1.0f : 0.0f;
    }
  }

  HWY_INLINE Lanes read(const Reading& reading, Steps phase, Lanes position) const {
    const Lanes place = phase.turns() * Lanes::from(reading.length), before = floor(place);
    const Lanes wave = min(floor(position), static_cast<float>(kWaves - 2));
    alignas(32) std::int32_t first[kLanes], second[kLanes];
    alignas(32) float part[kLanes];
    (position - wave).to(part);
    ANTIPHON_EACH {
      const auto size = hn::LoadU(Whole(), reading.size + p * kPart);
      const auto perWave = hn::Add(size, hn::Set(Whole(), Wavetables::perWave(0)));
      const auto index = hn::And(hn::ConvertTo(Whole(), before.part[p]), hn::Sub(size, hn::Set(Whole(), 1)));
      const auto begin = hn::Add(hn::LoadU(Whole(), reading.begin + p * kPart), index);
      const auto at = hn::Add(begin, hn::Mul(hn::ConvertTo(Whole(), wave.part[p]), perWave));
      hn::StoreU(at, Whole(), first + p * kPart);
      hn::StoreU(hn::Add(at, perWave), Whole(), second + p * kPart);
    }
    const float* const weights = tables_->weights();
    Four rows[kLanes];
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      rows[lane] = Four::from(weights + first[lane]).toward(Four::from(weights + second[lane]), part[lane]);
    turnOver(rows[0], rows[1], rows[2], rows[3]);
    turnOver(rows[4], rows[5], rows[6], rows[7]);
    // The cubic B-spline's four pieces, at t and 1 - t.
    const Lanes t = place - before, u = 1.0f - t, t3 = t * t * t, u3 = u * u * u;
    const Lanes second2 = mulAdd(t3, 3.0f, 4.0f - t * t * 6.0f), third2 = mulAdd(u3, 3.0f, 4.0f - u * u * 6.0f);
    const Lanes outer = mulAdd(sideBySide(rows[0], rows[4]), u3, sideBySide(rows[3], rows[7]) * t3);
    const Lanes inner = mulAdd(sideBySide(rows[1], rows[5]), second2, sideBySide(rows[2], rows[6]) * third2);
    return (outer + inner) * (1.0f / 6);
  }

  const Wavetables* tables_ = &wavetables();
  float room_;
  Tuning tuning_;
  std::vector<Voices> voices_;
};

std::unique_ptr<Module> makeWavetable(const Place& place) { return std::make_unique<Wavetable>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeWavetable);

const ModuleType& wavetableModule() {
  static const ModuleType type{
      .name = "wavetable",
      .family = "oscillators",
      .purpose = "A tone that moves between waves: from a sine by way of a saw to sung vowels.",
      .inlets = {signalInlet("pitch", "semitones above what freq says"),
                 knob("freq", "how high", Unit::hertz, -20000, 20000, 440, Curve::exponential),
                 knob("position", "which wave: 0 sine, 1 triangle, 2 square, 3 saw, 4 organ, 5 ah, 6 ee, 7 oo",
                      Unit::plain, 0, kWaves - 1, 0)},
      .outlets = {{"out", "the tone"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeWavetable)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
