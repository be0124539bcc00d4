// A hollow tone, or a nasal one: high for one part of its cycle, low for the other.
#include <bit>
#include <vector>

#define ANTIPHON_PLAYED_MUCH
#define ANTIPHON_VECTORS "synth/modules/square.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/edges-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

// A pulse is the difference of two ramps: one has its seam where the pulse rises, the other where it falls. So its
// middle is zero whatever its width, and a width that moves only makes the second ramp slower or faster.
class Square final : public Module {
 public:
  explicit Square(const Place& place) : tuning_{place.rate, place.groups}, voices_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    alignas(32) static constexpr float kUp[kLanes] = {-1, -1, -1, -1, -1, -1, -1, -1},
                                       kDown[kLanes] = {1, 1, 1, 1, 1, 1, 1, 1};
    for (int g = 0; g < block.groups; ++g) {
      Voices& voices = voices_[static_cast<std::size_t>(g)];
      if (fresh_) width(block, g, 0).to(voices.width);
      Steps phase = Steps::from(voices.phase), by = Steps::from(voices.by), wide = Steps::from(voices.width);
      Steps wider = width(block, g, 0);
      const bool mastered = !block.in[3].steady() || (Lanes::from(block.in[3].at(g, 0)) > 0.0f).any();
      Pace pace{tuning_, block.in[0], block.in[1], g};
      const bool keeps = !mastered && block.in[2].steady() && wider == wide && pace.keeps(by);
      if (keeps) voices.wave.fallAll({opposite(phase), by, kUp}, {phase - wide, by, kDown}, block.frames);
      for (int f = 0; f < block.frames && keeps; ++f) {
        phase = phase + by;
        pulse(phase, wide).to(voices.wave.plain(f));
        phase.turns().to(block.out[1].at(g, f));
      }
      for (int f = 0; f < block.frames && !keeps; ++f) {
        if (!block.in[2].steady()) wider = width(block, g, f);
        Steps to = phase + by;
        const Steps rise = opposite(phase), risen = opposite(to);
        const Steps fall = phase - wide, fallBy = by - (wider - wide);
        unsigned up = overSeam(rise, by, risen).bits(), down = overSeam(fall, fallBy, fall + fallBy).bits();
        if (mastered) {
          const Lanes master = Lanes::from(block.in[3].at(g, f));
          if (const unsigned anew = voices.master.rises(master); anew != 0) {
            to = begin(voices, anew, f, {phase, by, to, wide, wider}, block.in[3].at(g, f));
            up &= ~anew;
            down &= ~anew;
          }
          voices.master.remember(master);
        }
        if (up != 0) voices.wave.fall(up, f, by, risen, kUp);
        if (down != 0) voices.wave.fall(down, f, fallBy, fall + fallBy, kDown);
        phase = to;
        wide = wider;
        pulse(phase, wide).to(voices.wave.plain(f));
        phase.turns().to(block.out[1].at(g, f));
        by = pace.steps(f);
      }
      if (!mastered) voices.master.forget();
      phase.to(voices.phase);
      by.to(voices.by);
      wide.to(voices.width);
      voices.wave.finish(block.out[0].at(g, 0), block.frames);
    }
    fresh_ = false;
  }
  void calm() override {
    std::fill(voices_.begin(), voices_.end(), Voices{});
    fresh_ = true;
  }

 private:
  struct Voices {
    alignas(32) std::int32_t phase[kLanes] = {}, by[kLanes] = {}, width[kLanes] = {};
    Master master{};
    Edged wave{};
  };
  struct Move {
    Steps phase, by, to, wide, wider;
  };

  /// Less half a turn, which the fall's ramp is ahead.
  static HWY_INLINE Steps width(const Block& block, int g, int f) {
    return Tuning::stepOf(Lanes::from(block.in[2].at(g, f)) - 0.5f);
  }

  static HWY_INLINE Lanes pulse(Steps phase, Steps wide) {
    return ((phase - wide).turns() - opposite(phase).turns()) * 2.0f;
  }

  /// These lanes' cycles begin anew within the frame.
  HWY_NOINLINE Steps begin(Voices& voices, unsigned lanes, int frame, const Move& move, const float* master) {
    alignas(32) std::int32_t from[kLanes], steps[kLanes], ends[kLanes], wide[kLanes], wider[kLanes];
    move.phase.to(from);
    move.by.to(steps);
    move.to.to(ends);
    move.wide.to(wide);
    (move.wider - move.wide).to(wider);
    for (; lanes != 0; lanes &= lanes - 1) {
      const auto lane = static_cast<std::size_t>(std::countr_zero(lanes));
      const float since = voices.master.since(lane, master[lane]);
      const auto part = [since](std::int32_t of) {
        return static_cast<std::int32_t>(static_cast<double>(of) * static_cast<double>(since));
      };
      const std::int32_t after = part(steps[lane]), before = steps[lane] - after;
      const std::int32_t grown = part(wider[lane]), grew = wider[lane] - grown;
      const std::int32_t rose = voices.wave.ramp(lane, frame, from[lane] ^ kSeam, before, 1 - since, since, -1);
      const std::int32_t fell =
          voices.wave.ramp(lane, frame, unwound(from[lane], wide[lane]), unwound(before, grew), 1 - since, since, 1);
      const std::int32_t anew = unwound(0, wound(wide[lane], grew));
      voices.wave.jump(lane, frame, since, rampAt(anew) - rampAt(kSeam) - rampAt(fell) + rampAt(rose));
      ends[lane] = voices.wave.ramp(lane, frame, kSeam, after, since, 0, -1) ^ kSeam;
      voices.wave.ramp(lane, frame, anew, unwound(after, grown), since, 0, 1);
    }
    return Steps::from(ends);
  }

  Tuning tuning_;
  std::vector<Voices> voices_;
  bool fresh_ = true;  // no width yet that it could have come from
};

std::unique_ptr<Module> makeSquare(const Place& place) { return std::make_unique<Square>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeSquare);

const ModuleType& squareModule() {
  static const ModuleType type{
      .name = "square",
      .family = "oscillators",
      .purpose = "A hollow tone, or a nasal one: high for one part of its cycle, low for the other.",
      .inlets = {signalInlet("pitch", "semitones above what freq says"),
                 knob("freq", "how high", Unit::hertz, -20000, 20000, 440, Curve::exponential),
                 knob("width", "which part of the cycle is high: a half is hollow, less is nasal", Unit::plain, 0.01,
                      0.99, 0.5),
                 signalInlet("sync",
                             "each time this rises through zero the cycle begins anew: patch another's cycle here")},
      .outlets = {{"out", "the tone"}, {"cycle", "where it is in its cycle, -1/2 to 1/2: for another's sync"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeSquare)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
