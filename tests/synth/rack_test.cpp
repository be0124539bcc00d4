#include <hwy/targets.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "scheduler/realtime_scope.hpp"
#include "synth/denormals.hpp"
#include "tests/guard/realtime_guard.hpp"
#include "tests/support/hearing.hpp"

using namespace antiphon;
using namespace antiphon::synth;

namespace {

/// A module with every inlet fed: from one end of its range to the other, at its own pace, and with noise.
Alone wild(const ModuleType& type, double rate) {
  Alone alone{type.name, SampleRate{rate}};
  alone.time() = {133.3, 7.7, true};
  for (std::size_t i = 0; i < type.inlets.size(); ++i) {
    const Inlet& inlet = type.inlets[i];
    const double least = std::max(inlet.least, -3.0), most = std::min(inlet.most, inlet.least <= -1e9 ? 3.0 : 1e9);
    const bool choice = inlet.unit == Unit::choice;
    alone.feed(inlet.name, [=, pace = 7 + static_cast<int>(i)](int frame, int lane) {
      if (choice) return static_cast<float>(frame / 512 % static_cast<int>(most + 1));
      const double along = frame / 97 % pace == 0 ? 0.5 + 0.5 * static_cast<double>(hiss(frame, lane))
                                                  : 0.5 - 0.5 * std::cos(frame * 0.001 * pace);
      return static_cast<float>(least + (most - least) * along);
    });
  }
  return alone;
}

}  // namespace

SCENARIO("no module says what is no number, or takes memory while it plays") {
  for (const ModuleType* type : allModules()) {
    for (const double rate : {44100.0, 192000.0}) {
      GIVEN(std::string{type->name} + " at " + std::to_string(rate) +
            " Hz, all of whose knobs are turned from end to end") {
        const NoDenormals quick;
        Alone alone = wild(*type, rate);
        for (const Outlet& outlet : type->outlets) {
          for (const Sound& lane : alone.play(6000, outlet.name)) {
            CAPTURE(outlet.name);
            REQUIRE(std::isfinite(powerOf(lane)));
          }
        }
        THEN("it takes no memory and no lock") {
          const auto before = guard::offences().all();
          alone.run(kBlock);
          {
            const RealtimeScope realtime;
            alone.module().calm();
          }
          alone.run(kBlock);
          CHECK(guard::offences().all() == before);
        }
      }
    }
  }
}

SCENARIO("modules sound alike on every vector unit") {
  for (const ModuleType* type : allModules()) {
    if (type->spread == Spread::voices) continue;
    const auto heard = [&] {
      Alone alone{type->name};
      alone.feed(type->inlets[0].name,
                 [](int frame, int lane) { return frame % 1000 < 400 ? hiss(frame, lane % 2) : 0; });
      return alone.play(4000);
    };
    const auto best = heard();
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
      hwy::SetSupportedTargetsForTest(target);
      const auto other = heard();
      hwy::SetSupportedTargetsForTest(0);
      double apart = 0;
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        for (std::size_t f = 0; f < best[lane].size(); ++f)
          apart = std::max(apart, static_cast<double>(std::abs(best[lane][f] - other[lane][f])));
      }
      CAPTURE(type->name, hwy::TargetName(target), apart);
      CHECK(apart < 2e-3 * std::max(1.0, loudest(best[0])));
    }
  }
}
