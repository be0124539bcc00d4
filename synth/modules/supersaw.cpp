// Up to nine saws, a little out of tune with each other.
#include <algorithm>
#include <array>
#include <vector>

#define ANTIPHON_VECTORS "synth/modules/supersaw.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/chance.hpp"
#include "synth/edges-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

constexpr std::size_t kSaws = 9;
// How far each is out of tune, the furthest being 1. In pairs, so that the whole stays in tune, but in no even steps:
// those would beat together.
constexpr std::array<float, kSaws> kPlaces = {0, 1, -1, 0.57f, -0.57f, 0.29f, -0.29f, 0.81f, -0.81f};

class Supersaw final : public Module {
 public:
  explicit Supersaw(const Place& place)
      : tuning_{place.rate, place.groups}, seed_{place.seed}, voices_(static_cast<std::size_t>(place.groups)) {
    calm();
  }

  void play(const Block& block) override {
    const bool tuned = block.in[3].steady();
    const bool mixed = block.in[2].steady() && block.in[4].steady();
    for (int g = 0; g < block.groups; ++g) {
      Voices& voices = voices_[static_cast<std::size_t>(g)];
      Chord chord;
      for (std::size_t s = 0; s < kSaws; ++s) {
        chord.phase[s] = Steps::from(voices.phase[s]);
        chord.by[s] = Steps::from(voices.by[s]);
      }
      Pace pace{tuning_, block.in[0], block.in[1], g};
      Steps next[kSaws];
      tune(next, pace.turns(), block, g, 0);
      mix(voices, block, g, 0);
      for (int f = 0; f < block.frames; ++f) {
        if (!mixed && f > 0) mix(voices, block, g, f);
        if (pace.moves(f) || (!tuned && f > 0)) tune(next, pace.turns(), block, g, f);
        Lanes sum = 0.0f;
        for (std::size_t s = 0; s < kSaws; ++s) {
          const Steps to = chord.phase[s] + chord.by[s];
          if (const unsigned over = overSeam(chord.phase[s], chord.by[s], to).bits(); over != 0)
            voices.wave.fall(over, f, chord.by[s], to, voices.heights[s]);
          sum = mulAdd(to.turns() * 2.0f, Lanes::from(voices.heights[s]), sum);
          chord.phase[s] = to;
          chord.by[s] = next[s];
        }
        sum.to(voices.wave.plain(f));
      }
      for (std::size_t s = 0; s < kSaws; ++s) {
        chord.phase[s].to(voices.phase[s]);
        chord.by[s].to(voices.by[s]);
      }
      voices.wave.finish(block.out[0].at(g, 0), block.frames);
    }
  }
  void calm() override {
    Chance chance{seed_};
    for (Voices& voices : voices_) {
      voices = Voices{};
      for (auto& saw : voices.phase) {
        for (std::int32_t& lane : saw) lane = static_cast<std::int32_t>(chance.bits());
      }
    }
  }

 private:
  struct Voices {
    alignas(32) std::int32_t phase[kSaws][kLanes] = {}, by[kSaws][kLanes] = {};
    alignas(32) float heights[kSaws][kLanes] = {};
    Edged wave{};
  };
  struct Chord {
    Steps phase[kSaws], by[kSaws];
  };

  static HWY_INLINE void tune(Steps* by, Lanes middle, const Block& block, int g, int f) {
    const Lanes detune = Lanes::from(block.in[3].at(g, f));
    for (std::size_t s = 0; s < kSaws; ++s) {
      const Lanes turns = s == 0 ? middle : middle * ratioOf(detune * kPlaces[s]);
      by[s] = Tuning::stepOf(within(-0.49f, turns, 0.49f));
    }
  }
  /// The first is always there; of the others the last to come may be there in part. Their power stays one saw's.
  static HWY_INLINE void mix(Voices& voices, const Block& block, int g, int f) {
    const Lanes count = Lanes::from(block.in[2].at(g, f)), side = Lanes::from(block.in[4].at(g, f));
    Lanes heights[kSaws], power = 0.0f;
    for (std::size_t s = 0; s < kSaws; ++s) {
      heights[s] = s == 0 ? Lanes(1.0f) : within(0.0f, count - static_cast<float>(s), 1.0f) * side;
      power = mulAdd(heights[s], heights[s], power);
    }
    const Lanes level = 1.0f / sqrt(power);
    for (std::size_t s = 0; s < kSaws; ++s) (heights[s] * level).to(voices.heights[s]);
  }

  Tuning tuning_;
  std::uint64_t seed_;
  std::vector<Voices> voices_;
};

std::unique_ptr<Module> makeSupersaw(const Place& place) { return std::make_unique<Supersaw>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeSupersaw);

const ModuleType& supersawModule() {
  static const ModuleType type{
      .name = "supersaw",
      .family = "oscillators",
      .purpose = "Up to nine saws, a little out of tune with each other.",
      .inlets = {signalInlet("pitch", "semitones above what freq says"),
                 knob("freq", "how high the one in the middle is", Unit::hertz, -20000, 20000, 440, Curve::exponential),
                 knob("voices", "how many saws; between two numbers the next is coming in", Unit::plain, 1, 9, 7),
                 knob("detune", "how far the outer ones are from the middle", Unit::semitones, 0, 12, 0.2),
                 knob("mix", "how loud the others are beside the one in the middle", Unit::plain, 0, 1, 0.8)},
      .outlets = {{"out", "all of them, together as loud as one"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeSupersaw)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
