#include "bridge/patch_commands.hpp"

#include <algorithm>
#include <cmath>

#include "bridge/trying.hpp"
#include "synth/manual.hpp"
#include "synth/mixer.hpp"
#include "synth/quantity.hpp"
#include "synth/writing.hpp"

namespace antiphon {
namespace {

using Arguments = Command::Arguments;
using CommandReply = Command::Reply;
using synth::Desk;
using synth::Patch;
using synth::PatchError;

constexpr double kLongestNote = 600;  // s

template <typename Edit>
void edit(Desk& desk, Edit&& change) {
  Patch patch = desk.patch();
  change(patch);
  desk.load(patch);
}

/// The cables as they were written, and their amount if there was one among the words.
std::string chainOf(const Command::Words& words, double& amount) {
  std::string names;
  for (const Command::Word& word : words) {
    if (word.key.empty()) {
      names += (names.empty() ? "" : " ") + word.text;
    } else if (word.key == "amount") {
      const auto value = synth::quantityFor(synth::signalInlet("amount", ""), word.text);
      if (!value) throw PatchError{"an amount is a number, not '" + word.text.substr(0, 60) + "'"};
      amount = *value;
    } else {
      throw PatchError{"a cable has an amount and no '" + word.key.substr(0, 60) + "'"};
    }
  }
  return names;
}

std::string modulesListed(const Patch& patch) {
  std::string text;
  for (const auto& whole : patch.instruments()) text += whole.name + "  " + whole.recipe + "\n";
  for (const auto& module : patch.modules()) {
    const bool inside = std::ranges::any_of(
        patch.instruments(), [&](const auto& whole) { return module.name.starts_with(whole.name + "-"); });
    if (!inside) text += module.name + "  " + std::string{module.type->name} + "\n";
  }
  text.pop_back();
  return text;
}

std::string cableLine(const Patch& patch, const synth::PatchCable& cable) {
  const auto& from = patch.at(cable.from);
  const auto& to = patch.at(cable.to);
  const std::string text =
      cable.from + "." + std::string{from.type->outlets[static_cast<std::size_t>(cable.outlet)].name} + " > " +
      cable.to + "." + std::string{to.type->inlets[static_cast<std::size_t>(cable.inlet)].name};
  return "\n  " + text + (cable.amount == 1 ? "" : " amount=" + decimal(cable.amount));
}

std::string cablesOf(const Patch& patch, std::string_view name) {
  std::string text;
  for (const auto& cable : patch.cables())
    if (cable.from == name || cable.to == name) text += cableLine(patch, cable);
  return text;
}

/// Those that come from outside or lead there.
std::string cablesOf(const Patch& patch, const synth::Instrument& whole) {
  const auto inside = [&](const std::string& module) { return module.starts_with(whole.name + "-"); };
  std::string text;
  bool leads = false;
  for (const auto& cable : patch.cables()) {
    if (inside(cable.from) == inside(cable.to)) continue;
    text += cableLine(patch, cable);
    leads = leads || inside(cable.from);
  }
  if (!leads && !whole.out.empty()) text += "\n  heard nowhere yet: patch " + whole.name + " > out";
  return text;
}

std::string patchShown(const Patch& patch, const std::string& name) {
  if (const auto* whole = patch.instrument(name)) {
    std::string text = whole->name + ": " + whole->recipe;
    for (const auto& knob : whole->knobs) {
      const Patch::Port port = patch.sink(knob.port);
      text += "\n  " + knob.name + " = " + synth::textOf(port.inlet(), port.value()) + "  " +
              (knob.purpose.empty() ? std::string{port.inlet().purpose} : knob.purpose);
    }
    return text + cablesOf(patch, *whole);
  }
  const auto& module = patch.at(name);
  std::string text = module.name + ": " + std::string{module.type->purpose};
  if (!module.file.empty()) text += "\n  file = " + module.file;
  for (std::size_t i = 0; i < module.values.size(); ++i) {
    const synth::Inlet& inlet = module.type->inlets[i];
    text += "\n  " + std::string{inlet.name} + " = " + synth::textOf(inlet, module.values[i]) + "  " +
            std::string{inlet.purpose};
  }
  return text + cablesOf(patch, name);
}

void playNote(Desk& desk, const Arguments& given) {
  const std::string& name = given.text("name");
  const auto key = synth::keyCalled(given.text("key"));
  if (!key)
    throw PatchError{"a key is a note's name such as C3, F#4 or Bb2, not '" + given.text("key").substr(0, 60) + "'"};
  const auto seconds = synth::secondsIn(given.text("seconds"));
  if (!seconds || *seconds <= 0 || *seconds > kLongestNote)
    throw PatchError{"a note lasts up to 600 seconds: 0.5, 2s or 300ms, not '" + given.text("seconds").substr(0, 60) +
                     "'"};
  const synth::NodeId node = desk.played(name);
  const synth::Frame now = desk.now();
  const auto frames = static_cast<std::int64_t>(std::llround(*seconds * desk.machine().rate().hertz));
  using Kind = synth::Gesture::Kind;
  const auto pitch = static_cast<float>(*key);
  const float force = static_cast<float>(given.integer("velocity")) / 127.0f;
  if (!desk.machine().strike(node, {Kind::keyDown, pitch, force}, now) ||
      !desk.machine().strike(node, {Kind::keyUp, pitch, 0}, now + frames))
    throw PatchError{"too much is being played at once"};
}

}  // namespace

void addPatchCommands(CommandTable& table, Desk& desk) {
  table.topic("patches");
  const Command::Parameter name{"name", Command::Text{kLongestName}};
  table.add({"create",
             {name, {"words", Command::Rest{"[TYPE] [param=value ...]"}}},
             "Makes a module or an instrument.",
             trying([&desk](const Arguments& given) {
               std::vector<synth::PatchWord> words;
               for (const Command::Word& word : given.rest("words")) words.push_back({word.key, word.text});
               edit(desk, [&](Patch& patch) { synth::create(patch, given.text("name"), words); });
               return std::string{};
             })});
  table.add({"patch",
             {{"cables", Command::Rest{"A > B [> C ...] [amount=NUMBER]"}}},
             "Patches cables from each to the next.",
             trying([&desk](const Arguments& given) {
               double amount = 1;
               const std::string names = chainOf(given.rest("cables"), amount);
               edit(desk, [&](Patch& patch) { synth::chain(patch, names, amount); });
               return std::string{};
             })});
  table.add(
      {"unpatch", {{"cables", Command::Rest{"A > B"}}}, "Takes a cable away.", trying([&desk](const Arguments& given) {
         double amount = 1;
         const std::string names = chainOf(given.rest("cables"), amount);
         const std::size_t to = names.find('>');
         if (to == std::string::npos) throw PatchError{"say unpatch A > B"};
         const auto trimmed = [](std::string text) {
           std::erase(text, ' ');
           return text;
         };
         const std::string taker = trimmed(names.substr(to + 1));
         desk.disconnect(trimmed(names.substr(0, to)),
                         taker == synth::kOut ? synth::heardThrough(desk.patch()) : taker);
         return std::string{};
       })});
  table.add({"add",
             {{"effect", Command::Text{kLongestName}}, {"to", Command::Rest{"to NAME [param=value ...]"}}},
             "Puts an effect behind a module or an instrument, and behind those that it has.",
             trying([&desk](const Arguments& given) {
               const Command::Words& rest = given.rest("to");
               if (rest.size() < 2 || rest[0].text != "to" || !rest[0].key.empty() || !rest[1].key.empty())
                 throw PatchError{"say add EFFECT to NAME: add reverb to bass amount=0.3"};
               std::vector<synth::PatchWord> words;
               for (std::size_t i = 2; i < rest.size(); ++i) words.push_back({rest[i].key, rest[i].text});
               std::string added;
               edit(desk,
                    [&](Patch& patch) { added = synth::addEffect(patch, given.text("effect"), rest[1].text, words); });
               return added + " is behind " + rest[1].text;
             })});
  table.add({"set",
             {{"what", Command::Text{kLongestName}},
              {"value", Command::Text{kLongestName}},
              {"over", Command::Rest{"[over SECONDS]"}}},
             "Turns a knob, at once or in some time.",
             trying([&desk](const Arguments& given) {
               double seconds = 0;
               const Command::Words& over = given.rest("over");
               if (!over.empty()) {
                 const auto time = over.size() == 2 && over[0].text == "over" ? synth::secondsIn(over[1].text)
                                                                              : std::optional<double>{};
                 if (!time || *time < 0 || *time > 3600) throw PatchError{"say set NAME.PARAM VALUE over SECONDS"};
                 seconds = *time;
               }
               const std::string& what = given.text("what");
               desk.set(what, synth::valueOf(desk.patch(), what, given.text("value")), seconds);
               return std::string{};
             }),
             true});
  table.add({"note",
             {name,
              {"key", Command::Text{8}},
              {"velocity", Command::Integer{1, 127}, "", Command::Value{std::int64_t{100}}},
              {"seconds", Command::Text{16}, "", Command::Value{std::string{"0.5"}}}},
             "Plays a note.",
             trying([&desk](const Arguments& given) {
               playNote(desk, given);
               return std::string{};
             }),
             true});
  table.add({"list", {}, "Lists what is in the patch.", trying([&desk](const Arguments&) {
               return modulesListed(desk.patch());
             })});
  table.add({"show",
             {name},
             "Shows a module or an instrument, and what it is set to.",
             trying([&desk](const Arguments& given) { return patchShown(desk.patch(), given.text("name")); })});
  table.add({"remove",
             {name},
             "Takes a module or an instrument away, with its effects and its channel.",
             trying([&desk](const Arguments& given) {
               edit(desk, [&](Patch& patch) { synth::takeAway(patch, given.text("name")); });
               return std::string{};
             })});
  table.add({"modules",
             {{"module", Command::Text{kLongestName}, "", Command::Value{std::string{}}}},
             "Lists the modules and instruments that can be made, or explains one.",
             trying([](const Arguments& given) {
               const std::string& module = given.text("module");
               return module.empty() ? synth::listOfModules() : synth::aboutModule(module);
             })});
}

}  // namespace antiphon
