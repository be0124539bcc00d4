#include "bridge/live_mix.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "synth/mixer.hpp"
#include "synth/writing.hpp"

namespace antiphon {
namespace {

using synth::Patch;

constexpr double kHeard = 0.05;  // dB: less is left as it is
constexpr double kSeen = 0.005;

template <typename... Values>
std::string said(const char* format, Values... values) {
  char text[300];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

void turn(Patch& patch, const std::string& name, double gain, double pan) {
  const auto& channels = synth::channelsOf(patch);
  const auto now = std::ranges::find(channels, name, &synth::ChannelState::name);
  if (now == channels.end()) return;
  const bool moves = std::abs(now->level - gain) > kHeard, goes = std::abs(now->pan - pan) > kSeen;
  if (!moves && !goes) return;
  const std::string channel = synth::channelOf(patch, name);
  if (moves) patch.set(channel, "level", gain);
  if (goes) patch.set(channel, "pan", pan);
}

void hold(Patch& patch, double ceiling) {
  const std::string name = "limiter-" + std::string{synth::kMaster};
  if (patch.find(name) != nullptr) return patch.set(name, "ceiling", ceiling);
  const synth::PatchWord word{"ceiling", said("%.2f", ceiling)};
  synth::addEffect(patch, "limiter", std::string{synth::kMaster}, {&word, 1});
}

}  // namespace

bool apply(synth::Desk& desk, const synth::Levelled& levels) {
  Patch patch = desk.patch();
  for (const synth::TrackLevel& track : levels.tracks) turn(patch, track.name, track.gain, track.pan);
  if (levels.masterMoves) patch.set(synth::channelOf(patch, std::string{synth::kMaster}), "level", levels.master);
  if (levels.ceiling) hold(patch, *levels.ceiling - levels.master);  // the fader comes behind the effects
  if (patch == desk.patch()) return false;
  desk.load(patch);
  return true;
}

std::string told(const synth::Levelled& levels) {
  std::string text = said("%.1f LUFS, %.1f dBTP", levels.loudness, levels.truePeak);
  if (levels.ceiling) text += said(", with a limiter at %.1f dB that takes %.1f dB", *levels.ceiling, levels.limited);
  for (const synth::TrackLevel& track : levels.tracks) {
    text += said("\n%s %.1f dB", track.name.c_str(), track.gain + 0.0);
    if (std::abs(track.pan) > kSeen)
      text += said(", %.0f %% %s", 100 * std::abs(track.pan), track.pan < 0 ? "left" : "right");
  }
  if (levels.masterMoves) text += said("\nmaster %.1f dB", levels.master);
  return text;
}

std::string told(const synth::MixReport& report) {
  const synth::Advice& advice = report.advice;
  std::string text = said("%.0f of 100: %.1f LUFS, %.1f dBTP, %.0f %% of what is played is covered by something else",
                          advice.score.points, report.measure.loudness, report.measure.truePeak, 100 * advice.masking);
  for (const synth::Suggestion& its : advice.suggestions)
    text += "\n" + std::string{synth::nameOf(its.priority)} + " " + its.type + ": " + its.message + " (" +
            said("%.1f ", its.measurement.value) + its.measurement.unit + ") - " + its.action;
  if (advice.suggestions.empty()) text += "\nnothing to be done";
  for (const std::string& note : advice.notes) text += "\n" + note;
  return text;
}

}  // namespace antiphon
