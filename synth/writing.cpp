#include "synth/writing.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "scheduler/spelling.hpp"
#include "synth/mixer.hpp"
#include "synth/own_rack.hpp"
#include "synth/quantity.hpp"
#include "synth/rack.hpp"
#include "synth/recipe.hpp"

namespace antiphon::synth {
namespace {

/// An instrument of an oscillator, a filter and an envelope, whatever it is called.
constexpr std::string_view kPlainVoice = "voice";

bool isMakeable(std::string_view name) { return moduleCalled(name) != nullptr || recipeCalled(name) != nullptr; }

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return std::string{text.substr(begin, text.find_last_not_of(" \t") - begin + 1)};
}

/// `create bass osc=saw filter=lowpass`: whatever it is called, what it is made of is told; unless its name is a recipe
/// that asks for just that.
bool tellOfVoice(std::string_view name, std::span<const PatchWord> words) {
  if (moduleCalled(name) != nullptr) return false;
  const Recipe* const own = recipeCalled(name);
  return std::ranges::any_of(words, [own](const PatchWord& word) {
    return (word.key == "osc" || word.key == "filter") && (own == nullptr || !asksFor(*own, word.key));
  });
}

void place(Patch& patch, const std::string& name, const ModuleType& type, std::span<const PatchWord> words) {
  int voices = Patch::kUsualVoices;
  for (const PatchWord& word : words) {
    if (word.key != "voices" || type.spread != Spread::voices) continue;
    const auto count = quantityFor(knob("voices", "", Unit::plain, 1, kMostVoices, 1), word.text);
    if (!count || *count != std::floor(*count) || *count < 1 || *count > kMostVoices)
      throw PatchError{name + ".voices is a whole number from 1 to " + std::to_string(kMostVoices)};
    voices = static_cast<int>(*count);
  }
  const auto isFile = [&type](const PatchWord& word) { return !type.file.empty() && word.key == "file"; };
  const auto file = std::ranges::find_if(words, isFile);
  patch.add(name, type, voices, file == words.end() ? std::string{} : file->text);
  for (const PatchWord& word : words) {
    if (isFile(word)) continue;
    if (word.key.empty()) throw PatchError{"'" + word.text + "' is a word too many for " + name};
    const std::string port = name + "." + word.key;
    patch.set(port, valueOf(patch, port, word.text));
  }
}

const ModuleType& effectCalled(const std::string& name) {
  const ModuleType* const type = moduleCalled(name);
  if (type != nullptr && type->inlet("in") == 0 && !type->outlets.empty() && type->name != kOut) return *type;
  std::string known;
  for (const ModuleType* some : allModules()) {
    if (some->family == "effects") known += (known.empty() ? "" : ", ") + std::string{some->name};
  }
  throw PatchError{"'" + name.substr(0, 60) + "' is no effect; there are " + known};
}

}  // namespace

std::vector<std::string_view> makeableNames() {
  std::vector<std::string_view> names;
  for (const ModuleType* type : allModules()) names.push_back(type->name);
  for (const Recipe& recipe : allRecipes()) names.push_back(recipe.name);
  for (const std::string_view own : ownRack().names()) names.push_back(own);
  return names;
}

void create(Patch& patch, const std::string& name, std::span<const PatchWord> words) {
  std::string type = name;
  if (!words.empty() && words.front().key.empty()) {
    type = words.front().text;
    words = words.subspan(1);
    if (!isMakeable(type)) {
      const std::string near = nearestName(type, makeableNames());
      throw PatchError{"there is no module or instrument called '" + type.substr(0, 60) + "'" +
                       (near.empty() ? "" : "; did you mean '" + near + "'?")};
    }
  } else if (tellOfVoice(name, words)) {
    type = kPlainVoice;
  } else if (!isMakeable(type)) {
    const std::string near = nearestName(type, makeableNames());
    throw PatchError{"what is '" + name.substr(0, 60) + "' to be? Say create NAME TYPE" +
                     (near.empty() ? "" : "; did you mean '" + near + "'?")};
  }
  if (const ModuleType* module = moduleCalled(type)) return place(patch, name, *module, words);
  make(patch, name, *recipeCalled(type), words);
}

void chain(Patch& patch, std::string_view names, double amount) {
  std::vector<std::string> links;
  for (std::size_t begin = 0; begin <= names.size();) {
    const std::size_t end = std::min(names.find('>', begin), names.size());
    links.push_back(trimmed(names.substr(begin, end - begin)));
    if (links.back().empty() || links.back().find(' ') != std::string::npos)
      throw PatchError{"a patch reads: patch A > B > C [amount=NUMBER]"};
    begin = end + 1;
  }
  if (links.size() < 2) throw PatchError{"a patch goes from somewhere to somewhere: patch A > B"};
  for (const std::string& link : links) {
    const std::string name = link.substr(0, link.find('.'));
    const bool there = patch.find(name) != nullptr || patch.instrument(name) != nullptr;
    if (!there && isMakeable(name)) create(patch, name, {});
  }
  if (links.back() == kOut) links.back() = heardThrough(patch);
  for (std::size_t i = 0; i + 1 < links.size(); ++i) {
    // The amount belongs to the last cable: what is modulated is by so much.
    patch.connect(links[i], links[i + 1], i + 2 == links.size() ? amount : 1);
  }
}

std::string addEffect(Patch& patch, const std::string& effect, const std::string& name,
                      std::span<const PatchWord> words) {
  const ModuleType& type = effectCalled(effect);
  if (name == kMaster || name == kOut) makeMaster(patch);
  const std::string behind = name == kOut ? std::string{kMaster} : name;
  static_cast<void>(patch.source(behind));  // throws where there is no such thing
  std::vector<PatchWord> named;
  for (const PatchWord& word : words) {
    const bool mix = word.key == "amount" && type.inlet("amount") < 0;
    named.push_back(mix ? PatchWord{"mix", word.text} : word);
  }
  const std::string added = effect + "-" + behind;
  place(patch, added, type, named);
  insertBehind(patch, behind, added);
  return added;
}

void makeBus(Patch& patch, const std::string& name, std::span<const PatchWord> words) {
  std::vector<PatchWord> its{words.begin(), words.end()};
  std::string effect = "channel";  // of the room, as the master is
  if (!its.empty() && its.front().key.empty()) {
    effect = its.front().text;
    its.erase(its.begin());
  }
  const ModuleType& type = effectCalled(effect);
  const bool mixes = type.inlet("mix") >= 0 && std::ranges::find(its, "mix", &PatchWord::key) == its.end();
  if (mixes) its.push_back({"mix", "1"});  // what is dry comes another way
  place(patch, name, type, its);
  patch.connect(name, heardThrough(patch));
}

double valueOf(const Patch& patch, std::string_view port, std::string_view text) {
  const Patch::Port to = patch.sink(port);
  const Inlet& inlet = to.inlet();
  const auto value = quantityFor(inlet, text);
  if (!value) {
    std::string possible;
    if (inlet.unit == Unit::choice) {
      for (const auto& choice : inlet.choices) possible += (possible.empty() ? "one of " : ", ") + std::string{choice};
    } else {
      possible = "a number from " + textOf(inlet, inlet.least) + " to " + textOf(inlet, inlet.most);
    }
    throw PatchError{std::string{port} + " is " + possible + ", not '" + std::string{text.substr(0, 60)} + "'"};
  }
  checkValue(*to.module, inlet, *value);
  return *value;
}

}  // namespace antiphon::synth
