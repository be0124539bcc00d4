#include "synth/manual.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "scheduler/spelling.hpp"
#include "synth/own_rack.hpp"
#include "synth/patch.hpp"
#include "synth/rack.hpp"
#include "synth/recipe.hpp"
#include "synth/writing.hpp"

namespace antiphon::synth {
namespace {

constexpr double kEndless = 1e9;

struct Entry {
  std::string_view family, name, purpose;
};

/// The factory's modules, then its recipes, each family's together in the order in which it first comes.
std::vector<Entry> entries() {
  std::vector<Entry> all;
  for (const ModuleType* type : allModules()) all.push_back({type->family, type->name, type->purpose});
  std::vector<std::string_view> families;
  for (const Entry& entry : all) {
    if (std::ranges::find(families, entry.family) == families.end()) families.push_back(entry.family);
  }
  std::ranges::stable_sort(all, {}, [&](const Entry& entry) { return std::ranges::find(families, entry.family); });
  for (const Recipe& recipe : allRecipes()) all.push_back({"instruments", recipe.name, recipe.purpose});
  return all;
}

std::string rangeOf(const Inlet& inlet, double set) {
  if (inlet.unit == Unit::choice) {
    std::string all;
    for (const auto& choice : inlet.choices) all += (all.empty() ? "" : ", ") + std::string{choice};
    return all + "; " + textOf(inlet, set);
  }
  if (inlet.least <= -kEndless || inlet.most >= kEndless) return "any signal";
  return textOf(inlet, inlet.least) + " to " + textOf(inlet, inlet.most) + "; " + textOf(inlet, set);
}
std::string rangeOf(const Inlet& inlet) { return rangeOf(inlet, inlet.usual); }

struct Turned {
  std::string name, range, purpose;
};
/// What can be turned on a recipe's instrument, set as the recipe sets it.
std::vector<Turned> turnedOn(const Recipe& recipe) {
  Patch patch;
  make(patch, "it", recipe, {});
  const Instrument& it = *patch.instrument("it");
  std::vector<Turned> all;
  for (const auto& knob : it.knobs) {
    const Patch::Port port = patch.sink(knob.port);
    std::string purpose = knob.purpose.empty() ? std::string{port.inlet().purpose} : knob.purpose;
    const auto controller = std::ranges::find(it.controllers, knob.name, &Instrument::Controller::knob);
    if (controller != it.controllers.end()) purpose += " (controller " + std::to_string(controller->number) + ")";
    all.push_back({knob.name, rangeOf(port.inlet(), port.value()), std::move(purpose)});
  }
  return all;
}

}  // namespace

std::string listOfModules() {
  std::vector<Entry> all = entries();
  const std::vector<OwnRack::Entry> own = ownRack().entries();
  for (const OwnRack::Entry& one : own) all.push_back({"your own", one.name, one.purpose});
  std::size_t widest = 0;
  for (const Entry& entry : all) widest = std::max(widest, entry.name.size());
  std::string text;
  std::string_view family;
  for (const Entry& entry : all) {
    if (entry.family != family) text += (text.empty() ? "" : "\n") + std::string{family = entry.family} + "\n";
    std::string name{entry.name};
    name.resize(widest, ' ');
    text += "  " + name + "  " + std::string{entry.purpose} + "\n";
  }
  text.pop_back();
  return text;
}

std::string aboutModule(const std::string& name) {
  if (const Recipe* recipe = recipeCalled(name)) {
    std::string text = name + ": " + std::string{recipe->purpose};
    for (const Turned& knob : turnedOn(*recipe)) text += "\n  " + knob.name + " (" + knob.range + ")  " + knob.purpose;
    return text;
  }
  const ModuleType* const type = moduleCalled(name);
  if (type == nullptr) {
    const std::string near = nearestName(name, makeableNames());
    throw PatchError{"there is no module or instrument called '" + name.substr(0, 60) + "'" +
                     (near.empty() ? "; modules lists all" : "; did you mean '" + near + "'?")};
  }
  std::string text = name + ": " + std::string{type->purpose};
  if (!type->file.empty()) text += "\n  asks for file=PATH  " + std::string{type->file};
  for (const Inlet& inlet : type->inlets)
    text += "\n  takes " + std::string{inlet.name} + " (" + rangeOf(inlet) + ")  " + std::string{inlet.purpose};
  for (const Outlet& outlet : type->outlets)
    text += "\n  gives " + std::string{outlet.name} + "  " + std::string{outlet.purpose};
  return text;
}

std::string modulesPage() {
  std::string text =
      "# Modules\n\nMade by `antiphon modules --markdown` from the modules' own declarations. In a patch: `create NAME "
      "TYPE [param=value ...]`, `patch A > B`. A cable goes from a module's first outlet into the first inlet where "
      "no other is named; what is patched into an inlet is added to what it is set to.\n";
  std::string_view family;
  for (const Entry& entry : entries()) {
    if (entry.family != family) text += "\n## " + std::string{family = entry.family} + "\n";
    text += "\n### " + std::string{entry.name} + "\n\n" + std::string{entry.purpose} + "\n";
    const ModuleType* const type = moduleCalled(entry.name);
    if (type == nullptr) {
      text += "\n| to turn | range; usually | what |\n|---|---|---|\n";
      for (const Turned& knob : turnedOn(*recipeCalled(entry.name)))
        text += "| " + knob.name + " | " + knob.range + " | " + knob.purpose + " |\n";
      continue;
    }
    if (!type->file.empty()) text += "\nIt asks for `file=PATH`: " + std::string{type->file} + ".\n";
    if (!type->inlets.empty()) text += "\n| takes | range; usually | what |\n|---|---|---|\n";
    for (const Inlet& inlet : type->inlets)
      text += "| " + std::string{inlet.name} + " | " + rangeOf(inlet) + " | " + std::string{inlet.purpose} + " |\n";
    text += "\n| gives | what |\n|---|---|\n";
    for (const Outlet& outlet : type->outlets)
      text += "| " + std::string{outlet.name} + " | " + std::string{outlet.purpose} + " |\n";
  }
  return text;
}

}  // namespace antiphon::synth
