#include "bridge/commands_manual.hpp"

namespace antiphon {

std::string cellOf(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

std::string commandsPage(const CommandTable& table) {
  std::string page =
      "# Commands\n\nMade by `antiphon commands --markdown` from the commands' own declarations; `help` tells the same "
      "while it plays, and [osc.md](osc.md) how other programs say it. `<this>` has to be said, `[this]` may be left "
      "out; a parameter can be named, `name=value`.\n";
  for (const std::string& topic : table.topics()) {
    page += "\n## " + topic + "\n\n| command | what |\n|---|---|\n";
    for (const Command& command : table.commands()) {
      if (command.topic == topic) page += "| `" + cellOf(command.signature()) + "` | " + cellOf(command.help) + " |\n";
    }
  }
  return page;
}

}  // namespace antiphon
