#include "bridge/mixer_commands.hpp"

#include <cmath>
#include <cstdio>

#include "bridge/trying.hpp"
#include "synth/mixer.hpp"
#include "synth/quantity.hpp"
#include "synth/writing.hpp"

namespace antiphon {
namespace {

using Arguments = Command::Arguments;
using synth::Desk;
using synth::Patch;
using synth::PatchError;

template <typename... Values>
std::string inColumns(const char* format, Values... values) {
  char text[200];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

std::string decibels(double value) { return value <= synth::Levels::kNothing ? "silent" : inColumns("%.1f", value); }

/// Turns a knob of somebody's channel, which is made if need be.
void turnChannel(Desk& desk, const std::string& name, const std::string& knob, const std::string& value) {
  Patch patch = desk.patch();
  const std::string port = synth::channelOf(patch, name) + "." + knob;
  const double to = synth::valueOf(patch, port, value);
  desk.load(patch);
  desk.set(port, to);
}

double positionOf(const std::string& text) {
  if (text == "left") return -1;
  if (text == "right") return 1;
  if (text == "middle" || text == "center" || text == "centre") return 0;
  const auto value = synth::quantityFor(synth::knob("", "", synth::Unit::plain, -1, 1, 0), text);
  if (!value || *value < -1 || *value > 1)
    throw PatchError{"pan takes left, middle, right, or -1 to 1, not '" + text.substr(0, 40) + "'"};
  return *value;
}

/// -12db or -12, or a factor; off: nothing.
double amountOf(const std::string& text) {
  if (text == "off") return 0;
  auto value = synth::quantityFor(synth::signalInlet("", ""), text);
  // What is below nothing is meant as a fader says it; as a factor it would be louder, and upside down.
  if (value && *value < 0) value = std::pow(10, *value / 20);
  if (!value || *value > 4)
    throw PatchError{"a send is as loud as -12db or 0.25, or off, not '" + text.substr(0, 40) + "'"};
  return *value;
}

std::string mixerShown(const Patch& patch) {
  std::string text;
  for (const synth::ChannelState& channel : synth::channelsOf(patch)) {
    text += (text.empty() ? "" : "\n") + inColumns("%-12s %6.1f dB  ", channel.name.c_str(), channel.level);
    text += channel.pan == 0
                ? "middle    "
                : inColumns("%3.0f %% %-5s", std::abs(channel.pan) * 100, channel.pan < 0 ? "left" : "right");
    for (const std::string& effect : channel.effects) text += "  > " + effect;
    for (const auto& send : channel.sends)
      text += "  to " + send.bus + " " + inColumns("%.1f dB", 20 * std::log10(std::abs(send.amount) + 1e-9));
  }
  return text.empty() ? "nothing is patched to out" : text;
}

std::string measured(const Desk& desk) {
  std::string text = "                 peak     rms    LUFS";
  for (const Desk::Strip& strip : desk.strips())
    text += inColumns("\n%-12s %8s%8s%8s", strip.name.c_str(), decibels(strip.levels.peak).c_str(),
                      decibels(strip.levels.rms).c_str(), decibels(strip.levels.loudness).c_str());
  return text;
}

}  // namespace

void addMixerCommands(CommandTable& table, Desk& desk) {
  table.topic("mixing");
  const Command::Parameter name{"name", Command::Text{kLongestName}};
  table.add({"gain",
             {name, {"level", Command::Text{16}}},
             "How loud somebody is, in decibels: gain bass -6; of master: all.",
             trying([&desk](const Arguments& given) {
               turnChannel(desk, given.text("name"), "level", given.text("level"));
               return std::string{};
             })});
  table.add({"pan",
             {name, {"position", Command::Text{16}}},
             "Where somebody is: left, middle, right, or -1 to 1.",
             trying([&desk](const Arguments& given) {
               turnChannel(desk, given.text("name"), "pan", decimal(positionOf(given.text("position"))));
               return std::string{};
             })});
  table.add({"bus",
             {name, {"words", Command::Rest{"[EFFECT] [param=value ...]"}}},
             "Makes an effect that others are sent to; without one, a place where they are mixed.",
             trying([&desk](const Arguments& given) {
               std::vector<synth::PatchWord> words;
               for (const Command::Word& word : given.rest("words")) words.push_back({word.key, word.text});
               Patch patch = desk.patch();
               const std::string& bus = given.text("name");
               synth::makeBus(patch, bus, words);
               desk.load(patch);
               return "send NAME " + bus + " -12db, and it is heard there";
             })});
  table.add({"send",
             {name, {"bus", Command::Text{kLongestName}}, {"level", Command::Text{16}}},
             "How much of somebody goes to a bus: send bass hall -12db; off: nothing.",
             trying([&desk](const Arguments& given) {
               Patch patch = desk.patch();
               synth::send(patch, given.text("name"), given.text("bus"), amountOf(given.text("level")));
               desk.load(patch);
               return std::string{};
             })});
  table.add({"mixer",
             {},
             "Shows who is how loud, where, through which effects and to which buses.",
             trying([&desk](const Arguments&) { return mixerShown(desk.patch()); })});
  table.add({"meters",
             {},
             "Shows how loud everybody has been: peak and LUFS of three seconds, rms of the last.",
             [&desk](const Arguments&) -> Command::Reply {
               return {true, measured(desk)};
             }});
}

}  // namespace antiphon
