#include "synth/recipe.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <utility>

#include "scheduler/spelling.hpp"
#include "synth/own_rack.hpp"
#include "synth/quantity.hpp"

namespace antiphon::synth {
namespace {

std::string quotedWord(std::string_view text) { return "'" + std::string{text.substr(0, 60)} + "'"; }

constexpr char kSpace = '\x1f';  // stands for one within a word, such as a file's name

std::vector<PatchWord> wordsOf(std::istringstream& line) {
  std::vector<PatchWord> words;
  for (std::string word; line >> word;) {
    std::ranges::replace(word, kSpace, ' ');
    const std::size_t equals = word.find('=');
    words.push_back(equals == std::string::npos ? PatchWord{{}, word}
                                                : PatchWord{word.substr(0, equals), word.substr(equals + 1)});
  }
  return words;
}

std::string listed(const std::vector<std::string_view>& names) {
  std::string all;
  for (const std::string_view name : names) all += (all.empty() ? "" : ", ") + std::string{name};
  return all;
}

std::string suggested(std::string_view meant, const std::vector<std::string_view>& names) {
  const std::string near = nearestName(meant, names);
  return near.empty() ? "" : "; did you mean " + quotedWord(near) + "?";
}

/// An instrument, while the lines of its recipe are followed.
class Making {
 public:
  Making(const Patch& patch, const std::string& name, const Recipe& recipe, std::span<const PatchWord> words)
      : made_{patch}, given_{words}, used_(words.size()) {
    whole_.name = name;
    whole_.recipe = recipe.name;
  }

  void follow(std::string_view text) {
    std::string_view rest = text;
    if (const std::size_t colon = text.substr(0, text.find(' ')).find(':'); colon != text.npos) {
      if (!holds(text.substr(0, colon))) return;
      rest = text.substr(colon + 1);
    }
    std::istringstream line{filledIn(rest)};
    std::string verb;
    if (line >> verb) obey(verb, line, text);
  }

  /// What was given and is no choice is a knob's setting.
  Patch done() {
    for (std::size_t w = 0; w < given_.size(); ++w) {
      if (used_[w]) whole_.words.push_back(given_[w]);
    }
    made_.group(whole_);
    for (std::size_t w = 0; w < given_.size(); ++w) {
      if (used_[w]) continue;
      if (given_[w].key.empty())
        throw PatchError{quotedWord(given_[w].text) + " is a word too many for " + whole_.name};
      mustTake(given_[w].key);
      const std::string port = whole_.name + "." + given_[w].key;
      made_.set(port, valueOf(made_, port, given_[w].text));
    }
    return std::move(made_);
  }

 private:
  struct Choice {
    std::string word, chosen;
  };

  void obey(const std::string& verb, std::istringstream& line, std::string_view text) {
    if (verb == "patch") return cable(line);
    std::string first, second;
    line >> first;
    if (verb == "choose") {
      choose(first, line);
    } else if (verb == "make") {
      create(made_, full(first), wordsOf(line));
    } else if (verb == "set") {
      for (const PatchWord& word : wordsOf(line)) {
        const std::string port = full(first) + "." + word.key;
        made_.set(port, valueOf(made_, port, word.text));
      }
    } else if (verb == "knob" && line >> second) {
      std::string purpose;
      std::getline(line >> std::ws, purpose);
      whole_.knobs.push_back({first, full(second), purpose});
    } else if (verb == "cc") {
      controller(first, line);
    } else if (verb == "keys") {
      whole_.keys = full(first);
    } else if (verb == "in") {
      whole_.in = full(first);
    } else if (verb == "out") {
      whole_.out = full(first);
    } else {
      throw PatchError{"the recipe " + whole_.recipe + " has a line that says nothing: " + std::string{text}};
    }
  }

  /// Members are called by their own names within a recipe, and by the instrument's as well outside.
  std::string full(const std::string& member) const { return whole_.name + "-" + member; }

  const std::string* wordGiven(std::string_view key) {
    const std::string* text = nullptr;
    for (std::size_t w = 0; w < given_.size(); ++w) {
      if (given_[w].key != key) continue;
      text = &given_[w].text;
      used_[w] = true;
    }
    return text;
  }
  const std::string& chosen(std::string_view word) const {
    const auto found = std::ranges::find(choices_, word, &Choice::word);
    if (found == choices_.end()) throw PatchError{"the recipe " + whole_.recipe + " leaves no " + quotedWord(word)};
    return found->chosen;
  }

