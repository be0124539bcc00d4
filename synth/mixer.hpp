// The mixing desk that a patch can be: behind whoever sounds its effects, then its channel, all into the master. These
// are plain modules, called by what they are and whom they are for: reverb-bass, channel-bass.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "synth/patch.hpp"

namespace antiphon::synth {

/// What is heard, and what everything goes through before that, when there is such a module.
inline constexpr std::string_view kOut = "out", kMaster = "master";

/// Where to patch what is to be heard: the master, or out.
std::string heardThrough(const Patch& patch);
/// Whose sound a module gives: the instrument that it is a part of, NAME for EFFECT-NAME; else its own name.
std::string ownerOf(const Patch& patch, const PlacedModule& module);
/// The modules behind NAME, in their order: effects, then the channel if there is one.
std::vector<std::string> behind(const Patch& patch, const std::string& name);

// These throw PatchError, and then the patch is to be thrown away.

/// `added` comes behind NAME and its effects, and before its channel unless it is one itself; what heard the last of
/// them hears this one.
void insertBehind(Patch& patch, const std::string& name, const std::string& added);
/// From here on all that is heard goes through the master.
void makeMaster(Patch& patch);
/// The channel of NAME, which is made if need be; `out` is the master's.
std::string channelOf(Patch& patch, const std::string& name);
/// How much of NAME, behind its channel, goes to a bus or an effect; nothing at all when it is 0.
void send(Patch& patch, const std::string& name, const std::string& bus, double amount);
/// Takes NAME away, with what stands behind it and the pads that strike it.
void takeAway(Patch& patch, const std::string& name);

/// One that is heard, as a mixing desk shows it.
struct ChannelState {
  struct Send {
    std::string bus{};
    double amount = 1;
  };
  std::string name{};
  double level = 0, pan = 0;  // decibels; -1 .. 1
  std::vector<std::string> effects{};
  std::vector<Send> sends{};
};
std::vector<ChannelState> channelsOf(const Patch& patch);

}  // namespace antiphon::synth
