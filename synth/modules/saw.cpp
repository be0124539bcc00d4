// A tone with all harmonics, bright as strings and brass.
#include <algorithm>
#include <bit>
#include <vector>

#define ANTIPHON_PLAYED_MUCH
#define ANTIPHON_VECTORS "synth/modules/saw.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/edges-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Saw final : public Module {
 public:
  explicit Saw(const Place& place) : tuning_{place.rate, place.groups}, voices_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    alignas(32) static constexpr float kHeights[kLanes] = {1, 1, 1, 1, 1, 1, 1, 1};
    const Heard sync = block.in[2];
    const bool wanted = block.out[1].wanted;
    for (int g = 0; g < block.groups; ++g) {
      Voices& voices = voices_[static_cast<std::size_t>(g)];
      Steps phase = Steps::from(voices.phase), by = Steps::from(voices.by);
      const bool mastered = !sync.steady() || (Lanes::from(sync.at(g, 0)) > 0.0f).any();
      Pace pace{tuning_, block.in[0], block.in[1], g};
      float* const out = block.out[0].at(g, 0);
      float* cycle = block.out[1].at(g, 0);
      const Steps late = phase - by.times(kEdgeReach - 1);  // where it was at the first frame that comes out
      const bool keeps = !mastered && pace.keeps(by), kept = voices.kept >= kEdgeReach;
      if (kept && !keeps) {  // what was not drawn, since it was not needed, is drawn now
        Steps past = late;
        for (int f = -kEdgeReach; f < 0; ++f, past = past + by) past.ramp().to(voices.wave.plain(f));
      }
      if (keeps) {
        voices.wave.fallAll(phase, by, block.frames, kHeights);
        if (kept) voices.wave.finish(out, block.frames, late, by);
        if (kept && !wanted) phase = phase + by.times(block.frames);
        for (int f = 0; f < block.frames && (wanted || !kept); ++f, cycle += kLanes) {
          phase = phase + by;
          phase.ramp().to(voices.wave.plain(f));
          phase.turns().to(cycle);
        }
      } else {
        for (int f = 0; f < block.frames; ++f, cycle += kLanes) {
          Steps to = phase + by;
          unsigned over = overSeam(phase, by, to).bits();
          if (mastered) {
            const Lanes master = Lanes::from(sync.at(g, f));
            if (const unsigned anew = voices.master.rises(master); anew != 0) {
              to = begin(voices, anew, f, phase, by, to, sync.at(g, f));
              over &= ~anew;
            }
            voices.master.remember(master);
          }
          if (over != 0) voices.wave.fall(over, f, by, to, kHeights);
          phase = to;
          phase.ramp().to(voices.wave.plain(f));
          phase.turns().to(cycle);
          by = pace.steps(f);
        }
        by.to(voices.by);
      }
      if (!keeps || !kept) voices.wave.finish(out, block.frames);
      voices.kept = keeps ? std::min(voices.kept + block.frames, kEdgeReach) : 0;
      if (!mastered) voices.master.forget();
      phase.to(voices.phase);
    }
  }
  void calm() override { std::fill(voices_.begin(), voices_.end(), Voices{}); }

 private:
  struct Voices {
    alignas(32) std::int32_t phase[kLanes] = {}, by[kLanes] = {};
    Master master{};
    Edged wave{};
    int kept = 0;  // frames through which the pace has been the same
  };

  /// These lanes' cycles begin anew within the frame.
  HWY_NOINLINE Steps begin(Voices& voices, unsigned lanes, int frame, Steps phase, Steps by, Steps to,
                           const float* master) {
    alignas(32) std::int32_t from[kLanes], steps[kLanes], ends[kLanes];
    phase.to(from);
    by.to(steps);
    to.to(ends);
    for (; lanes != 0; lanes &= lanes - 1) {
      const auto lane = static_cast<std::size_t>(std::countr_zero(lanes));
      const float since = voices.master.since(lane, master[lane]);
      const auto after = static_cast<std::int32_t>(static_cast<double>(steps[lane]) * static_cast<double>(since));
      const std::int32_t before = steps[lane] - after;
      const std::int32_t cut = voices.wave.ramp(lane, frame, from[lane], before, 1 - since, since, 1);
      voices.wave.jump(lane, frame, since, -rampAt(cut));
      ends[lane] = voices.wave.ramp(lane, frame, 0, after, since, 0, 1);
    }
    return Steps::from(ends);
  }

  Tuning tuning_;
  std::vector<Voices> voices_;
};

std::unique_ptr<Module> makeSaw(const Place& place) { return std::make_unique<Saw>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeSaw);

const ModuleType& sawModule() {
  static const ModuleType type{
      .name = "saw",
      .family = "oscillators",
      .purpose = "A tone with all harmonics, bright as strings and brass.",
      .inlets = {signalInlet("pitch", "semitones above what freq says"),
                 knob("freq", "how high", Unit::hertz, -20000, 20000, 440, Curve::exponential),
                 signalInlet("sync",
                             "each time this rises through zero the cycle begins anew: patch another's cycle here")},
      .outlets = {{"out", "the tone"}, {"cycle", "where it is in its cycle, -1/2 to 1/2: for another's sync"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeSaw)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
