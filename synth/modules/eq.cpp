// Four bands louder or softer.
#include <algorithm>
#include <iterator>
#include <vector>

#define ANTIPHON_VECTORS "synth/modules/eq.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/curves-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

enum class Form { lowShelf, peak, highShelf };
constexpr Form kForms[] = {Form::lowShelf, Form::peak, Form::peak, Form::highShelf};
constexpr std::size_t kBands = std::size(kForms);

class Eq final : public Module {
 public:
  explicit Eq(const Place& place) : bending_{place.rate}, groups_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    bool moving[kBands] = {};
    for (std::size_t b = 0; b < kBands; ++b) {
      for (std::size_t knob = 1; knob <= 3; ++knob) moving[b] = moving[b] || !block.in[3 * b + knob].steady();
    }
    for (int g = 0; g < block.groups; ++g) {
      Group& group = groups_[static_cast<std::size_t>(g)];
      Lanes first[kBands], second[kBands];
      Knobs knobs[kBands];
      Tuned tuned[kBands];
      for (std::size_t b = 0; b < kBands; ++b) {
        first[b] = Lanes::from(group.first[b]);
        second[b] = Lanes::from(group.second[b]);
        knobs[b] = Knobs::at(block, b, g, 0);
        tuned[b] = tune(kForms[b], knobs[b]);
      }
      for (int f = 0; f < block.frames; ++f) {
        Lanes x = Lanes::from(block.in[0].at(g, f));
#pragma GCC unroll 4
        for (std::size_t b = 0; b < kBands; ++b) {
          if (moving[b]) {
            const Knobs now = Knobs::at(block, b, g, f);
            if (now != knobs[b]) tuned[b] = tune(kForms[b], knobs[b] = now);
          }
          const Tuned& t = tuned[b];
          const Lanes rest = x - second[b];
          const Lanes v1 = mulAdd(t.a2, rest, t.a1 * first[b]);
          const Lanes v2 = mulAdd(t.a3, rest, mulAdd(t.a2, first[b], second[b]));
          first[b] = mulSub(2.0f, v1, first[b]);
          second[b] = mulSub(2.0f, v2, second[b]);
          x = mulAdd(t.first, v1, mulAdd(t.second, v2, t.in * x));
        }
        x.to(block.out[0].at(g, f));
      }
      for (std::size_t b = 0; b < kBands; ++b) {
        first[b].to(group.first[b]);
        second[b].to(group.second[b]);
      }
    }
  }
  void calm() override { std::fill(groups_.begin(), groups_.end(), Group{}); }

 private:
  struct Group {
    alignas(32) float first[kBands][kLanes] = {}, second[kBands][kLanes] = {};
  };
  struct Knobs {
    Lanes hertz, decibels, q;

    static HWY_INLINE Knobs at(const Block& block, std::size_t which, int g, int f) {
      return {Lanes::from(block.in[1 + 3 * which].at(g, f)), Lanes::from(block.in[2 + 3 * which].at(g, f)),
              Lanes::from(block.in[3 + 3 * which].at(g, f))};
    }
    friend HWY_INLINE bool operator!=(const Knobs& a, const Knobs& b) {
      return (differ(a.hertz, b.hertz) | differ(a.decibels, b.decibels) | differ(a.q, b.q)).any();
    }
  };
  /// Two integrators, and how much of what came in and of what they say goes out.
  struct Tuned {
    Lanes a1, a2, a3, in, first, second;
  };

  HWY_NOINLINE Tuned tune(Form form, const Knobs& knobs) const {
    const Bent bent = bending_.bend(knobs.hertz);
    const Lanes root = exp2(knobs.decibels * 0.08304820f);  // of the gain
    Lanes g = bent.sine / bent.cosine, loss = 1.0f / knobs.q;
    Tuned t;
    if (form == Form::peak) {
      loss = loss / root;
      t.in = 1.0f;
      t.first = loss * (root * root - 1.0f);
      t.second = 0.0f;
    } else if (form == Form::lowShelf) {
      g = g / sqrt(root);
      t.in = 1.0f;
      t.first = loss * (root - 1.0f);
      t.second = root * root - 1.0f;
    } else {
      g = g * sqrt(root);
      t.in = root * root;
      t.first = loss * (1.0f - root) * root;
      t.second = 1.0f - root * root;
    }
    t.a1 = 1.0f / mulAdd(g, g + loss, 1.0f);
    t.a2 = g * t.a1;
    t.a3 = g * t.a2;
    return t;
  }

  Bending bending_;
  std::vector<Group> groups_;
};

std::unique_ptr<Module> makeEq(const Place& place) { return std::make_unique<Eq>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeEq);

const ModuleType& eqModule() {
  static const ModuleType type{
      .name = "eq",
      .family = "filters",
      .purpose = "Four bands louder or softer: what is low, two peaks, what is high.",
      .inlets = {signalInlet("in", "the sound"),
                 knob("low_freq", "below which it is low", Unit::hertz, 20, 20000, 120, Curve::exponential),
                 knob("low_gain", "how much louder what is low", Unit::decibels, -24, 24, 0),
                 knob("low_q", "how steep; above 0.7 with a bump", Unit::plain, 0.1, 4, 0.707, Curve::exponential),
                 knob("peak1_freq", "the first peak", Unit::hertz, 20, 20000, 500, Curve::exponential),
                 knob("peak1_gain", "how much louder there", Unit::decibels, -24, 24, 0),
                 knob("peak1_q", "how narrow", Unit::plain, 0.1, 20, 1, Curve::exponential),
                 knob("peak2_freq", "the second peak", Unit::hertz, 20, 20000, 3000, Curve::exponential),
                 knob("peak2_gain", "how much louder there", Unit::decibels, -24, 24, 0),
                 knob("peak2_q", "how narrow", Unit::plain, 0.1, 20, 1, Curve::exponential),
                 knob("high_freq", "above which it is high", Unit::hertz, 20, 20000, 8000, Curve::exponential),
                 knob("high_gain", "how much louder what is high", Unit::decibels, -24, 24, 0),
                 knob("high_q", "how steep; above 0.7 with a bump", Unit::plain, 0.1, 4, 0.707, Curve::exponential)},
      .outlets = {{"out", "the sound, so changed"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeEq)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
