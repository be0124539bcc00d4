// Makes a sound as loud as something else says.
#define ANTIPHON_PLAYED_MUCH
#define ANTIPHON_VECTORS "synth/modules/vca.cpp"
#include "synth/module_begin-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Vca final : public Module {
 public:
  void play(const Block& block) override {
    const Heard in = block.in[0], gain = block.in[1], level = block.in[2];
    Made& out = block.out[0];
    const bool still = gain.steady() && level.steady();
    out.steady = still && (in.steady() || silent(gain, level, block.groups));
    const int frames = out.steady ? 1 : block.frames;
    if (out.together && block.groups > 1) {
      out.summed = true;
      if (still) addUp<true>(block, frames);
      else addUp<false>(block, frames);
      return;
    }
    for (int g = 0; g < block.groups; ++g) {
      const float* from = in.at(g, 0);
      float* to = out.at(g, 0);
      const Lanes times = Lanes::from(gain.at(g, 0)) * Lanes::from(level.at(g, 0));
      if (still) {
#pragma GCC unroll 4
        for (int f = 0; f < frames; ++f, from += in.perFrame, to += kLanes) (Lanes::from(from) * times).to(to);
      } else {
        for (int f = 0; f < frames; ++f, from += in.perFrame, to += kLanes)
          (Lanes::from(from) * (Lanes::from(gain.at(g, f)) * Lanes::from(level.at(g, f)))).to(to);
      }
    }
  }
  void calm() override {}

 private:
  /// All voices into the first group, so that they need not be written only to be read and added.
  template <bool kStill>
  static HWY_INLINE void addUp(const Block& block, int frames) {
    const Heard in = block.in[0], gain = block.in[1], level = block.in[2];
    constexpr int kTogether = 8;  // of which kBlock is a multiple: beyond the last frame there is room
    for (int f = 0; f < frames; f += kTogether) {
      Lanes sums[kTogether];
      for (Lanes& sum : sums) sum = 0.0f;
      for (int g = 0; g < block.groups; ++g) {
        const float* from = in.at(g, f);
        Lanes times = Lanes::from(gain.at(g, f)) * Lanes::from(level.at(g, f));
#pragma GCC unroll 8
        for (int i = 0; i < kTogether; ++i, from += in.perFrame) {
          if (!kStill && i > 0) times = Lanes::from(gain.at(g, f + i)) * Lanes::from(level.at(g, f + i));
          sums[i] += Lanes::from(from) * times;
        }
      }
      for (int i = 0; i < kTogether; ++i) sums[i].to(block.out[0].at(0, f + i));
    }
  }

  static HWY_INLINE bool silent(const Heard& gain, const Heard& level, int groups) {
    Answers heard = Lanes(0.0f) > 0.0f;
    for (int g = 0; g < groups; ++g)
      heard = heard | (abs(Lanes::from(gain.at(g, 0)) * Lanes::from(level.at(g, 0))) > 0.0f);
    return !heard.any();
  }
};

std::unique_ptr<Module> makeVca(const Place&) { return std::make_unique<Vca>(); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeVca);

const ModuleType& vcaModule() {
  static const ModuleType type{
      .name = "vca",
      .family = "mixing",
      .purpose = "Makes a sound as loud as something else says.",
      .inlets = {signalInlet("in", "the sound"), signalInlet("gain", "how loud, 0 to 1: patch an envelope here"),
                 knob("level", "how loud at most", Unit::plain, 0, 4, 1)},
      .outlets = {{"out", "the sound, as loud as that"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeVca)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
