// Up to six sines that bend each other's phases: bells, electric pianos, brass.
#include <algorithm>
#include <vector>

#define ANTIPHON_VECTORS "synth/modules/fm.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/phase-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

constexpr std::size_t kOperators = 6;
constexpr float kFeedback = 0.25f;  // turns; more than this is no tone any more

/// Who bends whom; those are heard that bend no other.
struct Algorithm {
  float by[kOperators][kOperators] = {};  // [who bends][who is bent]: each only bends those before it
  float heard[kOperators] = {1, 1, 1, 1, 1, 1};

  template <std::size_t count>
  explicit constexpr Algorithm(const int (&bends)[count]) {  // 43: the fourth bends the third
    for (const int both : bends) {
      if (both == 0) continue;
      const auto one = static_cast<std::size_t>(both / 10 - 1), other = static_cast<std::size_t>(both % 10 - 1);
      by[one][other] = 1;
      heard[one] = 0;
    }
  }
};
constexpr Algorithm kAlgorithms[] = {
    Algorithm{{65, 54, 43, 32, 21}},  // stack
    Algorithm{{65, 52, 42, 32, 21}},  // join
    Algorithm{{65, 54, 41, 32, 21}},  // side
    Algorithm{{65, 51, 43, 31, 21}},  // hook
    Algorithm{{65, 43, 21}},          // pairs
    Algorithm{{65, 43, 42, 41}},      // fan
    Algorithm{{65, 43}},              // bell
    Algorithm{{0}},                   // organ
    Algorithm{{61, 51, 41, 31, 21}},  // crowd
    Algorithm{{65, 54, 32, 21}},      // towers
    Algorithm{{65, 64, 63, 21}},      // rays
};

class Fm final : public Module {
 public:
  explicit Fm(const Place& place) : tuning_{place.rate, place.groups}, voices_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    // What is not heard of the last ones, and bends nobody, costs nothing.
    if (silent(block, 5) && silent(block, 4))
      return silent(block, 3) && silent(block, 2) ? bend<2>(block) : bend<4>(block);
    bend<6>(block);
  }
  void calm() override { std::fill(voices_.begin(), voices_.end(), Voices{}); }

 private:
  enum Of : std::size_t { kPitch, kFreq, kAlgorithm, kFeedback4, kFirst, kFifth = 12, kFeedback6 = 16 };
  static constexpr std::size_t ratioOf(std::size_t one) { return one < 4 ? kFirst + 2 * one : kFifth + 2 * (one - 4); }
  static constexpr std::size_t levelOf(std::size_t one) { return ratioOf(one) + 1; }

  struct Bending {  // of one that bends itself
    alignas(32) float last[kLanes] = {}, beforeLast[kLanes] = {};
  };
  struct Voices {
    alignas(32) std::int32_t phase[kOperators][kLanes] = {};
    Bending fourth{}, sixth{};
  };
  struct Self {
    Lanes last, beforeLast;

    explicit HWY_INLINE Self(const Bending& from)
        : last{Lanes::from(from.last)}, beforeLast{Lanes::from(from.beforeLast)} {}
    HWY_INLINE void to(Bending& bending) const {
      last.to(bending.last);
      beforeLast.to(bending.beforeLast);
    }
    /// The mean of its last two frames: of one alone, much feedback would squeal at half the sample rate.
    HWY_INLINE Lanes bends(Lanes much) const { return much * kFeedback * (last + beforeLast) * 0.5f; }
    HWY_INLINE void says(Lanes now) {
      beforeLast = last;
      last = now;
    }
  };

  static bool silent(const Block& block, std::size_t one) {
    const Heard& level = block.in[levelOf(one)];
    return level.alike() && level.at(0, 0)[0] == 0;
  }

  /// The first so many; the others only keep their place.
  template <std::size_t kCount>
  HWY_INLINE void bend(const Block& block) {
    const auto in = [&block](std::size_t inlet, int g, int f)
                        HWY_ATTR { return Lanes::from(block.in[inlet].at(g, f)); };
    const auto chosen = static_cast<std::size_t>(block.in[kAlgorithm].at(0, 0)[0] + 0.5f);
    const Algorithm& way = kAlgorithms[std::min(chosen, std::size(kAlgorithms) - 1)];
    bool steady = true;
    for (std::size_t i = 0; i < kOperators; ++i) steady = steady && block.in[ratioOf(i)].steady();
    for (int g = 0; g < block.groups; ++g) {
      Voices& voices = voices_[static_cast<std::size_t>(g)];
      Steps phases[kOperators], steps[kOperators];
      Pace pace{tuning_, block.in[kPitch], block.in[kFreq], g};
      for (std::size_t i = 0; i < kOperators; ++i) phases[i] = Steps::from(voices.phase[i]);
      Self fourth{voices.fourth}, sixth{voices.sixth};
      for (int f = 0; f < block.frames; ++f) {
        if (pace.moves(f) || !steady || f == 0) {
          for (std::size_t i = 0; i < kOperators; ++i)
            steps[i] = Tuning::stepOf(within(-0.49f, pace.turns() * in(ratioOf(i), g, f), 0.49f));
        }
        Lanes says[kCount], sound = 0.0f;
        for (std::size_t i = kCount; i-- > 0;) {
          Lanes place = phases[i].turns();
          if (i == 5) place += sixth.bends(in(kFeedback6, g, f));
          if (i == 3) place += fourth.bends(in(kFeedback4, g, f));
          for (std::size_t j = i + 1; j < kCount; ++j) place = mulAdd(says[j], way.by[j][i], place);
          const Lanes sine = sineOf(place);
          if (i == 5) sixth.says(sine);
          if (i == 3) fourth.says(sine);
          says[i] = sine * in(levelOf(i), g, f);
          sound = mulAdd(says[i], way.heard[i], sound);
        }
        sound.to(block.out[0].at(g, f));
        for (std::size_t i = 0; i < kOperators; ++i) phases[i] = phases[i] + steps[i];
      }
      for (std::size_t i = 0; i < kOperators; ++i) phases[i].to(voices.phase[i]);
      fourth.to(voices.fourth);
      sixth.to(voices.sixth);
    }
  }

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
      .purpose = "Up to six sines that bend each other's phases: bells, electric pianos, brass.",
      .inlets = {signalInlet("pitch", "semitones above what freq says"),
                 knob("freq", "how high", Unit::hertz, -20000, 20000, 440, Curve::exponential),
                 choice("algorithm",
                        "who bends whom: stack 6>5>4>3>2>1, join (6>5)+4+3>2>1, side (6>5>4)+(3>2)>1, "
                        "hook (6>5)+(4>3)+2>1, pairs 6>5 4>3 2>1, fan 6>5 4>3 4>2 4>1, bell 6>5 4>3 2 1, "
                        "organ 6 5 4 3 2 1, crowd 6+5+4+3+2>1, towers 6>5>4 3>2>1, rays 6>5 6>4 6>3 2>1",
                        {"stack", "join", "side", "hook", "pairs", "fan", "bell", "organ", "crowd", "towers", "rays"}),
                 knob("feedback", "how much the fourth bends itself", Unit::plain, 0, 1, 0), ratio("ratio1", 1),
                 level("level1", 1), ratio("ratio2", 1), level("level2", 0.25), ratio("ratio3", 1), level("level3", 0),
                 ratio("ratio4", 1), level("level4", 0), ratio("ratio5", 1), level("level5", 0), ratio("ratio6", 1),
                 level("level6", 0), knob("feedback6", "how much the sixth bends itself", Unit::plain, 0, 1, 0)},
      .outlets = {{"out", "those that bend no other"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeFm)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
