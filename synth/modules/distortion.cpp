// Bends a sound out of shape.
#include <algorithm>
#include <cmath>
#include <vector>

#define ANTIPHON_VECTORS "synth/modules/distortion.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/curves-inl.hpp"
#include "synth/halfband-inl.hpp"
#include "synth/stages-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

constexpr std::size_t kTimes = 8;

class Distortion final : public Module {
  enum Into { kIn, kCurve, kDrive, kTone, kMix, kBits };
  enum Curves { kSoft, kHard, kFold, kSteps };

 public:
  explicit Distortion(const Place& place)
      : haste_{{place.rate.hertz * static_cast<double>(kTimes)}}, groups_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    const auto curve = static_cast<Curves>(std::lround(block.in[kCurve].at(0, 0)[0]));
    const auto frames = static_cast<std::size_t>(block.frames);
    for (int g = 0; g < block.groups; ++g) {
      Group& group = groups_[static_cast<std::size_t>(g)];
      Lanes few[2 * kBlock], some[4 * kBlock], clean[kTimes * kBlock], bent[kTimes * kBlock];
      for (int f = 0; f < block.frames; ++f) bent[f] = Lanes::from(block.in[kIn].at(g, f));
      first_.up(group.firstUp, bent, few, frames);
      second_.up(group.secondUp, few, some, 2 * frames);
      third_.up(group.thirdUp, some, clean, 4 * frames);
      bendAll(curve, block, g, clean, bent);
      soften(block, g, group, clean, bent);
      third_.down(group.thirdDown, bent, some, 4 * frames);
      second_.down(group.secondDown, some, few, 2 * frames);
      first_.down(group.firstDown, few, bent, frames);
      for (int f = 0; f < block.frames; ++f) bent[f].to(block.out[0].at(g, f));
    }
  }
  void calm() override { std::fill(groups_.begin(), groups_.end(), Group{}); }

 private:
  using First = HalfBand<10>;
  using Second = HalfBand<4>;
  using Third = HalfBand<3>;
  struct Group {
    First::Memory firstUp{}, firstDown{};
    Second::Memory secondUp{}, secondDown{};
    Third::Memory thirdUp{}, thirdDown{};
    alignas(32) float tone[kLanes] = {};
  };

  static HWY_INLINE void bendAll(Curves curve, const Block& block, int g, const Lanes* in, Lanes* out) {
    Lanes drive = 1.0f;
    for (int f = 0; f < block.frames; ++f, in += kTimes, out += kTimes) {
      if (f == 0 || !block.in[kDrive].steady()) drive = gainOf(Lanes::from(block.in[kDrive].at(g, f)));
      bend(curve, drive, Lanes::from(block.in[kBits].at(g, f)), in, out);
    }
  }

  /// The tone, of what was bent, and the mix.
  HWY_INLINE void soften(const Block& block, int g, Group& group, const Lanes* clean, Lanes* bent) const {
    Lanes tone = Lanes::from(group.tone), share = 1.0f;
    for (int f = 0; f < block.frames; ++f, clean += kTimes, bent += kTimes) {
      if (f == 0 || !block.in[kTone].steady())
        share = haste_.lag(Lanes(0.15915494f) / Lanes::from(block.in[kTone].at(g, f)));
      const Lanes mix = Lanes::from(block.in[kMix].at(g, f));
      for (std::size_t i = 0; i < kTimes; ++i) {
        tone = mulAdd(tone, 1.0f - share, bent[i] * share);  // one step in a row for each, not two
        bent[i] = mulAdd(tone - clean[i], mix, clean[i]);
      }
    }
    tone.to(group.tone);
  }

  /// All curves are as steep as the drive in the middle, and go no further than 1.
  static HWY_INLINE void bend(Curves curve, Lanes drive, Lanes bits, const Lanes* in, Lanes* out) {
    switch (curve) {
      case kSoft:
        for (std::size_t i = 0; i < kTimes; ++i) out[i] = tanh(in[i] * drive);
        break;
      case kHard:
        for (std::size_t i = 0; i < kTimes; ++i) out[i] = within(-1.0f, in[i] * drive, 1.0f);
        break;
      case kFold:
        for (std::size_t i = 0; i < kTimes; ++i) out[i] = sineOf(within(-1e5f, in[i] * drive * 0.15915494f, 1e5f));
        break;
      case kSteps: {
        const Lanes steps = exp2(bits - 1.0f), step = 1.0f / steps;
        for (std::size_t i = 0; i < kTimes; ++i) out[i] = round(within(-1.0f, in[i] * drive, 1.0f) * steps) * step;
        break;
      }
    }
  }

  // What is neither passed nor stopped: from 0.44 of the rate to as far above its half, and so on about the doubled
  // ones.
  First first_{0.06};
  Second second_{0.28};
  Third third_{0.39};
  Haste haste_;
  std::vector<Group> groups_;
};

std::unique_ptr<Module> makeDistortion(const Place& place) { return std::make_unique<Distortion>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeDistortion);

const ModuleType& distortionModule() {
  static const ModuleType type{
      .name = "distortion",
      .family = "distortion",
      .purpose = "Bends a sound out of shape, at eight times the rate, so that its overtones are true ones.",
      .inlets = {signalInlet("in", "the sound"),
                 choice("curve", "soft: ever flatter; hard: cut off; fold: back again; bits: in steps",
                        {"soft", "hard", "fold", "bits"}),
                 knob("drive", "how loud it goes into the curve", Unit::decibels, -24, 48, 12),
                 knob("tone", "what is above is softened", Unit::hertz, 100, 20000, 20000, Curve::exponential),
                 knob("mix", "0: as it came in; 1: all bent", Unit::plain, 0, 1, 1),
                 knob("bits", "how fine the steps are, of the curve bits", Unit::plain, 1, 16, 6)},
      .outlets = {{"out", "the sound, bent"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeDistortion)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
