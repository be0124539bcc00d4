#include "cli/run_plan.hpp"

#include "cli/exit.hpp"

namespace antiphon {

DaemonPlan planOf(const RunOptions& options) {
  DaemonPlan plan;
  plan.settings = options.settings;
  plan.ports = options.ports;
  plan.backend = options.backend;
  const MadeAnswerer made = makeAnswerer(options.answerer, options.answer);
  plan.lead = made.make;
  plan.desk = made.desk;
  // The desk says which of our own models plays, even when it is changed; the others stay what they are.
  if (options.answerer != "model") plan.model = options.answerer;
  else if (made.desk && made.desk->read().aria) plan.model = options.answer.model;
  if (made.rehearse) plan.foreword = made.rehearse();
  plan.recordFile = options.recordFile;
  plan.turnLogFile = options.turnLogFile;
  plan.logLevel = options.logLevel;
  plan.recordKey = options.recordKey;
  plan.playKey = options.playKey;
  plan.turns = options.turns;
  plan.version = ANTIPHON_VERSION;
  return plan;
}

int runPlan(DaemonPlan plan) {
  try {
    return runDaemon(std::move(plan));
  } catch (const PortError& error) {
    throw UsageError{error.what()};
  } catch (const DoorError& error) {
    throw UsageError{error.what()};
  } catch (const synth::AudioError& error) {
    throw UsageError{error.what()};
  } catch (const synth::PatchError& error) {
    throw UsageError{error.what()};
  }
}

}  // namespace antiphon
