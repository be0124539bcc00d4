// How far left and right are apart: from the middle alone to the sides alone.
#define ANTIPHON_VECTORS "synth/modules/width.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/room-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Width final : public Module {
 public:
  void play(const Block& block) override {
    for (int f = 0; f < block.frames; ++f) {
      const Lanes in = Lanes::from(block.in[0].at(0, f)), other = swapSides(in);
      const Lanes middle = (in + other) * 0.5f, side = (in - other) * 0.5f, wide = Lanes::from(block.in[1].at(0, f));
      // Below 1 the sides go; above it the middle does.
      mulAdd(side, min(wide, 1.0f), middle * min(2.0f - wide, 1.0f)).to(block.out[0].at(0, f));
      middle.to(block.out[1].at(0, f));
      (side * stereo(1, -1)).to(block.out[2].at(0, f));
    }
  }
  void calm() override {}
};

std::unique_ptr<Module> makeWidth(const Place&) { return std::make_unique<Width>(); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeWidth);

const ModuleType& widthModule() {
  static const ModuleType type{
      .name = "width",
      .family = "mixing",
      .purpose = "How far left and right are apart: from the middle alone to the sides alone.",
      .inlets = {signalInlet("in", "the sound"),
                 knob("width", "0: mono, 1: as it is, 2: only what left and right do not share", Unit::plain, 0, 2, 1)},
      .outlets = {{"out", "the sound, so wide"},
                  {"middle", "what left and right share"},
                  {"side", "how much more there is on the left, by half"}},
      .spread = Spread::room,
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeWidth)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
