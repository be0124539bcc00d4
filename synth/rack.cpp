#include "synth/rack.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace antiphon::synth {

#define ANTIPHON_MODULE(name) const ModuleType& name##Module();
#include "synth/modules/list.hpp"
#undef ANTIPHON_MODULE

const std::vector<const ModuleType*>& allModules() {
#define ANTIPHON_MODULE(name) &name##Module(),
  static const std::vector<const ModuleType*> all{
#include "synth/modules/list.hpp"
  };
#undef ANTIPHON_MODULE
  return all;
}

const ModuleType* moduleCalled(std::string_view name) {
  const auto found = std::ranges::find(allModules(), name, [](const ModuleType* type) { return type->name; });
  return found == allModules().end() ? nullptr : *found;
}

namespace {

/// How many letters must be changed, left out or added.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = corner + (a[i - 1] != b[j - 1]);
      corner = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string nearestName(std::string_view meant, const std::vector<std::string_view>& names) {
  std::string_view best;
  std::size_t least = std::max<std::size_t>(2, meant.size() / 2);
  for (const std::string_view name : names) {
    const bool begins = meant.size() >= 2 && name.starts_with(meant);
    const std::size_t far = begins ? 0 : distance(meant, name);
    if (far < least) {
      least = far;
      best = name;
    }
  }
  return std::string{best};
}

}  // namespace antiphon::synth
