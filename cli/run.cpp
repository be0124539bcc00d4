// antiphon run: the bridge.
#include <cstdio>
#include <memory>

#include "cli/commands.hpp"
#include "cli/door_flags.hpp"
#include "cli/exit.hpp"
#include "cli/port_list.hpp"
#include "cli/run_plan.hpp"
#include "cli/sound_flags.hpp"

namespace antiphon {
namespace {

struct Flags {
  explicit Flags(CLI::App& app) : run{app, "model", true}, sound{app, false}, doors{app} {}
  RunFlags run;
  SoundFlags sound;
  DoorFlags doors;
};

int run(const Flags& flags) {
  const RunOptions options = flags.run.understand();
  const auto ensemble = flags.sound.understand(options);
  if (options.listPorts) std::fputs(portList().c_str(), stdout);
  if (flags.sound.listDevices()) std::fputs(deviceList().c_str(), stdout);
  if (options.listPorts || flags.sound.listDevices()) return kExitOk;
  DaemonPlan plan = planOf(options);
  plan.ensemble = ensemble;
  flags.doors.understand(plan);
  return runPlan(std::move(plan));
}

}  // namespace

Action addRun(CLI::App& app) {
  auto* command = app.add_subcommand("run", "Follow the clock, take a bar, answer on the downbeat");
  auto flags = std::make_shared<Flags>(*command);
  return [flags] { return run(*flags); };
}

}  // namespace antiphon
