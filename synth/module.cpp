#include "synth/module.hpp"

#include <algorithm>
#include <utility>

namespace antiphon::synth {
namespace {

template <typename Ports>
int indexOf(const Ports& ports, std::string_view called) {
  if (called.empty()) return ports.empty() ? -1 : 0;
  const auto found = std::ranges::find(ports, called, [](const auto& port) { return port.name; });
  return found == ports.end() ? -1 : static_cast<int>(found - ports.begin());
}

}  // namespace

Inlet signalInlet(std::string_view name, std::string_view purpose) { return {.name = name, .purpose = purpose}; }

Inlet knob(std::string_view name, std::string_view purpose, Unit unit, double least, double most, double usual,
           Curve curve) {
  return {.name = name, .purpose = purpose, .unit = unit, .least = least, .most = most, .usual = usual, .curve = curve};
}

Inlet choice(std::string_view name, std::string_view purpose, std::vector<std::string_view> choices, int usual) {
  return {.name = name,
          .purpose = purpose,
          .unit = Unit::choice,
          .least = 0,
          .most = static_cast<double>(choices.size()) - 1,
          .usual = static_cast<double>(usual),
          .choices = std::move(choices)};
}

int ModuleType::inlet(std::string_view called) const { return indexOf(inlets, called); }
int ModuleType::outlet(std::string_view called) const { return indexOf(outlets, called); }

}  // namespace antiphon::synth
