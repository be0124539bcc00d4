// Figures of a measurement.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace antiphon {

/// The smallest value that `percent` of all values do not exceed; 0 of nothing.
inline double percentile(std::vector<double> values, double percent) {
  if (values.empty()) return 0;
  const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(values.size())));
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank == 0 ? 0 : rank - 1);
  std::ranges::nth_element(values, place);
  return *place;
}

}  // namespace antiphon
