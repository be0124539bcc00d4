// The subcommands: each adds itself to the command line, and returns what to do when it was chosen.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace antiphon {

/// Returns an exit code; may throw UsageError, or any exception with a sentence for the player.
using Action = std::function<int()>;

Action addRun(CLI::App& app);
Action addSolo(CLI::App& app);
Action addStudio(CLI::App& app);
Action addPorts(CLI::App& app);
Action addSimulate(CLI::App& app);
Action addDoctor(CLI::App& app);
Action addBench(CLI::App& app);
Action addAnswer(CLI::App& app);
Action addGenerate(CLI::App& app);
Action addEval(CLI::App& app);
Action addTrain(CLI::App& app);
Action addMarkov(CLI::App& app);
Action addModel(CLI::App& app);
Action addRender(CLI::App& app);
Action addAnalyze(CLI::App& app);
Action addModules(CLI::App& app);
Action addCommands(CLI::App& app);
Action addSend(CLI::App& app);
Action addServe(CLI::App& app);
Action addMix(CLI::App& app);

}  // namespace antiphon
