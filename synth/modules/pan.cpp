// Puts every voice in its place between left and right, and adds them up.
#include <algorithm>

#define ANTIPHON_VECTORS "synth/modules/pan.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/room-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Pan final : public Module {
 public:
  void play(const Block& block) override {
    const Heard &in = block.in[0], &position = block.in[1];
    if (!in.voices) return balance(block);
    const bool still = position.alike();
    const Lanes leftOnly = stereo(1, 0), rightOnly = stereo(0, 1);
    Lanes turn = turnOf(position.at(0, 0)), louder = cosineOf(turn), other = sineOf(turn);
    for (int f = 0; f < block.frames; ++f) {
      Lanes left = 0.0f, right = 0.0f;
      for (int g = 0; g < in.groups; ++g) {
        if (!still) {
          turn = turnOf(position.at(std::min(g, position.groups - 1), f));
          louder = cosineOf(turn);
          other = sineOf(turn);
        }
        const Lanes voices = Lanes::from(in.at(g, f));
        left = mulAdd(voices, louder, left);
        right = mulAdd(voices, other, right);
      }
      mulAdd(sumInEach(left), leftOnly, sumInEach(right) * rightOnly).to(block.out[0].at(0, f));
    }
  }
  void calm() override {}

 private:
  /// An eighth of a turn in the middle, where both sides are 3 dB down.
  static HWY_INLINE Lanes turnOf(const float* position) {
    return mulAdd(within(-1.0f, Lanes::from(position), 1.0f), 0.125f, 0.125f);
  }
  /// What is in the room already keeps its sides: the one is turned up, and the other down.
  static void balance(const Block& block) {
    const bool still = block.in[1].steady();
    const Lanes side = stereo(0, 0.25f);
    Lanes louder = cosineOf(turnOf(block.in[1].at(0, 0)) - side);  // of the odd lanes the sine
    for (int f = 0; f < block.frames; ++f) {
      if (!still) louder = cosineOf(turnOf(block.in[1].at(0, f)) - side);
      (Lanes::from(block.in[0].at(0, f)) * louder).to(block.out[0].at(0, f));
    }
  }
};

std::unique_ptr<Module> makePan(const Place&) { return std::make_unique<Pan>(); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makePan);

const ModuleType& panModule() {
  static const ModuleType type{
      .name = "pan",
      .family = "mixing",
      .purpose = "Puts every voice in its place between left and right, and adds them up.",
      .inlets = {{.name = "in", .purpose = "the sound", .each = true},
                 {.name = "position", .purpose = "-1: left, 1: right", .least = -1, .most = 1, .each = true}},
      .outlets = {{"out", "all voices, each in its place"}},
      .spread = Spread::room,
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makePan)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
