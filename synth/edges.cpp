#include "synth/edges.hpp"

#include <cmath>
#include <cstddef>
#include <memory>
#include <vector>

#include "synth/kaiser.hpp"

namespace antiphon::synth {
namespace {

// Lets the band through to 20 kHz at 48 kHz, and stops what would fold back below that.
constexpr double kEdgeCutoff = 0.98, kKaiser = 9;

/// The windowed sinc whose integral is a smooth jump.
double bell(double x) {
  if (std::abs(x) >= kEdgeReach) return 0;
  return kEdgeCutoff * sinc(kEdgeCutoff * x) * kaiser(x / kEdgeReach, kKaiser);
}

std::unique_ptr<const EdgeTables> makeTables() {
  constexpr std::size_t places = std::size_t{kEdgeTaps} * kEdgeRows;
  constexpr double width = 1.0 / kEdgeRows;
  std::vector<double> bells(places + 1), jump(places + 1), bend(places + 1);
  const auto x = [](double place) { return place * width - kEdgeReach; };
  for (std::size_t i = 0; i <= places; ++i) bells[i] = bell(x(static_cast<double>(i)));
  for (std::size_t i = 0; i < places; ++i) {  // Simpson's rule, twice in each place
    const double at = static_cast<double>(i);
    const double between = bell(x(at + 0.25)) * 4 + bell(x(at + 0.5)) * 2 + bell(x(at + 0.75)) * 4;
    jump[i + 1] = jump[i] + width / 12 * (bells[i] + between + bells[i + 1]);
  }
  for (double& height : jump) height /= jump.back();
  for (std::size_t i = 0; i < places; ++i) {  // the trapezium, and what the slopes at its ends add
    const double sharp = i >= places / 2 ? 1 : 0;
    bend[i + 1] =
        bend[i] + width * ((jump[i] + jump[i + 1]) / 2 - sharp) - width * width / 12 * (bells[i + 1] - bells[i]);
  }
  auto tables = std::make_unique<EdgeTables>();
  for (std::size_t row = 0; row <= kEdgeRows; ++row) {
    for (std::size_t tap = 0; tap < kEdgeTaps; ++tap) {
      const std::size_t place = tap * kEdgeRows + row;
      tables->jump[row][tap] = static_cast<float>(jump[place] - (tap >= kEdgeReach ? 1 : 0));
      tables->bend[row][tap] = static_cast<float>(bend[place]);
    }
  }
  return tables;
}

}  // namespace

const EdgeTables& edgeTables() {
  static const std::unique_ptr<const EdgeTables> tables = makeTables();
  return *tables;
}

}  // namespace antiphon::synth
