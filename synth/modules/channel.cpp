// A strip of a mixing desk: how loud, and where between left and right.
#define ANTIPHON_VECTORS "synth/modules/channel.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/room-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Channel final : public Module {
 public:
  void play(const Block& block) override {
    const Heard &in = block.in[0], &level = block.in[1], &position = block.in[2];
    const bool still = level.steady() && position.steady();
    Lanes times = timesOf(level.at(0, 0), position.at(0, 0));
    for (int f = 0; f < block.frames; ++f) {
      if (!still) times = timesOf(level.at(0, f), position.at(0, f));
      (Lanes::from(in.at(0, f)) * times).to(block.out[0].at(0, f));
    }
  }
  void calm() override {}

 private:
  /// As it is in the middle; to a side that side is turned up by 3 dB at most, and the other down to nothing.
  static HWY_INLINE Lanes timesOf(const float* decibels, const float* position) {
    const Lanes turn = mulAdd(within(-1.0f, Lanes::from(position), 1.0f), 0.125f, 0.125f);
    return exp2(Lanes::from(decibels) * 0.16609640f) * cosineOf(turn - stereo(0, 0.25f)) * 1.41421356f;
  }
};

std::unique_ptr<Module> makeChannel(const Place&) { return std::make_unique<Channel>(); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeChannel);

const ModuleType& channelModule() {
  static const ModuleType type{
      .name = "channel",
      .family = "mixing",
      .purpose = "A strip of a mixing desk: how loud, and where between left and right.",
      .inlets = {signalInlet("in", "the sound"), knob("level", "how loud", Unit::decibels, -120, 12, 0),
                 knob("pan", "-1: left, 1: right", Unit::plain, -1, 1, 0)},
      .outlets = {{"out", "the sound, in its place"}},
      .spread = Spread::room,
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeChannel)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
