// antiphon studio: music made by typing, on our own synth. antiphon serve: the same, for programs.
#include <memory>
#include <stdexcept>

#include "cli/commands.hpp"
#include "cli/door_flags.hpp"
#include "cli/exit.hpp"
#include "cli/run_plan.hpp"
#include "cli/sound_flags.hpp"
#include "cli/words.hpp"

namespace antiphon {
namespace {

struct StudioFlags {
  StudioFlags(CLI::App& app, bool forPrograms)
      : command{app}, run{app, "model", true}, sound{app, true}, doors{app, forPrograms}, serves{forPrograms} {
    if (serves) app.add_flag("--quiet", quiet, "Tell only what goes wrong");
    else app.add_flag("--json", json, "Print each answer as a line of JSON, and the log to standard error");
  }
  bool given(const std::string& option) const { return command.get_option(option)->count() > 0; }

  CLI::App& command;
  RunFlags run;
  SoundFlags sound;
  DoorFlags doors;
  bool serves, json = false, quiet = false;
};

int studio(const StudioFlags& flags) {
  RunOptions options = flags.run.understand();
  if (flags.sound.listDevices()) {
    std::fputs(deviceList().c_str(), stdout);
    return kExitOk;
  }
  // With a clock to follow, or a keyboard that is named, it plays along with them; else by itself.
  const bool ports = flags.given("--in") || flags.given("--backend") || flags.given("--clock");
  if (!ports) {
    options.settings.clock = ClockSource::internal;
    options.backend = "loopback";
  }
  if (flags.quiet) options.logLevel = "warn";
  DaemonPlan plan = planOf(options);
  plan.ensemble = flags.sound.understand(options);
  if (!ports) {  // nobody plays and nobody answers: it begins with silence
    plan.ensemble->seats = false;
    plan.ensemble->click = flags.given("--click") && plan.ensemble->click;
  }
  plan.studio = true;
  plan.json = flags.json;
  flags.doors.understand(plan);
  return runPlan(std::move(plan));
}

}  // namespace

Action addStudio(CLI::App& app) {
  auto* command = app.add_subcommand("studio", "Make music by typing: create, sequence, melody, play");
  auto flags = std::make_shared<StudioFlags>(*command, false);
  return [flags] { return studio(*flags); };
}

Action addServe(CLI::App& app) {
  auto* command =
      app.add_subcommand("serve", "Answer other programs over HTTP: listening, generation, mixing, the studio");
  auto flags = std::make_shared<StudioFlags>(*command, true);
  return [flags] { return studio(*flags); };
}

}  // namespace antiphon
