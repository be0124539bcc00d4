#include "model/compute/thinking.hpp"

namespace antiphon::compute {
namespace {

constexpr double kWorthIt = 1.1;  // by how much one hand more must be faster: it takes a core from everybody else

std::shared_ptr<Crew> fastest(const SharedCrew::Speed& speed) {
  auto best = std::make_shared<Crew>(0);
  double most = processors() > 1 ? speed(best) : 0;
  for (int hands = 2; hands <= processors(); ++hands) {
    const auto more = std::make_shared<Crew>(hands - 1);
    const double with = speed(more);
    if (with < most * kWorthIt) break;
    most = with;
    best = more;
  }
  return best;
}

}  // namespace

std::shared_ptr<Crew> SharedCrew::get() {
  std::call_once(gathered_, [this] { crew_ = hands_ > 0 ? std::make_shared<Crew>(hands_ - 1) : fastest(speed_); });
  return crew_;
}

}  // namespace antiphon::compute
