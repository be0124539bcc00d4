#include "synth/mixer.hpp"

#include <algorithm>

#include "synth/rack.hpp"

namespace antiphon::synth {
namespace {

constexpr std::string_view kChannel = "channel", kPadsType = "pads";

bool isInside(const Patch& patch, const std::string& module, const std::string& name) {
  return patch.instrument(name) != nullptr && module.starts_with(name + "-");
}

/// reverb-bass is bass's, if it is a reverb.
bool belongsTo(const PlacedModule& module, const std::string& name) {
  return module.name == std::string{module.type->name} + "-" + name;
}

std::string portName(const PlacedModule& module, int inlet) {
  return module.name + "." + std::string{module.type->inlets[static_cast<std::size_t>(inlet)].name};
}
std::string outletName(const PlacedModule& module, int outlet) {
  return module.name + "." + std::string{module.type->outlets[static_cast<std::size_t>(outlet)].name};
}

/// Whoever heard `last` hears `added` instead.
void takeOver(Patch& patch, const std::string& last, const std::string& added, const std::string& name) {
  const std::vector<PatchCable> before = patch.cables();
  for (const PatchCable& cable : before) {
    if (cable.from != last || isInside(patch, cable.to, name)) continue;
    const PlacedModule &giver = patch.at(cable.from), &taker = patch.at(cable.to);
    patch.disconnect(outletName(giver, cable.outlet), portName(taker, cable.inlet));
    patch.connect(added, portName(taker, cable.inlet), cable.amount);
  }
}

}  // namespace

std::string heardThrough(const Patch& patch) { return std::string{patch.find(kMaster) != nullptr ? kMaster : kOut}; }

std::string ownerOf(const Patch& patch, const PlacedModule& module) {
  const std::string prefix = std::string{module.type->name} + "-";
  if (module.name.starts_with(prefix)) {
    const std::string rest = module.name.substr(prefix.size());
    if (patch.find(rest) != nullptr || patch.instrument(rest) != nullptr) return rest;
  }
  for (const Instrument& whole : patch.instruments()) {
    if (module.name.starts_with(whole.name + "-")) return whole.name;
  }
  return module.name;
}

std::vector<std::string> behind(const Patch& patch, const std::string& name) {
  std::vector<std::string> chain;
  std::string last = patch.source(name).module->name;
  for (bool found = true; found;) {
    found = false;
    for (const PatchCable& cable : patch.cables()) {
      if (cable.from != last || isInside(patch, cable.to, name) || !belongsTo(patch.at(cable.to), name)) continue;
      if (std::ranges::find(chain, cable.to) != chain.end()) continue;
      chain.push_back(last = cable.to);
      found = true;
      break;
    }
  }
  return chain;
}

void insertBehind(Patch& patch, const std::string& name, const std::string& added) {
  std::vector<std::string> chain = behind(patch, name);
  const bool channelLast = !chain.empty() && patch.at(chain.back()).type->name == kChannel;
  if (channelLast && patch.at(added).type->name != kChannel) chain.pop_back();
  const std::string voice = patch.source(name).module->name;
  takeOver(patch, chain.empty() ? voice : chain.back(), added, name);
  patch.connect(chain.empty() ? name : chain.back(), added);
}

void makeMaster(Patch& patch) {
  if (patch.find(kMaster) != nullptr) return;
  // A module of the room: what comes straight from a drum is a voice, and would make all beside it voices as well.
  patch.add(std::string{kMaster}, *moduleCalled(kChannel));
  const std::vector<PatchCable> before = patch.cables();
  for (const PatchCable& cable : before) {
    if (cable.to != kOut || cable.inlet != 0) continue;
    const std::string from = outletName(patch.at(cable.from), cable.outlet);
    patch.disconnect(from, kOut);
    patch.connect(from, kMaster, cable.amount);
  }
  patch.connect(kMaster, kOut);
}

std::string channelOf(Patch& patch, const std::string& name) {
  if (name == kOut || name == kMaster) {
    makeMaster(patch);
    if (name == kOut) return channelOf(patch, std::string{kMaster});
  }
  const std::vector<std::string> chain = behind(patch, name);
  if (!chain.empty() && patch.at(chain.back()).type->name == kChannel) return chain.back();
  const std::string channel = std::string{kChannel} + "-" + name;
  patch.add(channel, *moduleCalled(kChannel));
  insertBehind(patch, name, channel);
  return channel;
}

void send(Patch& patch, const std::string& name, const std::string& bus, double amount) {
  static_cast<void>(patch.sink(bus));
  const std::string channel = channelOf(patch, name);
  const Patch::Port to = patch.sink(bus);
  const bool there = std::ranges::any_of(patch.cables(), [&](const PatchCable& cable) {
    return cable.from == channel && cable.to == to.module->name && cable.inlet == to.index;
  });
  if (amount != 0) patch.connect(channel, bus, amount);
  else if (there) patch.disconnect(channel, bus);
}

void takeAway(Patch& patch, const std::string& name) {
  std::vector<std::string> its;
  const Instrument* const whole = patch.instrument(name);
  if (whole == nullptr || (!whole->out.empty() && patch.find(whole->out.substr(0, whole->out.find('.'))) != nullptr)) {
    if (whole != nullptr || !patch.at(name).type->outlets.empty()) its = behind(patch, name);
  }
  const std::string pads = std::string{kPadsType} + "-" + name;
  if (const PlacedModule* striker = patch.find(pads); striker != nullptr && striker->type->name == kPadsType)
    its.push_back(pads);
  patch.remove(name);
  for (const std::string& one : its) patch.remove(one);
}

std::vector<ChannelState> channelsOf(const Patch& patch) {
  std::vector<ChannelState> all;
  const std::string through = heardThrough(patch);
  for (const PlacedModule& module : patch.modules()) {
    const bool heard = std::ranges::any_of(patch.cables(), [&](const PatchCable& cable) {
      return cable.from == module.name && cable.inlet == 0 && (cable.to == through || cable.to == kOut);
    });
    const std::string name = ownerOf(patch, module);
    if (!heard || std::ranges::find(all, name, &ChannelState::name) != all.end()) continue;
    ChannelState state{.name = name};
    for (const std::string& one : behind(patch, name)) {
      const PlacedModule& its = patch.at(one);
      if (its.type->name != kChannel) {
        state.effects.emplace_back(its.type->name);
        continue;
      }
      state.level = its.values[1];
      state.pan = its.values[2];
      for (const PatchCable& cable : patch.cables()) {
        if (cable.from == one && cable.to != through && cable.to != kOut)
          state.sends.push_back({ownerOf(patch, patch.at(cable.to)), cable.amount});
      }
    }
    all.push_back(std::move(state));
  }
  return all;
}

}  // namespace antiphon::synth
