#include "bridge/completion.hpp"

#include <algorithm>
#include <array>

#include "synth/rack.hpp"
#include "synth/recipe.hpp"
#include "synth/writing.hpp"

namespace antiphon {
namespace {

using Words = std::vector<std::string>;

void add(Words& words, const auto& more) {
  for (const auto& word : more) words.emplace_back(word);
}

/// The parts of an instrument once its name is typed, as they are many.
Words namesThere(const synth::Patch& patch, std::string_view word) {
  Words names;
  for (const synth::Instrument& whole : patch.instruments()) names.push_back(whole.name);
  for (const synth::PlacedModule& module : patch.modules()) {
    const auto inside = std::ranges::find_if(
        patch.instruments(), [&](const auto& whole) { return module.name.starts_with(whole.name + "-"); });
    if (inside == patch.instruments().end() || word.starts_with(inside->name + "-")) names.push_back(module.name);
  }
  return names;
}

/// cutoff, resonance ...: what can be set there.
Words knobsOf(const synth::Patch& patch, const std::string& name) {
  Words knobs;
  if (const synth::Instrument* const whole = patch.instrument(name)) {
    for (const auto& knob : whole->knobs) knobs.push_back(knob.name);
  } else if (const synth::PlacedModule* const module = patch.find(name)) {
    for (const synth::Inlet& inlet : module->type->inlets) knobs.emplace_back(inlet.name);
  }
  return knobs;
}

Words effects() {
  Words names;
  for (const synth::ModuleType* type : synth::allModules()) {
    if (type->inlet("in") == 0 && !type->outlets.empty() && type->name != "out") names.emplace_back(type->name);
  }
  return names;
}

/// What may be said behind `create NAME TYPE`.
Words parametersOf(const std::string& type) {
  Words words;
  if (const synth::ModuleType* const module = synth::moduleCalled(type)) {
    for (const synth::Inlet& inlet : module->inlets) words.push_back(std::string{inlet.name} + "=");
  } else if (synth::recipeCalled(type) != nullptr) {
    synth::Patch alone;
    const synth::PatchWord word{{}, type};
    synth::create(alone, "it", {&word, 1});
    for (const std::string& knob : knobsOf(alone, "it")) words.push_back(knob + "=");
  }
  return words;
}

Words notes() {
  Words words;
  for (const char* name : {"C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"}) {
    for (int octave = 1; octave <= 6; ++octave) words.push_back(name + std::to_string(octave));
  }
  return words;
}

/// At this place of a command, by what it takes.
Words byTable(const Command& command, std::size_t place) {
  Words words;
  for (std::size_t i = 0; i < command.parameters.size(); ++i) {
    const Command::Parameter& parameter = command.parameters[i];
    if (const auto* is = std::get_if<Command::Choice>(&parameter.kind); is != nullptr && i == place)
      add(words, is->names);
    if (std::holds_alternative<Command::Flag>(parameter.kind) && i == place) add(words, std::array{"on", "off"});
  }
  return words;
}

Words byPatch(const std::string& command, const Words& said, std::string_view word, const CompletionSources& sources) {
  const synth::Patch& patch = *sources.patch;
  const std::size_t place = said.size() - 1;  // behind the command
  Words words;
  const auto is = [&](std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, command) != names.end();
  };
  if (is({"create"}) || is({"bus"})) {
    const std::string type = said.size() > 2 ? said[2] : std::string{};
    if (place == 0 && is({"create"})) add(words, synth::makeableNames());
    if (place == 1) add(words, is({"bus"}) ? effects() : Words{});
    if (place == 1 && is({"create"})) add(words, synth::makeableNames());
    if (place > 1) add(words, parametersOf(type));
  } else if (is({"add"})) {
    if (place == 0) add(words, effects());
    if (place == 1) words.emplace_back("to");
    if (place == 2) add(words, namesThere(patch, word));
    if (place > 2) add(words, parametersOf(said[1]));
  } else if (is({"patch"})) {
    add(words, namesThere(patch, word));
    add(words, synth::makeableNames());
  } else if (is({"melody"}) && place > 0) {
    add(words, notes());
  } else if (is({"note"}) && place == 1) {
    add(words, notes());
  } else if (is({"modules"})) {
    add(words, synth::makeableNames());
  } else if (is({"load", "save"}) && place == 1 && sources.shelf != nullptr) {
    add(words, antiphon::namesIn(said[1] == "patch" ? sources.shelf->patches() : sources.shelf->sessions(), ".studio"));
  } else if (is({"reload"}) && sources.shelf != nullptr) {
    add(words, antiphon::namesIn(sources.shelf->modules(), ".dsp"));
  } else if (is({"sequence", "melody", "euclid", "random", "vary", "arp", "fill", "play",   "stop",    "mute",
                 "solo",     "clear",  "gain",   "pan",    "send", "set", "show", "remove", "unpatch", "note"})) {
    if (place == 0 || is({"unpatch"}) || (is({"send"}) && place == 1)) add(words, namesThere(patch, word));
    if (is({"play", "stop", "fill"}) && place == 0) words.emplace_back("all");
  }
  return words;
}

}  // namespace

std::vector<std::string> completionsOf(std::string_view line, const CompletionSources& sources) {
  Words said{std::string{}};  // the last is being typed
  for (const char c : line) {
    if (c != ' ' && c != '\t') said.back() += c;
    else if (!said.back().empty()) said.emplace_back();
  }
  // `at bar 9 COMMAND` and `help COMMAND` hold another command.
  if (said.size() > 3 && said[0] == "at") said.erase(said.begin(), said.begin() + 3);
  const std::string word = said.back();
  Words words;
  if (said.size() == 1 || (said.size() == 2 && said[0] == "help")) {
    for (const Command& command : sources.table.commands()) words.push_back(command.name);
  } else {
    const std::string command = foldedName(said.front());
    said.pop_back();
    const auto found = std::ranges::find(sources.table.commands(), command, &Command::name);
    if (found != sources.table.commands().end()) add(words, byTable(*found, said.size() - 1));
    if (sources.patch != nullptr) {
      const std::size_t dot = word.find('.');
      const std::string name = word.substr(0, dot);
      if (dot != std::string::npos) {
        for (const std::string& knob : knobsOf(*sources.patch, name)) words.push_back(name + "." + knob);
      } else {
        add(words, byPatch(command, said, word, sources));
        // A name that is whole is followed by its knobs.
        if (command == "set" && std::ranges::find(words, word) != words.end()) words = {word + "."};
      }
    }
  }
  std::erase_if(words,
                [&](const std::string& one) { return !one.starts_with(word) || one.find(' ') != std::string::npos; });
  std::ranges::sort(words);
  words.erase(std::ranges::unique(words).begin(), words.end());
  return words;
}

}  // namespace antiphon
