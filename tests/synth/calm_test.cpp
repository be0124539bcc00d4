#include <catch2/catch.hpp>

#include "tests/guard/realtime_guard.hpp"
#include "tests/support/measured.hpp"

using namespace antiphon;
using namespace antiphon::synth;

SCENARIO("what was calmed is as new") {
  const std::string_view name =
      GENERATE(as<std::string_view>{}, "ladder", "svf", "eq", "dcblock", "distortion", "compressor", "limiter",
               "follow", "slew", "adsr", "ad", "lfo", "sample_hold", "quantise");
  GIVEN("a module that has played") {
    Alone module{name};
    const ModuleType& type = *moduleCalled(name);
    const auto wave = [](int f, int lane) { return 2 * sineAt(240 + 48 * (lane % 3), f % 1000); };
    module.feed(type.inlets[0].name, [&](int f, int lane) {
      const auto least = static_cast<float>(type.inlets[0].least), most = static_cast<float>(type.inlets[0].most);
      return std::clamp(wave(f, lane), least, most);
    });
    if (name == "eq") module.set("low_gain", 6);  // as it comes, it has nothing to remember
    // What takes a gate hears one.
    for (const Inlet& inlet : type.inlets) {
      if (inlet.name == "gate" || inlet.name == "reset") module.feed(inlet.name, wave);
    }
    const guard::Offences before = guard::offences();
    module.seconds(100);
    CHECK(guard::offences().all() == before.all());
    const auto first = module.play(1000);
    THEN("it took no memory and no lock, plays the same again after calm(), and not without") {
      const auto second = module.play(1000);
      module.module().calm();
      const auto third = module.play(1000);
      CAPTURE(name);
      CHECK(third == first);
      if (name != "quantise") CHECK(second != first);
    }
  }
}
