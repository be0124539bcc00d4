// A soft tone, of odd harmonics that fade quickly.
#include <bit>
#include <cmath>
#include <vector>

#define ANTIPHON_VECTORS "synth/modules/triangle.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/edges-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Triangle final : public Module {
 public:
  explicit Triangle(const Place& place)
      : tuning_{place.rate, place.groups}, voices_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    for (int g = 0; g < block.groups; ++g) {
      Voices& voices = voices_[static_cast<std::size_t>(g)];
      Steps phase = Steps::from(voices.phase), by = Steps::from(voices.by);
      const Steps quarter = Tuning::stepOf(0.25f);
      Pace pace{tuning_, block.in[0], block.in[1], g};
      const bool keeps = pace.keeps(by);
      if (keeps) bendAll(voices.wave, phase, by, block.frames);
      for (int f = 0; f < block.frames && keeps; ++f) {
        phase = phase + by;
        triangle(phase).to(voices.wave.plain(f));
      }
      for (int f = 0; f < block.frames && !keeps; ++f) {
        // Its top is a quarter of a turn from the start, its bottom a quarter before.
        const Steps to = phase + by, top = to + quarter, bottom = to - quarter;
        if (const unsigned over = overSeam(phase + quarter, by, top).bits(); over != 0)
          bend(voices.wave, over, f, by, top, -8);
        if (const unsigned over = overSeam(phase - quarter, by, bottom).bits(); over != 0)
          bend(voices.wave, over, f, by, bottom, 8);
        phase = to;
        triangle(phase).to(voices.wave.plain(f));
        by = pace.steps(f);
      }
      phase.to(voices.phase);
      by.to(voices.by);
      voices.wave.finish(block.out[0].at(g, 0), block.frames);
    }
  }
  void calm() override { std::fill(voices_.begin(), voices_.end(), Voices{}); }

 private:
  struct Voices {
    alignas(32) std::int32_t phase[kLanes] = {}, by[kLanes] = {};
    Edged wave{};
  };

  static HWY_INLINE Lanes triangle(Steps phase) {
    const Lanes turns = phase.turns();
    const Lanes high = 1.0f - abs(abs(turns) * 4.0f - 1.0f);
    return choose(turns < 0.0f, -high, high);
  }

  /// All corners of a block through which the pace is the same.
  static HWY_INLINE void bendAll(Edged& wave, Steps phase, Steps by, int frames) {
    const Steps quarter = Tuning::stepOf(0.25f), top = phase + quarter, bottom = phase - quarter;
    if (nearSeam(top, by, frames) || nearSeam(bottom, by, frames)) bendNow(wave, top, bottom, by, frames);
  }
  static HWY_NOINLINE void bendNow(Edged& wave, Steps top, Steps bottom, Steps by, int frames) {
    Seams tops{top, by, frames}, bottoms{bottom, by, frames};
    alignas(32) float slopes[kLanes];
    (abs(by.ramp()) * 4.0f).to(slopes);
    inTurn(tops, bottoms, [&](std::size_t lane, int frame, float sooner, bool above) {
      wave.bend(lane, frame, sooner, above ? -slopes[lane] : slopes[lane]);
    });
  }

  /// These lanes have gone over a corner where the slope changes by so much a turn.
  static HWY_NOINLINE void bend(Edged& wave, unsigned lanes, int frame, Steps by, Steps to, float slope) {
    alignas(32) std::int32_t steps[kLanes], ends[kLanes];
    by.to(steps);
    to.to(ends);
    for (; lanes != 0; lanes &= lanes - 1) {
      const auto lane = static_cast<std::size_t>(std::countr_zero(lanes));
      const float step = static_cast<float>(steps[lane]);
      wave.bend(lane, frame, static_cast<float>(ends[lane] ^ kSeam) / step, slope * std::abs(rampAt(steps[lane])) / 2);
    }
  }

  Tuning tuning_;
  std::vector<Voices> voices_;
};

std::unique_ptr<Module> makeTriangle(const Place& place) { return std::make_unique<Triangle>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeTriangle);

const ModuleType& triangleModule() {
  static const ModuleType type{
      .name = "triangle",
      .family = "oscillators",
      .purpose = "A soft tone, of odd harmonics that fade quickly.",
      .inlets = {signalInlet("pitch", "semitones above what freq says"),
                 knob("freq", "how high", Unit::hertz, -20000, 20000, 440, Curve::exponential)},
      .outlets = {{"out", "the tone"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeTriangle)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
