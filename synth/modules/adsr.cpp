// An envelope: up while a key goes down, down to a level while it is held, away when it is let go.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#define ANTIPHON_PLAYED_MUCH
#define ANTIPHON_VECTORS "synth/modules/adsr.cpp"
#include "synth/module_begin-inl.hpp"
#include "synth/stages-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Adsr final : public Module {
  enum Into { kGate, kAttack, kDecay, kSustain, kRelease };

 public:
  explicit Adsr(const Place& place) : haste_{place.rate}, voices_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    bool still = true;
    for (const Heard& in : block.in) still = still && in.steady();
    if (!still) {
      for (int g = 0; g < block.groups; ++g) follow(block, g);
      return;
    }
    // Groups whose levels rest have said all in their first frame.
    Made& out = block.out[0];
    std::uint64_t resting = 0;
    int g = 0;
    const bool alike = block.in[kAttack].alike() && block.in[kDecay].alike() && block.in[kRelease].alike();
    if (alike) heed(block);
    for (; g + 4 <= block.groups; g += 4) resting |= run<4>(block, g, alike) << g;
    for (; g < block.groups; ++g) resting |= run<1>(block, g, alike) << g;
    out.steady = std::popcount(resting) == block.groups;
    for (; resting != 0 && !out.steady; resting &= resting - 1) {
      const int rests = std::countr_zero(resting);
      const Lanes level = Lanes::from(out.at(rests, 0));
      for (int f = 1; f < block.frames; ++f) level.to(out.at(rests, f));
    }
  }
  void calm() override { std::fill(voices_.begin(), voices_.end(), Levels{}); }

 private:
  /// What part of its way the level goes in a frame.
  struct Ways {
    Lanes attack, decay, release;
  };
  struct Told {
    float attack = -1, decay = -1, release = -1;
    friend bool operator==(const Told&, const Told&) = default;
  };

  HWY_INLINE Ways waysOf(const Block& block, int g, int f) const {
    return {haste_.share(Lanes::from(block.in[kAttack].at(g, f)), kAttackLog),
            haste_.share(Lanes::from(block.in[kDecay].at(g, f)), kFallLog),
            haste_.share(Lanes::from(block.in[kRelease].at(g, f)), kFallLog)};
  }

  /// What all voices' knobs say alike is worked out when one of them is turned.
  HWY_INLINE void heed(const Block& block) {
    const Told told{block.in[kAttack].at(0, 0)[0], block.in[kDecay].at(0, 0)[0], block.in[kRelease].at(0, 0)[0]};
    if (told == told_) return;
    told_ = told;
    ways_ = waysOf(block, 0, 0);
  }

  static HWY_INLINE void hear(Climb& climb, Lanes gate) {
    const Answers held = gate > 0.5f;
    climb.rising = choose(held & (climb.before <= 0.5f), 1.0f, climb.rising);
    climb.rising = choose(held, climb.rising, 0.0f);
    climb.before = gate;
  }

  /// One group, whatever moves.
  HWY_INLINE void follow(const Block& block, int g) {
    const Heard gates = block.in[kGate], sustain = block.in[kSustain];
    const bool steady = block.in[kAttack].steady() && block.in[kDecay].steady() && block.in[kRelease].steady();
    Levels& levels = voices_[static_cast<std::size_t>(g)];
    Climb climb{levels};
    Ways ways = waysOf(block, g, 0);
    float* out = block.out[0].at(g, 0);
    for (int f = 0; f < block.frames; ++f, out += kLanes) {
      if (!steady) ways = waysOf(block, g, f);
      const Lanes gate = Lanes::from(gates.at(g, f));
      hear(climb, gate);
      const Answers held = gate > 0.5f, up = climb.up();
      climb.go(choose(up, kBeyondTop, choose(held, Lanes::from(sustain.at(g, f)), kBelowBottom)),
               choose(up, ways.attack, choose(held, ways.decay, ways.release)));
      climb.level.to(out);
    }
    climb.to(levels);
  }

  /// Some groups together, since each frame has to wait for the one before it, while nothing moves but the levels. A
  /// level that its first frame leaves as it was stays there. Returns a bit for each group of such: if all are,
  /// only the first frame has been written.
  template <std::size_t kTogether>
  HWY_INLINE std::uint64_t run(const Block& block, int first, bool alike) {
    Ways ways = ways_;
    Lanes level[kTogether], rising[kTogether], attack[kTogether], goal[kTogether], fall[kTogether];
    float* out[kTogether];
    bool rests = true, ascends = false;
    for (std::size_t i = 0; i < kTogether; ++i) {
      const int g = first + static_cast<int>(i);
      if (!alike) ways = waysOf(block, g, 0);
      Levels& levels = voices_[static_cast<std::size_t>(g)];
      Climb climb{levels};
      const Lanes gate = Lanes::from(block.in[kGate].at(g, 0)), before = climb.level, rose = climb.rising;
      const Answers held = gate > 0.5f;
      attack[i] = ways.attack;
      goal[i] = choose(held, Lanes::from(block.in[kSustain].at(g, 0)), kBelowBottom);
      fall[i] = choose(held, ways.decay, ways.release);
      hear(climb, gate);
      climb.go(choose(climb.up(), kBeyondTop, goal[i]), choose(climb.up(), attack[i], fall[i]));
      climb.to(levels);
      out[i] = block.out[0].at(g, 0);
      climb.level.to(out[i]);
      rests = rests && !(differ(climb.level, before) | differ(climb.rising, rose)).any();
      ascends = ascends || climb.up().any();
      level[i] = climb.level;
      rising[i] = climb.rising;
    }
    if (rests) return (std::uint64_t{1} << kTogether) - 1;
    for (int f = 1; f < block.frames; ++f) {
#pragma GCC unroll 4
      for (std::size_t i = 0; i < kTogether; ++i) {
        if (ascends) {
          const Answers up = rising[i] > 0.5f;
          climb(level[i], rising[i], choose(up, kBeyondTop, goal[i]), choose(up, attack[i], fall[i]));
        } else {
          climb(level[i], rising[i], goal[i], fall[i]);
        }
        level[i].to(out[i] += kLanes);
      }
    }
    for (std::size_t i = 0; i < kTogether; ++i) {
      Levels& levels = voices_[static_cast<std::size_t>(first) + i];
      level[i].to(levels.level);
      rising[i].to(levels.rising);
    }
    return 0;
  }

  Haste haste_;
  std::vector<Levels> voices_;
  Told told_{};
  Ways ways_;
};

std::unique_ptr<Module> makeAdsr(const Place& place) { return std::make_unique<Adsr>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeAdsr);

const ModuleType& adsrModule() {
  static const ModuleType type{
      .name = "adsr",
      .family = "envelopes",
      .purpose = "An envelope: up when a key goes down, down to a level while it is held, away when it is let go.",
      .inlets = {signalInlet("gate", "above a half while a key is down"),
                 knob("attack", "the way up", Unit::seconds, 0.0005, 20, 0.005, Curve::exponential),
                 knob("decay", "the way down to the level", Unit::seconds, 0.0005, 60, 0.2, Curve::exponential),
                 knob("sustain", "the level, while the key is held", Unit::plain, 0, 1, 0.7),
                 knob("release", "the way to silence, from the top", Unit::seconds, 0.0005, 60, 0.3,
                      Curve::exponential)},
      .outlets = {{"out", "0 to 1"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeAdsr)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
