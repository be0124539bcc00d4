#include "model/compute/thinking.hpp"

namespace antiphon::compute {
namespace {

constexpr double kWorthIt = 1.1;  // by how much one hand more must be faster: it takes a core from everybody else

}  // namespace

std::shared_ptr<Crew> fastestCrew(const std::function<double(const std::shared_ptr<Crew>&)>& stepsPerSecond) {
  auto best = std::make_shared<Crew>(0);
  double fastest = processors() > 1 ? stepsPerSecond(best) : 0;
  for (int hands = 2; hands <= processors(); ++hands) {
    const auto more = std::make_shared<Crew>(hands - 1);
    const double speed = stepsPerSecond(more);
    if (speed < fastest * kWorthIt) break;
    fastest = speed;
    best = more;
  }
  return best;
}

}  // namespace antiphon::compute
