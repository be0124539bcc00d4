#include "synth/own_rack.hpp"

#include <algorithm>
#include <cctype>

#include "synth/patch.hpp"
#include "synth/rack.hpp"

namespace antiphon::synth {
namespace {

constexpr std::size_t kLongestName = 30;  // what is made of it has a longer one

bool isOfFactory(std::string_view name) {
  return std::ranges::find(allModules(), name, [](const ModuleType* type) { return type->name; }) !=
             allModules().end() ||
         std::ranges::find(allRecipes(), name, &Recipe::name) != allRecipes().end();
}

bool isModuleName(std::string_view name) {
  const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !name.empty() && name.size() <= kLongestName && isLetter(name.front()) &&
         std::ranges::all_of(name,
                             [&](char c) { return isLetter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_'; });
}

}  // namespace

OwnRack& ownRack() {
  // Never taken down: at the program's end the compiler, which was opened later, goes first.
  static OwnRack& rack = *new OwnRack;
  return rack;
}

void OwnRack::mustBeName(std::string_view name) {
  if (!isModuleName(name))
    throw PatchError{"'" + std::string{name.substr(0, 60)} +
                     "' cannot be a module's name: it begins with a letter and has letters, digits, - and _, at most " +
                     std::to_string(kLongestName)};
  if (isOfFactory(name))
    throw PatchError{"the factory has a '" + std::string{name} + "' already: give yours another name"};
  if (name.ends_with(voiceOf("")))
    throw PatchError{"names that end in " + voiceOf("") + " are those of instruments' voices: give yours another name"};
}

const OwnRack::Own* OwnRack::find(std::string_view name) const {
  const auto found = std::ranges::find(all_, name, [](const auto& own) { return std::string_view{own->name}; });
  return found == all_.end() ? nullptr : found->get();
}

bool OwnRack::has(std::string_view name) const { return find(name) != nullptr; }

const OwnRack::Own* OwnRack::look(std::string_view name) {
  const Own* const known = find(name);
  if (known != nullptr || !finder_.find || !isModuleName(name) || isOfFactory(name)) return known;
  finder_.find(std::string{name});
  return find(name);
}

const ModuleType* OwnRack::module(std::string_view name) {
  if (const std::string suffix = voiceOf(""); name.ends_with(suffix)) {
    const Own* const whole = look(name.substr(0, name.size() - suffix.size()));
    return whole != nullptr && whole->recipe ? &whole->type->type : nullptr;
  }
  const Own* const own = look(name);
  return own == nullptr || own->recipe ? nullptr : &own->type->type;
}

const Recipe* OwnRack::recipe(std::string_view name) {
  const Own* const own = look(name);
  return own == nullptr || !own->recipe ? nullptr : &*own->recipe;
}

const ModuleType* OwnRack::successor(const ModuleType& type) const {
  const auto gone = std::ranges::find(before_, &type, [](const auto& old) -> const ModuleType* { return &old->type; });
  if (gone == before_.end()) return nullptr;
  for (const auto& own : all_) {
    if (own->type->type.name == type.name) return &own->type->type;
  }
  return nullptr;
}

std::vector<OwnRack::Entry> OwnRack::entries() const {
  std::vector<Entry> all;
  for (const auto& own : all_) all.push_back({own->name, own->purpose});
  if (!finder_.names) return all;
  for (const std::string& name : finder_.names()) {
    if (isModuleName(name) && !isOfFactory(name) && !has(name))
      all.push_back({name, "In your folder, not compiled yet."});
  }
  return all;
}

std::vector<std::string_view> OwnRack::names() const {
  std::vector<std::string_view> all;
  for (const auto& own : all_) all.emplace_back(own->name);
  return all;
}

void OwnRack::take(const std::string& name, std::shared_ptr<const Program> program) {
  mustBeName(name);
  const bool playable = isPlayable(*program);
  auto made = std::make_unique<OwnType>(playable ? voiceOf(name) : name, std::move(program));
  const auto there = std::ranges::find(all_, name, [](const auto& own) { return own->name; });
  Own& own = there != all_.end() ? **there : *all_.emplace_back(std::make_unique<Own>());
  own.name = name;
  if (own.type != nullptr && sameShape(own.type->type, made->type)) {
    own.type->type.code = made->type.code;
  } else {
    if (own.type != nullptr) before_.push_back(std::move(own.type));
    own.type = std::move(made);
    // What nobody can come to play again lets its program go.
    for (const auto& old : before_) {
      if (old->type.name == own.type->type.name) old->type.code = nullptr;
    }
  }
  own.purpose = own.type->type.purpose;
  own.recipe.reset();
  if (playable) own.recipe = Recipe{own.name, own.purpose, recipeFor(own.type->type)};
}

}  // namespace antiphon::synth
