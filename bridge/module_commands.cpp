#include "bridge/module_commands.hpp"

#include <algorithm>

#include "bridge/module_templates.hpp"
#include "bridge/trying.hpp"

namespace antiphon {
namespace {

using synth::PatchError;

/// "from filter"
std::string kindIn(const Command::Words& words) {
  if (words.empty()) return templateKinds().front();
  std::string all;
  for (const std::string& kind : templateKinds()) all += (all.empty() ? "" : ", ") + kind;
  if (words.size() != 2 || !words[0].key.empty() || words[0].text != "from" || !words[1].key.empty())
    throw PatchError{"say generate_module NAME, or generate_module NAME from one of " + all};
  const std::string& kind = words[1].text;
  if (std::ranges::find(templateKinds(), kind) == templateKinds().end())
    throw PatchError{"a module is made from one of " + all + ", not '" + kind.substr(0, 60) + "'"};
  return kind;
}

/// Each by itself: one that is wrong does not keep the others from being taken in.
std::string reloadAll(Workshop& workshop) {
  const std::vector<std::string> names = workshop.names();
  if (names.empty()) throw PatchError{"there is no module of your own yet: generate_module NAME writes one"};
  std::string told, wrong;
  for (const std::string& name : names) {
    try {
      told += (told.empty() ? "" : "\n") + workshop.reload(name);
    } catch (const PatchError& error) {
      wrong += (wrong.empty() ? "" : "\n") + std::string{error.what()};
    }
  }
  if (wrong.empty()) return told;
  throw PatchError{wrong + (told.empty() ? "" : "\n" + told)};
}

}  // namespace

void addModuleCommands(CommandTable& table, Workshop& workshop) {
  table.topic("modules");
  table.add({"generate_module",
             {{"name", Command::Text{kLongestName}},
              {"from", Command::Rest{"[from effect|oscillator|filter|drum|instrument]"}}},
             "Writes the beginning of a module of your own, a file to change.",
             trying([&workshop](const Command::Arguments& given) {
               const std::string& name = given.text("name");
               return workshop.write(name, kindIn(given.rest("from"))).string() +
                      " is written: change it, then reload " + name;
             })});
  table.add({"reload",
             {{"name", Command::Text{kLongestName}, "", Command::Value{std::string{}}}},
             "Takes a module of your own in as its file is now, or all of them.",
             trying([&workshop](const Command::Arguments& given) {
               const std::string& name = given.text("name");
               return name.empty() ? reloadAll(workshop) : workshop.reload(name);
             })});
}

}  // namespace antiphon
