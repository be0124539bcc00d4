// Four sines that bend each other's phases: bells, electric pianos, brass.
#include <algorithm>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "synth/modules/fm.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/phase-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

constexpr std::size_t kOperators = 4;
constexpr float kFeedback = 0.25f;  // turns; more than this is no tone any more

/// Who bends whom, and who is heard. Each only bends those before it.
struct Algorithm {
  float by2on1, by3on1, by3on2, by4on1, by4on2, by4on3;
  float heard[kOperators];
};
constexpr Algorithm kAlgorithms[] = {
    {1, 0, 1, 0, 0, 1, {1, 0, 0, 0}},  // stack
    {1, 0, 1, 0, 1, 0, {1, 0, 0, 0}},  // join
    {1, 0, 1, 1, 0, 0, {1, 0, 0, 0}},  // side
    {1, 1, 0, 0, 0, 1, {1, 0, 0, 0}},  // hook
    {1, 0, 0, 0, 0, 1, {1, 0, 1, 0}},  // pairs
    {0, 0, 0, 1, 1, 1, {1, 1, 1, 0}},  // fan
    {0, 0, 0, 0, 0, 1, {1, 1, 1, 0}},  // bell
    {0, 0, 0, 0, 0, 0, {1, 1, 1, 1}},  // organ
};

class Fm final : public Module {
 public:
  explicit Fm(const Place& place) : tuning_{place.rate}, voices_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    const auto in = [&block](std::size_t inlet, int g, int f)
                        HWY_ATTR { return Lanes::from(block.in[inlet].at(g, f)); };
    const auto chosen = static_cast<std::size_t>(block.in[2].at(0, 0)[0] + 0.5f);
    const Algorithm& way = kAlgorithms[std::min(chosen, std::size(kAlgorithms) - 1)];
    bool steady = true;
    for (const std::size_t inlet : {4u, 6u, 8u, 10u}) steady = steady && block.in[inlet].steady();
    for (int g = 0; g < block.groups; ++g) {
      Voices& voices = voices_[static_cast<std::size_t>(g)];
      Steps phases[kOperators], steps[kOperators];
      Pace pace{tuning_, block.in[0], block.in[1], g};
      for (std::size_t i = 0; i < kOperators; ++i) phases[i] = Steps::from(voices.phase[i]);
      Lanes last = Lanes::from(voices.last), beforeLast = Lanes::from(voices.beforeLast);
      for (int f = 0; f < block.frames; ++f) {
        if (pace.moves(f) || !steady || f == 0) {
          for (std::size_t i = 0; i < kOperators; ++i)
            steps[i] = Tuning::stepOf(within(-0.49f, pace.turns() * in(4 + 2 * i, g, f), 0.49f));
        }
        // The mean of its last two frames: of one alone, much feedback would squeal at half the sample rate.
        const Lanes own = in(3, g, f) * kFeedback * (last + beforeLast) * 0.5f;
        const Lanes fourth = sineOf(phases[3].turns() + own);
        beforeLast = last;
        last = fourth;
        const Lanes by4 = fourth * in(11, g, f);
        const Lanes by3 = sineOf(mulAdd(by4, way.by4on3, phases[2].turns())) * in(9, g, f);
        const Lanes by2 = sineOf(mulAdd(by4, way.by4on2, mulAdd(by3, way.by3on2, phases[1].turns()))) * in(7, g, f);
        const Lanes bent = mulAdd(by4, way.by4on1, mulAdd(by3, way.by3on1, by2 * way.by2on1));
        const Lanes by1 = sineOf(phases[0].turns() + bent) * in(5, g, f);
        const Lanes upper = mulAdd(by3, way.heard[2], by4 * way.heard[3]);
        mulAdd(by1, way.heard[0], mulAdd(by2, way.heard[1], upper)).to(block.out[0].at(g, f));
        for (std::size_t i = 0; i < kOperators; ++i) phases[i] = phases[i] + steps[i];
      }
      for (std::size_t i = 0; i < kOperators; ++i) phases[i].to(voices.phase[i]);
      last.to(voices.last);
      beforeLast.to(voices.beforeLast);
    }
  }
  void calm() override { std::fill(voices_.begin(), voices_.end(), Voices{}); }

 private:
  struct Voices {
    alignas(32) std::int32_t phase[kOperators][kLanes] = {};
    alignas(32) float last[kLanes] = {}, beforeLast[kLanes] = {};
  };

  Tuning tuning_;
  std::vector<Voices> voices_;
};

std::unique_ptr<Module> makeFm(const Place& place) { return std::make_unique<Fm>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeFm);

const ModuleType& fmModule() {
  static const auto ratio = [](std::string_view name, double usual) {
    return knob(name, "how many times freq this sine has", Unit::plain, 0, 32, usual);
  };
  static const auto level = [](std::string_view name, double usual) {
    return knob(name, "how loud it is, or how many turns it bends those before it: patch an envelope here", Unit::plain,
                0, 4, usual);
  };
  static const ModuleType type{
      .name = "fm",
      .family = "oscillators",
      .purpose = "Four sines that bend each other's phases: bells, electric pianos, brass.",
      .inlets = {signalInlet("pitch", "semitones above what freq says"),
                 knob("freq", "how high", Unit::hertz, -20000, 20000, 440, Curve::exponential),
                 choice("algorithm",
                        "who bends whom: stack 4>3>2>1, join 4+3>2>1, side 4+(3>2)>1, hook (4>3)+2>1, pairs 4>3 2>1, "
                        "fan 4>3 4>2 4>1, bell 4>3 2 1, organ 4 3 2 1",
                        {"stack", "join", "side", "hook", "pairs", "fan", "bell", "organ"}),
                 knob("feedback", "how much the fourth bends itself", Unit::plain, 0, 1, 0), ratio("ratio1", 1),
                 level("level1", 1), ratio("ratio2", 1), level("level2", 0.25), ratio("ratio3", 1), level("level3", 0),
                 ratio("ratio4", 1), level("level4", 0)},
      .outlets = {{"out", "those that bend no other"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeFm)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
