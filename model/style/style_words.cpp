#include "model/style/style_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace antiphon {
namespace {

bool mentions(std::string_view text, std::string_view word) { return text.find(word) != text.npos; }

/// "G:maj", "Em", "A Dorian", "b-" and the like, as a person would say them.
std::string keyWords(const std::string& key) {
  if (key.empty() || std::isalpha(static_cast<unsigned char>(key[0])) == 0) return {};
  std::string tonic(1, static_cast<char>(std::tolower(static_cast<unsigned char>(key[0]))));
  std::size_t at = 1;
  bool minor = std::islower(static_cast<unsigned char>(key[0])) != 0;
  if (at < key.size() && (key[at] == '-' || key[at] == 'b')) tonic += " flat", ++at;
  else if (at < key.size() && key[at] == '#') tonic += " sharp", ++at;
  const std::string rest = plainWords(key.substr(at));
  for (const char* mode : {"dorian", "mixolydian", "lydian", "phrygian", "locrian"}) {
    if (mentions(rest, std::string_view{mode}.substr(0, 3))) return tonic + " " + mode;
  }
  if (rest.starts_with("min") || rest == "m") minor = true;
  return tonic + (minor ? " minor" : " major");
}

/// The dance or form that a title, genre or file name speaks of.
std::string formOf(const std::string& words) {
  static constexpr std::array<std::string_view, 44> kForms{
      "slip jig", "double jig", "jig",       "reel",    "hornpipe", "strathspey", "polka",   "mazurka", "polonaise",
      "waltz",    "march",      "nocturne",  "prelude", "etude",    "ballade",    "scherzo", "sonata",  "rondo",
      "fugue",    "variations", "impromptu", "minuet",  "mass",     "requiem",    "vespers", "hymn",    "motet",
      "opera",    "oratorio",   "krakowiak", "song",    "lied",     "air",        "walse",   "galop",   "trio",
      "partita",  "concerto",   "quartet",   "fling",   "clog",     "lament",     "morris",  "carol"};
  for (const auto form : kForms) {
    if (mentions(words, form)) return std::string{form == "walse" ? "waltz" : form};
  }
  return {};
}

/// "Funk8MeasureB", "groove latin-samba 116 fill 4-4": the kind of drumming.
std::string drumWords(const std::string& title) {
  std::string words;
  char before = ' ';
  for (const char c : title) {
    const bool letter = std::isalpha(static_cast<unsigned char>(c)) != 0;
    if (letter && std::isupper(static_cast<unsigned char>(c)) != 0 &&
        std::islower(static_cast<unsigned char>(before)) != 0)
      words += ' ';
    words += letter ? c : ' ';
    before = c;
  }
  std::string kept, word;
  for (const char c : plainWords(words) + " ") {
    if (c != ' ') {
      word += c;
      continue;
    }
    if (word.size() > 1 && word != "groove" && word != "measure" && word != "beat")
      kept += (kept.empty() ? "" : " ") + word;
    word.clear();
  }
  return kept;
}

}  // namespace

std::string plainWords(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    const bool kept = std::isalnum(u) != 0 || c == '/' || c == '#' || u >= 0x80;
    if (kept) out += static_cast<char>(std::tolower(u));
    else if (c != '\'' && !out.empty() && out.back() != ' ') out += ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::vector<std::string> styleLines(const PieceFacts& f) {
  std::vector<std::string> lines;
  const std::string title = plainWords(f.title), genre = plainWords(f.genre), id = plainWords(f.id);
  const std::string form = formOf(genre + " " + id + " " + title);
  const std::string key = keyWords(f.key);
  std::string base;
  if (f.source == "groove" || f.source == "drum-patterns") base = drumWords(f.title) + " drums";
  else if (f.source == "pop909") base = "pop ballad";
  else if (f.source == "nottingham") base = form.empty() ? "folk tune" : "folk " + form;
  else if (f.source == "abc-books")
    base = "irish " + (!form.empty()                          ? form
                       : f.metre == "6/8"                     ? "jig"
                       : f.metre == "9/8"                     ? "slip jig"
                       : f.metre == "4/4" || f.metre == "2/2" ? "reel"
                                                              : "tune");
  else if (f.source == "openscore-lieder") base = "romantic song";
  else if (f.source == "openscore-quartets") base = "classical string quartet";
  else if (f.source == "freedoom" || f.source == "blasphemer") base = "rock metal game";
  else if (f.source == "openmsx") base = "game band";
  else if (f.source == "chopin-first-editions") base = "chopin " + (form.empty() ? std::string{"piano"} : form);
  else base = form.empty() ? "polish " + (genre.empty() ? std::string{"classical"} : genre) : "polish " + form;
  lines.push_back(base);
  if (!key.empty()) lines.push_back(base + " in " + key);
  if (!f.metre.empty()) lines.push_back(base + " in " + f.metre);
  if (!form.empty()) lines.push_back(form);
  const bool named = f.source != "pop909" && f.source != "groove" && f.source != "drum-patterns" && !title.empty();
  if (named) lines.push_back(title.substr(0, 48));
  for (std::string& line : lines) line = plainWords(line);
  return lines;
}

}  // namespace antiphon