  std::string filledIn(std::string_view line) {
    std::string filled;
    for (std::size_t i = 0; i < line.size();) {
      if (line[i] != '$') {
        filled += line[i++];
        continue;
      }
      const std::size_t end = std::min(line.find(' ', i), line.size());
      const std::string_view word = line.substr(i + 1, end - i - 1);
      const std::size_t equals = word.find('=');
      if (equals == std::string_view::npos) {
        filled += chosen(word);
      } else {
        asked_.emplace_back(word.substr(0, equals));
        const std::string* const text = wordGiven(word.substr(0, equals));
        std::string given{text != nullptr ? std::string_view{*text} : word.substr(equals + 1)};
        std::ranges::replace(given, ' ', kSpace);
        filled += given;
      }
      i = end;
    }
    return filled;
  }

  bool holds(std::string_view condition) const {
    const std::size_t equals = condition.find('=');
    const bool unlike = equals > 0 && condition[equals - 1] == '!';
    return (chosen(condition.substr(0, equals - (unlike ? 1 : 0))) == condition.substr(equals + 1)) != unlike;
  }

  void choose(const std::string& word, std::istringstream& line) {
    std::vector<std::string> all;
    for (std::string one; line >> one;) all.push_back(one);
    asked_.push_back(word);
    const std::string* const text = wordGiven(word);
    const std::vector<std::string_view> names{all.begin(), all.end()};
    if (text != nullptr && std::ranges::find(all, *text) == all.end())
      throw PatchError{whole_.name + "." + word + " is one of " + listed(names) + ", not " + quotedWord(*text) +
                       suggested(*text, names)};
    choices_.push_back({word, text != nullptr ? *text : all.front()});
  }

  void cable(std::istringstream& line) {
    double amount = 1;
    std::string names;
    for (const PatchWord& word : wordsOf(line)) {
      if (word.text == ">") names += " > ";
      else if (word.key == "amount") amount = quantityFor(signalInlet("amount", ""), word.text).value_or(0);
      else names += full(word.text);
    }
    chain(made_, names, amount);
  }

  void controller(const std::string& number, std::istringstream& line) {
    std::string knob, least, most;
    line >> knob >> least >> most;
    const auto found = std::ranges::find(whole_.knobs, knob, &Instrument::Knob::name);
    int controller = -1;
    std::from_chars(number.data(), number.data() + number.size(), controller);
    if (found == whole_.knobs.end() || controller < 0 || controller > 119)
      throw PatchError{"the recipe " + whole_.recipe + " has no controller " + number + " for " + quotedWord(knob)};
    whole_.controllers.push_back({controller, knob, found->port, valueOf(made_, found->port, least),
                                  valueOf(made_, found->port, most), made_.sink(found->port).inlet().curve});
  }

  void mustTake(std::string_view word) const {
    std::vector<std::string_view> names{asked_.begin(), asked_.end()};
    for (const auto& knob : whole_.knobs) names.push_back(knob.name);
    if (std::ranges::find(names, word) != names.end()) return;
    const std::string near = suggested(word, names);
    throw PatchError{whole_.name + " (" + whole_.recipe + ") has no " + quotedWord(word) + (near.empty() ? "." : near) +
                     " It takes: " + listed(names)};
  }

  Patch made_;
  std::span<const PatchWord> given_;
  std::vector<bool> used_;
  Instrument whole_{};
  std::vector<Choice> choices_{};
  std::vector<std::string> asked_{};  // words that the recipe's lines ask for
};

}  // namespace

const Recipe* recipeCalled(std::string_view name) {
  const auto found = std::ranges::find(allRecipes(), name, &Recipe::name);
  return found == allRecipes().end() ? ownRack().recipe(name) : &*found;
}

bool asksFor(const Recipe& recipe, std::string_view word) {
  return recipe.text.find("choose " + std::string{word} + " ") != std::string::npos;
}

void make(Patch& patch, const std::string& name, const Recipe& recipe, std::span<const PatchWord> words) {
  Making making{patch, name, recipe, words};
  std::istringstream lines{recipe.text};
  for (std::string line; std::getline(lines, line);) making.follow(line);
  patch = making.done();
}

}  // namespace antiphon::synth
