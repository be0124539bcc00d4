#include "synth/recipe.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

namespace antiphon::synth {
namespace {

/// What create was given for the word behind a $, or what stands behind its =.
std::string filledIn(std::string_view line, std::span<const PatchWord> words, std::vector<bool>& used) {
  std::string filled;
  for (std::size_t i = 0; i < line.size();) {
    if (line[i] != '$') {
      filled += line[i++];
      continue;
    }
    const std::size_t equals = line.find('=', i), end = std::min(line.find(' ', i), line.size());
    const std::string_view key = line.substr(i + 1, equals - i - 1);
    std::string_view text = line.substr(equals + 1, end - equals - 1);
    for (std::size_t w = 0; w < words.size(); ++w) {
      if (words[w].key != key) continue;
      text = words[w].text;
      used[w] = true;
    }
    filled += text;
    i = end;
  }
  return filled;
}

/// Members are called by their own names within a recipe, and by the instrument's as well outside.
std::string full(const std::string& instrument, const std::string& member) { return instrument + "-" + member; }

std::string fullChain(const std::string& instrument, std::istringstream& line, double& amount) {
  std::string names;
  for (std::string word; line >> word;) {
    if (word == ">") names += " > ";
    else if (word.starts_with("amount=")) amount = std::stod(word.substr(7));
    else names += full(instrument, word);
  }
  return names;
}

std::vector<PatchWord> wordsOf(std::istringstream& line) {
  std::vector<PatchWord> words;
  for (std::string word; line >> word;) {
    const std::size_t equals = word.find('=');
    words.push_back(equals == std::string::npos ? PatchWord{{}, word}
                                                : PatchWord{word.substr(0, equals), word.substr(equals + 1)});
  }
  return words;
}

}  // namespace

const Recipe* recipeCalled(std::string_view name) {
  const auto found = std::ranges::find(allRecipes(), name, &Recipe::name);
  return found == allRecipes().end() ? nullptr : &*found;
}

void make(Patch& patch, const std::string& name, const Recipe& recipe, std::span<const PatchWord> words) {
  std::vector<bool> used(words.size());
  Instrument instrument;
  instrument.name = name;
  instrument.recipe = recipe.name;
  Patch made = patch;
  std::istringstream lines{std::string{recipe.text}};
  for (std::string text; std::getline(lines, text);) {
    std::istringstream line{filledIn(text, words, used)};
    std::string verb, first, second;
    if (!(line >> verb)) continue;
    if (verb == "patch") {
      double amount = 1;
      const std::string names = fullChain(name, line, amount);
      chain(made, names, amount);
      continue;
    }
    line >> first;
    if (verb == "make") {
      create(made, full(name, first), wordsOf(line));
    } else if (verb == "knob" && line >> second) {
      instrument.knobs.push_back({first, full(name, second)});
    } else if (verb == "keys") {
      instrument.keys = full(name, first);
    } else if (verb == "in") {
      instrument.in = full(name, first);
    } else if (verb == "out") {
      instrument.out = full(name, first);
    } else {
      throw PatchError{"the recipe " + std::string{recipe.name} + " has a line that says nothing: " + text};
    }
  }
  made.group(std::move(instrument));
  for (std::size_t w = 0; w < words.size(); ++w) {
    if (used[w]) continue;
    if (words[w].key.empty()) throw PatchError{"'" + words[w].text + "' is a word too many for " + name};
    const std::string port = name + "." + words[w].key;
    made.set(port, valueOf(made, port, words[w].text));
  }
  patch = std::move(made);
}

}  // namespace antiphon::synth
