#include "bridge/osc_manual.hpp"

#include <algorithm>

#include "bridge/commands_manual.hpp"
#include "bridge/osc_door.hpp"

namespace antiphon {
namespace {

std::string typeOf(const Command::Kind& kind) {
  struct Letter {
    const char* operator()(const Command::Integer&) const { return "i"; }
    const char* operator()(const Command::Real&) const { return "f"; }
    const char* operator()(const Command::Choice&) const { return "s"; }
    const char* operator()(const Command::Text&) const { return "s"; }
    const char* operator()(const Command::Flag&) const { return "T/F"; }
    const char* operator()(const Command::Rest&) const { return "s..."; }
  };
  return std::visit(Letter{}, kind);
}

std::string manualRow(const Command& command) {
  std::string takes;
  for (const Command::Parameter& parameter : command.parameters)
    takes += (takes.empty() ? "" : "<br>") + typeOf(parameter.kind) + " `" + parameter.signature() + "`";
  return "| `/antiphon/" + command.name + "` | " + cellOf(takes) + " | " + cellOf(command.help) +
         (command.timed ? " *On the frame.*" : "") + " |\n";
}

std::string digits(int of) { return std::to_string(of); }

}  // namespace

std::string oscPage(const CommandTable& table) {
  OscReports reports{{}, [](OscSender, const std::string&, const std::vector<OscValue>&) { return true; }};
  std::string page =
      "# OSC\n\nMade by `antiphon commands --osc-page` from the commands' own declarations.\n\n"
      "`antiphon studio --osc`, `antiphon solo --osc` and `antiphon run --synth --osc` understand Open Sound Control "
      "at "
      "127.0.0.1, port " +
      digits(OscPlace::kUsualPort) +
      ", by UDP and by TCP (each packet behind its length in four bytes). `--osc PORT` takes another port; `--osc-bind "
      "ADDRESS` another address of this machine, `--osc-bind 0.0.0.0` all of them: then everybody in the network can "
      "play, and nothing asks who it is.\n\n"
      "## Answers\n\nEvery message is answered to its sender: `/reply ADDRESS TEXT` when it was done, `/error ADDRESS "
      "TEXT` when it was not, with a sentence that says what is possible. In a second, a program is sent up to " +
      digits(OscReception::kMostReplies) + " replies and " + digits(OscReception::kMostErrors) +
      " errors; what is beyond is done all the same, and `status` counts it, as it counts malformed packets, "
      "late ones and those that the system lost.\n\n"
      "## Arguments\n\nNumbers may come as `i`, `h`, `f` or `d`, texts as `s` or `S`, on and off as `T` and `F`. An "
      "argument is a word of the command as it is typed: `\"cutoff=500\"` names its parameter, all others go to the "
      "next that has none. A name is the same in capitals, and with an underscore for a hyphen. Patterns of addresses "
      "(`*`, `?`) are not understood, and no command takes a blob.\n\n"
      "## Knobs\n\n| address | arguments | what |\n|---|---|---|\n"
      "| `/studio/NAME/PARAM` | f or s `<value>`<br>f `[seconds]` | Turns a knob of a module or an instrument, at once "
      "or in some time: `/studio/bass/cutoff 500 2`, `/studio/bass/cutoff \"1.2khz\"`. *On the frame.* |\n\n"
      "## Ahead of time\n\nWhat is in a bundle with a time tag in the future is done at that time. Where a row says "
      "*on "
      "the frame*, it begins on the very frame of the sound: two of one bundle on the same one, others as far apart as "
      "their time tags. As with all that is played here, the frame lies a constant while behind its moment (a period "
      "of the sound device and a fraction of a millisecond). The rest is done within some milliseconds, in the order "
      "of "
      "the time tags. Up to " +
      digits(static_cast<int>(OscReception::kMostWaiting)) + " messages wait, up to " +
      digits(static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(OscReception::kFarthest).count())) +
      " seconds ahead. What comes late is done at once, and counted.\n\n"
      "## Reports\n\n| address | arguments | what |\n|---|---|---|\n";
  for (const Command& command : reports.commands().commands()) {
    if (command.name != "help") page += manualRow(command);
  }
  page +=
      "\n| report | what |\n|---|---|\n"
      "| `/meter NAME PEAK RMS LUFS` | how loud somebody is who goes to out, and `out` itself, in decibels: peak and "
      "mean level of the last three tenths of a second, loudness of three seconds; -120 is silence |\n"
      "| `/phase BEAT TEMPO` | where in the bar the music is, from 1, and how fast, in quarters a minute; nothing "
      "while "
      "it stands |\n"
      "| `/bar NUMBER` | a bar has begun; the first is 1 |\n"
      "| `/turn TEXT` | an answer has been played, as the log tells it |\n\n"
      "Up to " +
      digits(static_cast<int>(OscReports::kMostSubscribers)) +
      " programs subscribe. A program is forgotten when it cannot be reached, or an hour after its last word.\n\n"
      "## Commands\n\n| address | arguments | what |\n|---|---|---|\n";
  for (const Command& command : table.commands()) page += manualRow(command);
  return page;
}

}  // namespace antiphon
