// From the flags to a bridge that runs.
#pragma once

#include "bridge/daemon.hpp"
#include "cli/run_flags.hpp"

namespace antiphon {

/// Loads who answers, and has it find out what this machine can do. Throws UsageError.
DaemonPlan planOf(const RunOptions& options);

/// Runs it; what cannot be had is a UsageError.
int runPlan(DaemonPlan plan);

}  // namespace antiphon
