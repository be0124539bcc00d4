// The one binary: reads the words, calls the subcommand, says in one line what went wrong.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <utility>
#include <vector>

#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "cli/words.hpp"

namespace {

using namespace antiphon;

std::string commandOf(const CLI::App& app) {
  std::string path = app.get_name();
  for (const auto* sub : app.get_subcommands()) path += " " + commandOf(*sub);
  return path;
}

int refuse(const CLI::App& app, const std::string& why) {
  const auto firstLine = why.substr(0, why.find('\n'));
  std::cerr << commandOf(app) << ": " << firstLine << '\n';
  return kExitUsage;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Antiphon plays music with people: it follows a MIDI clock, takes a bar that you play, and answers.",
               "antiphon"};
  app.set_version_flag("--version", std::string{"antiphon "} + ANTIPHON_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);

  std::vector<std::pair<std::string, Action>> actions{
      {"run", addRun(app)},       {"solo", addSolo(app)},         {"studio", addStudio(app)},
      {"ports", addPorts(app)},   {"simulate", addSimulate(app)}, {"doctor", addDoctor(app)},
      {"bench", addBench(app)},   {"answer", addAnswer(app)},     {"eval", addEval(app)},
      {"train", addTrain(app)},   {"markov", addMarkov(app)},     {"model", addModel(app)},
      {"render", addRender(app)}, {"modules", addModules(app)},   {"commands", addCommands(app)},
      {"send", addSend(app)},     {"serve", addServe(app)},       {"analyze", addAnalyze(app)},
      {"mix", addMix(app)},       {"generate", addGenerate(app)}};
  try {
    auto words = withHyphens(argc, argv);
    std::string known;
    bool isKnown = words.empty() || words[0].starts_with('-');
    for (const auto& [name, action] : actions) {
      known += (known.empty() ? "" : ", ") + name;
      isKnown = isKnown || words[0] == name;
    }
    if (!isKnown) {
      return refuse(app, "no command is called '" + words[0].substr(0, 60) + "'; there are " + known);
    }
    std::reverse(words.begin(), words.end());  // as CLI11 wants them
    app.parse(words);
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    const std::string where = commandOf(app);
    return refuse(app, std::string{error.what()} + " (" + where + " --help lists what is possible)");
  }
  try {
    for (const auto& [name, action] : actions) {
      if (app.got_subcommand(name)) return action();
    }
  } catch (const UsageError& error) {
    return refuse(app, error.what());
  } catch (const std::exception& error) {
    refuse(app, error.what());
    return kExitFailed;
  }
  return kExitUsage;
}
