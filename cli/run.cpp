// antiphon run: the bridge.
#include <cstdio>
#include <memory>

#include "bridge/daemon.hpp"
#include "bridge/midi_systems.hpp"
#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "cli/port_list.hpp"
#include "cli/run_flags.hpp"

namespace antiphon {
namespace {

int run(const RunOptions& options) {
  if (options.listPorts) {
    std::fputs(portList().c_str(), stdout);
    return kExitOk;
  }
  DaemonPlan plan;
  plan.settings = options.settings;
  plan.ports = options.ports;
  plan.backend = options.backend;
  const MadeAnswerer made = makeAnswerer(options.answerer, options.answer);
  plan.lead = made.make;
  plan.desk = made.desk;
  if (made.rehearse) plan.foreword = made.rehearse();
  plan.recordFile = options.recordFile;
  plan.turnLogFile = options.turnLogFile;
  plan.logLevel = options.logLevel;
  plan.recordKey = options.recordKey;
  plan.playKey = options.playKey;
  plan.turns = options.turns;
  try {
    return runDaemon(std::move(plan));
  } catch (const PortError& error) {
    throw UsageError{error.what()};
  }
}

}  // namespace

Action addRun(CLI::App& app) {
  auto* command = app.add_subcommand("run", "Follow the clock, take a bar, answer on the downbeat");
  auto flags = std::make_shared<RunFlags>(*command);
  return [flags] { return run(flags->understand()); };
}

}  // namespace antiphon
