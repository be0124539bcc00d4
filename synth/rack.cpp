#include "synth/rack.hpp"

#include <algorithm>

#include "synth/own_rack.hpp"

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
  return found == allModules().end() ? ownRack().module(name) : *found;
}

}  // namespace antiphon::synth
