#include "scheduler/spelling.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace antiphon {
namespace {

constexpr std::size_t kLongest = 64;  // of a name worth comparing

}  // namespace

std::size_t editsBetween(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string nearestName(std::string_view meant, const std::vector<std::string_view>& names) {
  meant = meant.substr(0, kLongest);
  std::string_view best;
  // A short word has few letters to be wrong in.
  std::size_t least = meant.size() <= 2 ? 2 : std::max<std::size_t>(3, meant.size() / 2 + 1);
  for (const std::string_view name : names) {
    const bool begins = meant.size() >= 2 && name.starts_with(meant);
    const std::size_t far = begins ? 0 : editsBetween(meant, name.substr(0, kLongest));
    if (far < least) {
      least = far;
      best = name;
    }
  }
  return std::string{best};
}

}  // namespace antiphon
