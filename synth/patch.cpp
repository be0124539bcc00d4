#include "synth/patch.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "scheduler/spelling.hpp"
#include "synth/own_rack.hpp"
#include "synth/rack.hpp"
#include "synth/recipe.hpp"

namespace antiphon::synth {
namespace {

std::string inQuotes(std::string_view text) { return "'" + std::string{text.substr(0, 60)} + "'"; }

template <typename Ports>
std::string namesOf(const Ports& ports) {
  std::string names;
  for (const auto& port : ports) names += (names.empty() ? "" : ", ") + std::string{port.name};
  return names.empty() ? "none" : names;
}

template <typename Ports>
std::string nearestPort(std::string_view meant, const Ports& ports) {
  std::vector<std::string_view> names;
  for (const auto& port : ports) names.push_back(port.name);
  const std::string near = nearestName(meant, names);
  return near.empty() ? "." : "; did you mean " + inQuotes(near) + "?";
}

bool isName(std::string_view name) {
  return !name.empty() && name.size() <= 40 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::pair<std::string_view, std::string_view> apart(std::string_view port) {
  const std::size_t dot = port.find('.');
  return dot == std::string_view::npos ? std::pair{port, std::string_view{}}
                                       : std::pair{port.substr(0, dot), port.substr(dot + 1)};
}

}  // namespace

double Instrument::Controller::at(double position) const {
  position = std::clamp(position, 0.0, 1.0);
  // As the knob itself would turn: by octaves, where it does.
  if (curve == Curve::exponential && least > 0 && most > 0) return least * std::pow(most / least, position);
  return least + (most - least) * position;
}

const Instrument::Controller* Instrument::controller(int number) const {
  const auto found = std::ranges::find(controllers, number, &Controller::number);
  return found == controllers.end() ? nullptr : &*found;
}

std::string textOf(const Inlet& inlet, double value) {
  if (inlet.unit == Unit::choice) return std::string{inlet.choices[static_cast<std::size_t>(std::lround(value))]};
  char text[64];
  const char* unit = "";
  switch (inlet.unit) {
    case Unit::hertz: unit = " Hz"; break;
    case Unit::seconds: unit = " s"; break;
    case Unit::decibels: unit = " dB"; break;
    case Unit::semitones: unit = " semitones"; break;
    case Unit::beats: unit = " beats"; break;
    case Unit::plain:
    case Unit::choice: break;
  }
  std::snprintf(text, sizeof text, "%.6g%s", value, unit);
  return text;
}

void checkValue(const PlacedModule& module, const Inlet& inlet, double value) {
  if (std::isfinite(value) && value >= inlet.least && value <= inlet.most) return;
  if (inlet.unit == Unit::choice) {
    std::string all;
    for (const auto& choice : inlet.choices) all += (all.empty() ? "" : ", ") + std::string{choice};
    throw PatchError{module.name + "." + std::string{inlet.name} + " is one of " + all};
  }
  throw PatchError{module.name + "." + std::string{inlet.name} + " goes from " + textOf(inlet, inlet.least) + " to " +
                   textOf(inlet, inlet.most)};
}

Patch::Patch() { add("out", *moduleCalled("out")); }

const PlacedModule* Patch::find(std::string_view name) const {
  const auto found = std::ranges::find(modules_, name, &PlacedModule::name);
  return found == modules_.end() ? nullptr : &*found;
}

const PlacedModule& Patch::at(std::string_view name) const {
  if (const PlacedModule* found = find(name)) return *found;
  std::vector<std::string_view> names;
  for (const auto& whole : instruments_) names.push_back(whole.name);
  for (const auto& module : modules_) names.push_back(module.name);
  const std::string near = nearestName(name, names);
  throw PatchError{"nothing in this patch is called " + inQuotes(name) +
                   (near.empty() ? "" : "; did you mean " + inQuotes(near) + "?")};
}

int Patch::inletOf(const PlacedModule& module, std::string_view inlet) {
  const int index = module.type->inlet(inlet);
  if (index >= 0) return index;
  throw PatchError{module.name + " (" + std::string{module.type->name} + ") has no " + inQuotes(inlet) +
                   nearestPort(inlet, module.type->inlets) + " It takes: " + namesOf(module.type->inlets)};
}

int Patch::outletOf(const PlacedModule& module, std::string_view outlet) {
  const int index = module.type->outlet(outlet);
  if (index >= 0) return index;
  throw PatchError{module.name + " (" + std::string{module.type->name} + ") gives no " + inQuotes(outlet) +
                   nearestPort(outlet, module.type->outlets) + " It gives: " + namesOf(module.type->outlets)};
}

const Instrument* Patch::instrument(std::string_view name) const {
  const auto found = std::ranges::find(instruments_, name, &Instrument::name);
  return found == instruments_.end() ? nullptr : &*found;
}

void Patch::mustBeFree(const std::string& name) const {
  if (!isName(name))
    throw PatchError{inQuotes(name) + " cannot be a name: letters, digits, - and _, at most 40 of them"};
  if (find(name) != nullptr || instrument(name) != nullptr)
    throw PatchError{"there is a " + inQuotes(name) + " in this patch already"};
}

void Patch::group(Instrument instrument) {
  mustBeFree(instrument.name);
  instruments_.push_back(std::move(instrument));
}

void Patch::add(const std::string& name, const ModuleType& type, int voices, const std::string& file) {
  mustBeFree(name);
  if (modules_.size() >= kMostModules)
    throw PatchError{"a patch holds at most " + std::to_string(kMostModules) + " modules"};
  if (voices < 1 || voices > kMostVoices)
    throw PatchError{name + ".voices goes from 1 to " + std::to_string(kMostVoices)};
  if (!type.file.empty() && file.empty())
    throw PatchError{name + " is a " + std::string{type.name} + ", which plays a sound file: say which, file=PATH"};
  PlacedModule module{name, &type, {}, type.spread == Spread::voices ? voices : 0, file};
  for (const Inlet& inlet : type.inlets) module.values.push_back(inlet.usual);
  modules_.push_back(std::move(module));
}

void Patch::remove(const std::string& name) {
  if (const Instrument* whole = instrument(name)) {
    std::vector<std::string> members;
    for (const PlacedModule& module : modules_) {
      if (module.name.starts_with(name + "-")) members.push_back(module.name);
    }
    instruments_.erase(instruments_.begin() + (whole - instruments_.data()));
    for (const std::string& member : members) remove(member);
    return;
  }
  const PlacedModule& module = at(name);
  if (&module == modules_.data()) throw PatchError{"out stays: without it there is nothing to hear"};
  std::erase_if(cables_, [&](const PatchCable& cable) { return cable.from == name || cable.to == name; });
  modules_.erase(modules_.begin() + (&module - modules_.data()));
}

void Patch::set(const std::string& name, std::string_view inlet, double value) {
  const PlacedModule& module = at(name);
  const int index = inletOf(module, inlet);
  checkValue(module, module.type->inlets[static_cast<std::size_t>(index)], value);
  modules_[static_cast<std::size_t>(&module - modules_.data())].values[static_cast<std::size_t>(index)] = value;
}

void Patch::set(std::string_view port, double value) {
  const Port to = sink(port);
  set(to.module->name, to.inlet().name, value);
}

Patch::Port Patch::source(std::string_view port) const {
  const auto [name, outlet] = apart(port);
  if (const Instrument* whole = instrument(name)) {
    if (!outlet.empty()) throw PatchError{whole->name + " gives its sound and nothing else"};
    if (whole->out.empty()) throw PatchError{"nothing comes out of " + whole->name};
    return source(whole->out);
  }
  const PlacedModule& module = at(name);
  return {&module, outletOf(module, outlet)};
}

Patch::Port Patch::sink(std::string_view port) const {
  const auto [name, inlet] = apart(port);
  if (const Instrument* whole = instrument(name)) {
    if (inlet.empty() && whole->in.empty()) throw PatchError{"nothing goes into " + whole->name + ": it is played"};
    if (inlet.empty()) return sink(whole->in);
    const auto found = std::ranges::find(whole->knobs, inlet, &Instrument::Knob::name);
    if (found == whole->knobs.end())
      throw PatchError{whole->name + " (" + whole->recipe + ") has no " + inQuotes(inlet) +
                       nearestPort(inlet, whole->knobs) + " It takes: " + namesOf(whole->knobs)};
    return sink(found->port);
  }
  const PlacedModule& module = at(name);
  return {&module, inletOf(module, inlet)};
}

const PlacedModule& Patch::playedBy(std::string_view name) const {
  const Instrument* const whole = instrument(name);
  if (whole != nullptr && whole->keys.empty()) throw PatchError{whole->name + " is not played by keys"};
  return at(whole != nullptr ? std::string_view{whole->keys} : name);
}

std::vector<bool> Patch::closingLoops() const {
  std::vector<bool> closing;
  std::vector<const PatchCable*> direct;
  for (const PatchCable& cable : cables_) {
    std::vector<std::string_view> reached{cable.to};
    for (std::size_t i = 0; i < reached.size(); ++i) {
      for (const PatchCable* c : direct) {
        if (c->from == reached[i] && std::ranges::find(reached, c->to) == reached.end()) reached.emplace_back(c->to);
      }
    }
    closing.push_back(std::ranges::find(reached, cable.from) != reached.end());
    if (!closing.back()) direct.push_back(&cable);
  }
  return closing;
}

PatchCable Patch::between(std::string_view from, std::string_view to) const {
  const Port giver = source(from), taker = sink(to);
  return {giver.module->name, giver.index, taker.module->name, taker.index, 1};
}

PatchCable Patch::connect(std::string_view from, std::string_view to, double amount) {
  PatchCable cable = between(from, to);
  if (!std::isfinite(amount) || std::abs(amount) > 1e6) throw PatchError{"an amount goes from -1000000 to 1000000"};
  if (at(cable.to).type->inlets[static_cast<std::size_t>(cable.inlet)].unit == Unit::choice)
    throw PatchError{std::string{to} + " is chosen, not patched: set it to one of its choices"};
  const auto same = std::ranges::find_if(cables_, [&](const PatchCable& c) {
    return c.from == cable.from && c.outlet == cable.outlet && c.to == cable.to && c.inlet == cable.inlet;
  });
  cable.amount = amount;
  if (same != cables_.end()) *same = cable;
  else if (cables_.size() >= kMostCables)
    throw PatchError{"a patch holds at most " + std::to_string(kMostCables) + " cables"};
  else cables_.push_back(cable);
  return cable;
}

void Patch::disconnect(std::string_view from, std::string_view to) {
  const PatchCable cable = between(from, to);
  const auto gone = std::erase_if(cables_, [&](const PatchCable& c) {
    return c.from == cable.from && c.outlet == cable.outlet && c.to == cable.to && c.inlet == cable.inlet;
  });
  if (gone == 0) throw PatchError{"no cable goes from " + std::string{from} + " to " + std::string{to}};
}

void Patch::renew() {
  for (PlacedModule& module : modules_) {
    const ModuleType* const now = ownRack().successor(*module.type);
    if (now == nullptr) continue;
    renew(module, *now);
    for (Instrument& whole : instruments_) {
      if (module.name.starts_with(whole.name + "-")) renewKnobs(whole);
    }
  }
}

void Patch::renew(PlacedModule& module, const ModuleType& type) {
  const ModuleType& before = *module.type;
  std::vector<double> values;
  for (const Inlet& inlet : type.inlets) {
    const int old = before.inlet(inlet.name);
    const double value = old < 0 ? inlet.usual : module.values[static_cast<std::size_t>(old)];
    values.push_back(std::clamp(inlet.unit == Unit::choice ? std::round(value) : value, inlet.least, inlet.most));
  }
  std::erase_if(cables_, [&](PatchCable& cable) {
    if (cable.from == module.name)
      cable.outlet = type.outlet(before.outlets[static_cast<std::size_t>(cable.outlet)].name);
    if (cable.to == module.name) {
      cable.inlet = type.inlet(before.inlets[static_cast<std::size_t>(cable.inlet)].name);
      if (cable.inlet >= 0 && type.inlets[static_cast<std::size_t>(cable.inlet)].unit == Unit::choice) return true;
    }
    return cable.outlet < 0 || cable.inlet < 0;
  });
  module.type = &type;
  module.values = std::move(values);
}

/// What can be turned on an instrument is what its recipe says now.
void Patch::renewKnobs(Instrument& whole) const {
  const auto isGone = [&](const std::string& port) {
    const auto [name, inlet] = apart(port);
    const PlacedModule* const module = find(name);
    return module == nullptr || module->type->inlet(inlet) < 0;
  };
  if (const Recipe* const recipe = ownRack().recipe(whole.recipe)) {
    Patch fresh;
    make(fresh, whole.name, *recipe, {});
    whole.knobs = fresh.instrument(whole.name)->knobs;
    whole.controllers = fresh.instrument(whole.name)->controllers;
  }
  std::erase_if(whole.knobs, [&](const auto& knob) { return isGone(knob.port); });
  std::erase_if(whole.controllers, [&](const auto& controller) { return isGone(controller.port); });
}

}  // namespace antiphon::synth
