// A slow swing.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#define ANTIPHON_VECTORS "synth/modules/lfo.cpp"
#include "synth/module_begin-inl.hpp"
#include "synth/phase-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

using Unsigned = hn::RebindToUnsigned<Whole>;

class Lfo final : public Module {
  enum Into { kRate, kBeats, kShape, kPhase, kReset };
  enum Shape { kSine, kTriangle, kSawUp, kSawDown, kSquare, kSteps, kRandom };

 public:
  explicit Lfo(const Place& place)
      : rate_{place.rate},
        seed_{static_cast<std::uint32_t>(place.seed ^ place.seed >> 32)},
        voices_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    const auto shape = static_cast<Shape>(std::lround(block.in[kShape].at(0, 0)[0]));
    const double beatsAFrame = block.time.tempo / 60 / rate_.hertz;
    const auto perHertz = static_cast<float>(1 / rate_.hertz);
    for (int g = 0; g < block.groups; ++g) {
      Voices& voices = voices_[static_cast<std::size_t>(g)];
      Lanes before = Lanes::from(voices.reset);
      for (int f = 0; f < block.frames; ++f) {
        const Lanes reset = Lanes::from(block.in[kReset].at(g, f));
        const unsigned again = ((reset > 0.5f) & (before <= 0.5f)).bits();
        before = reset;
        if (again != 0) begin(voices, again, now_ + f);
        const Lanes beats = Lanes::from(block.in[kBeats].at(g, f));
        const Answers inStep = beats > 0.0f;
        if (block.time.running && inStep.any())
          keepStep(voices, block.in[kBeats], g, f, block.time.beat + f * beatsAFrame);

        const Lanes turns = voices.phase.turns();
        const Lanes moved = choose(turns < 0.0f, turns + 1.0f, turns) + Lanes::from(block.in[kPhase].at(g, f));
        const Lanes whole = floor(moved);
        const Lanes out = shaped(shape, voices, whole, moved - whole);
        out.to(block.out[0].at(g, f));
        mulAdd(out, 0.5f, 0.5f).to(block.out[1].at(g, f));

        const Lanes perBeat = Lanes(static_cast<float>(beatsAFrame)) / max(beats, 1e-6f);
        const Lanes step = choose(inStep, perBeat, Lanes::from(block.in[kRate].at(g, f)) * perHertz);
        voices.phase.advance(Tuning::stepOf(min(step, 0.49f)));
        const unsigned over = ((turns < 0.0f) & (voices.phase.turns() >= 0.0f)).bits();
        for (std::size_t lane = 0; over != 0 && lane < kLanes; ++lane) voices.cycle[lane] += over >> lane & 1;
      }
      before.to(voices.reset);
    }
    now_ += block.frames;
  }
  void calm() override {
    std::fill(voices_.begin(), voices_.end(), Voices{});
    now_ = 0;
  }

 private:
  struct Voices {
    Phase phase{};
    alignas(32) std::uint32_t cycle[kLanes] = {};
    alignas(32) float reset[kLanes] = {};
  };

  /// From the start of a cycle. What is left to chance goes by the moment, so that voices differ, and both ears do not.
  static void begin(Voices& voices, unsigned lanes, std::int64_t moment) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if ((lanes >> lane & 1) == 0) continue;
      voices.phase.at[lane] = 0;
      voices.cycle[lane] = static_cast<std::uint32_t>(moment);
    }
  }

  /// Where the music is, there it is.
  static void keepStep(Voices& voices, const Heard& beats, int g, int f, double beat) {
    double cycle = 0;
    std::uint32_t turn = 0;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (lane == 0 || !beats.alike()) {
        const float length = beats.at(g, f)[lane];
        if (!(length > 0)) continue;
        const double at = beat / static_cast<double>(length);
        cycle = std::floor(at);
        turn = static_cast<std::uint32_t>((at - cycle) * 4294967296.0);
      }
      voices.phase.at[lane] = static_cast<std::int32_t>(turn);
      voices.cycle[lane] = static_cast<std::uint32_t>(static_cast<std::int64_t>(cycle));
    }
  }

  /// -1 .. 1 at `at`, 0 .. 1, of its cycle; `later`: so many cycles on.
  HWY_INLINE Lanes shaped(Shape shape, const Voices& voices, Lanes later, Lanes at) const {
    switch (shape) {
      case kSine: return sineOf(at);
      case kTriangle: {
        const Lanes x = at + 0.25f;
        return 1.0f - 4.0f * abs(x - floor(x) - 0.5f);
      }
      case kSawUp: return mulAdd(at, 2.0f, -1.0f);
      case kSawDown: return mulAdd(at, -2.0f, 1.0f);
      case kSquare: return choose(at < 0.5f, 1.0f, -1.0f);
      case kSteps: return chance(voices, later);
      case kRandom: {
        const Lanes from = chance(voices, later), to = chance(voices, later + 1.0f);
        return mulAdd(to - from, at * at * (3.0f - 2.0f * at), from);
      }
    }
    return 0.0f;
  }

  /// -1 .. 1, another in each cycle.
  HWY_INLINE Lanes chance(const Voices& voices, Lanes later) const {
    Lanes result;
    ANTIPHON_EACH {
      const auto cycle = hn::LoadU(Unsigned(), voices.cycle + p * kPart);
      auto x = hn::Add(cycle, hn::BitCast(Unsigned(), hn::NearestInt(later.part[p])));
      x = hn::Add(hn::Mul(x, hn::Set(Unsigned(), 0x9e3779b1u)), hn::Set(Unsigned(), seed_));
      x = hn::Mul(hn::Xor(x, hn::ShiftRight<15>(x)), hn::Set(Unsigned(), 0x85ebca6bu));
      x = hn::Mul(hn::Xor(x, hn::ShiftRight<13>(x)), hn::Set(Unsigned(), 0xc2b2ae35u));
      x = hn::ShiftRight<8>(hn::Xor(x, hn::ShiftRight<16>(x)));
      result.part[p] = hn::ConvertTo(Real(), hn::BitCast(Whole(), x));
    }
    return mulAdd(result, 1.0f / 8388608, -1.0f);
  }

  SampleRate rate_;
  std::uint32_t seed_;
  std::vector<Voices> voices_;
  std::int64_t now_ = 0;  // frames so far
};

std::unique_ptr<Module> makeLfo(const Place& place) { return std::make_unique<Lfo>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeLfo);

const ModuleType& lfoModule() {
  static const ModuleType type{
      .name = "lfo",
      .family = "control",
      .purpose = "A slow swing, free or in step with the music.",
      .inlets = {knob("rate", "how often it swings", Unit::hertz, 0.001, 200, 1, Curve::exponential),
                 knob("beats", "how many beats a swing takes, in step with the music; 0: as often as rate says",
                      Unit::beats, 0, 256, 0),
                 choice("shape", "how it swings",
                        {"sine", "triangle", "saw_up", "saw_down", "square", "sample_hold", "random"}),
                 signalInlet("phase", "turns that it is ahead"),
                 signalInlet("reset", "begins a swing when it rises above a half; not while it is in step")},
      .outlets = {{"out", "-1 to 1"}, {"unipolar", "the same, 0 to 1"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeLfo)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
