// antiphon solo: for someone with nothing but a laptop. Our own clock, our own synth, the computer's keys or a file.
#include <algorithm>
#include <limits>
#include <memory>

#include "cli/call_file.hpp"
#include "cli/commands.hpp"
#include "cli/door_flags.hpp"
#include "cli/exit.hpp"
#include "cli/run_plan.hpp"
#include "cli/sound_flags.hpp"
#include "cli/words.hpp"

namespace antiphon {
namespace {

const std::vector<std::string> kLetters{"qwerty", "qwertz", "azerty"};

struct SoloFlags {
  explicit SoloFlags(CLI::App& app) : command{app}, run{app, "model", true}, sound{app, true}, doors{app} {
    app.add_option("--player", player, "A .mid file that plays instead of you, bar after bar")->group("Who plays");
    app.add_option("--keyboard", keyboard, "Which letters the computer's keys have (default qwerty)")
        ->check(oneOf(kLetters))
        ->group("Who plays");
  }
  bool given(const std::string& option) const { return command.get_option(option)->count() > 0; }

  CLI::App& command;
  RunFlags run;
  SoundFlags sound;
  DoorFlags doors;
  std::string player{}, keyboard = "qwerty";
};

/// The file as calls of so many bars; bars in which nobody plays are left out.
std::vector<std::vector<Note>> callsOf(const Phrase& music, int bars) {
  const Tick length = bars * music.meter.bar();
  std::vector<std::vector<Note>> calls;
  for (Tick from{0}; from < music.length(); from += length) {
    std::vector<Note> call;
    for (Note note : music.notes) {
      if (note.tick < from || note.tick >= from + length) continue;
      note.tick -= from;
      note.length = std::min(note.length, length - note.tick);
      call.push_back(note);
    }
    if (!call.empty()) calls.push_back(std::move(call));
  }
  return calls;
}

int solo(const SoloFlags& flags) {
  RunOptions options = flags.run.understand();
  if (flags.sound.listDevices()) {
    std::fputs(deviceList().c_str(), stdout);
    return kExitOk;
  }
  if (flags.given("--clock") && options.settings.clock == ClockSource::external)
    throw UsageError{"solo keeps time by itself; antiphon run --synth --through follows a clock"};
  options.settings.clock = ClockSource::internal;
  // A keyboard that is named is played instead of the computer's.
  const bool keyboard = flags.given("--in") || flags.given("--backend");
  if (!keyboard) options.backend = "loopback";

  std::vector<std::vector<Note>> calls;
  if (!flags.player.empty()) {
    if (keyboard) throw UsageError{"--player plays instead of a keyboard: leave --in and --backend out"};
    const FileCall file = readCall(flags.player, std::numeric_limits<int>::max());
    if (flags.given("--meter") && !(options.settings.meter == file.phrase.meter))
      throw UsageError{flags.player + " is in " + file.phrase.meter.text() + ": leave --meter out"};
    options.settings.meter = file.phrase.meter;
    if (!flags.given("--tempo")) options.settings.tempo = file.tempo;
    calls = callsOf(file.phrase, options.settings.humanMeasures);
    if (options.turns == 0) options.turns = static_cast<int>(calls.size());
  }

  DaemonPlan plan = planOf(options);
  plan.ensemble = flags.sound.understand(options);
  plan.calls = std::move(calls);
  if (plan.calls.empty() && !keyboard)
    plan.piano = static_cast<Letters>(std::ranges::find(kLetters, flags.keyboard) - kLetters.begin());
  flags.doors.understand(plan);
  return runPlan(std::move(plan));
}

}  // namespace

Action addSolo(CLI::App& app) {
  auto* command = app.add_subcommand("solo", "Play on the computer's keys, hear yourself and the answer");
  auto flags = std::make_shared<SoloFlags>(*command);
  return [flags] { return solo(*flags); };
}

}  // namespace antiphon
