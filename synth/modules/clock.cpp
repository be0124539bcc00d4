// Pulses in step with the music.
#include <cmath>

#include "synth/steps.hpp"

namespace antiphon::synth {
namespace {

class Clock final : public Module {
 public:
  explicit Clock(const Place& place) : rate_{place.rate} {}

  void play(const Block& block) override {
    const double perFrame = block.time.tempo / 60 / rate_.hertz;
    for (int f = 0; f < block.frames; ++f) {
      const auto says = [&](std::size_t inlet) { return static_cast<double>(block.in[inlet].at(0, f)[0]); };
      // Pulses go in pairs, of which swing makes the second late. A thousandth of a frame: what is reached but for the
      // last bits is reached.
      const double pairs = (block.time.beat + (f + 1e-3) * perFrame) / (2 * beatsOf(block.in[0].at(0, f)[0]));
      const double place = 2 * (pairs - std::floor(pairs)), second = 1 + says(2), length = says(1);
      const bool sounds = place < second ? place < length : place - second < std::min(length, 0.98 * (2 - second));
      say(block.out[0], f, block.time.running && sounds ? 1.0f : 0.0f);
    }
  }
  void calm() override {}

 private:
  SampleRate rate_;
};

}  // namespace

const ModuleType& clockModule() {
  static const ModuleType type{
      .name = "clock",
      .family = "patterns",
      .purpose = "Pulses in step with the music.",
      .inlets = {knob("division", "from one to the next", Unit::beats, 1.0 / 64, 64, 0.25, Curve::exponential),
                 knob("length", "how much of that is sounding", Unit::plain, 0.01, 0.98, 0.5),
                 knob("swing", "how late every second one is: a third is a triplet's", Unit::plain, 0, 0.75, 0)},
      .outlets = {{"gate", "1 while a pulse lasts"}},
      .spread = Spread::room,
      .make = [](const Place& place) -> std::unique_ptr<Module> { return std::make_unique<Clock>(place); },
  };
  return type;
}

}  // namespace antiphon::synth
