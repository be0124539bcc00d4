#include "model/key.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

namespace antiphon {
namespace {

struct Named {
  std::string_view name;
  PitchClasses onC;
};

constexpr PitchClasses tones(std::initializer_list<int> all) {
  unsigned classes = 0;
  for (const int tone : all) classes |= 1u << tone;
  return static_cast<PitchClasses>(classes);
}

constexpr std::array<Named, kScaleModes> kNamed{{
    {"major", tones({0, 2, 4, 5, 7, 9, 11})},
    {"minor", tones({0, 2, 3, 5, 7, 8, 10})},
    {"dorian", tones({0, 2, 3, 5, 7, 9, 10})},
    {"phrygian", tones({0, 1, 3, 5, 7, 8, 10})},
    {"lydian", tones({0, 2, 4, 6, 7, 9, 11})},
    {"mixolydian", tones({0, 2, 4, 5, 7, 9, 10})},
    {"locrian", tones({0, 1, 3, 5, 6, 8, 10})},
    {"harmonic-minor", tones({0, 2, 3, 5, 7, 8, 11})},
    {"melodic-minor", tones({0, 2, 3, 5, 7, 9, 11})},
    {"major-pentatonic", tones({0, 2, 4, 7, 9})},
    {"minor-pentatonic", tones({0, 3, 5, 7, 10})},
    {"blues", tones({0, 3, 5, 6, 7, 10})},
    {"chromatic", kAllPitchClasses},
}};

struct Alias {
  std::string_view name;
  ScaleMode mode;
};
constexpr std::array<Alias, 8> kAliases{{
    {"ionian", ScaleMode::major},
    {"aeolian", ScaleMode::minor},
    {"natural-minor", ScaleMode::minor},
    {"pentatonic", ScaleMode::majorPentatonic},
    {"pentatonic-major", ScaleMode::majorPentatonic},
    {"pentatonic-minor", ScaleMode::minorPentatonic},
    {"minor-blues", ScaleMode::blues},
    {"blues-minor", ScaleMode::blues},
}};

// The spelling with fewer accidentals.
constexpr std::array<std::string_view, 12> kMajorTonics{"C",  "Db", "D",  "Eb", "E",  "F",
                                                        "F#", "G",  "Ab", "A",  "Bb", "B"};
constexpr std::array<std::string_view, 12> kMinorTonics{"C",  "C#", "D",  "Eb", "E",  "F",
                                                        "F#", "G",  "G#", "A",  "Bb", "B"};

// Krumhansl and Kessler 1982: how well each tone seems to fit after a cadence.
constexpr std::array<double, 12> kMajorProfile{6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88};
constexpr std::array<double, 12> kMinorProfile{6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17};

/// Correlation, but for the spread of `heard`, which is the same for all keys.
double likeness(const std::array<double, 12>& heard, const std::array<double, 12>& profile, std::size_t tonic) {
  double mean = 0, product = 0, square = 0;
  for (const double value : profile) mean += value / 12;
  for (std::size_t i = 0; i < 12; ++i) {
    const double apart = profile[i] - mean;
    product += apart * heard[(i + tonic) % 12];
    square += apart * apart;
  }
  return product / std::sqrt(square);
}

char small(char letter) { return static_cast<char>(std::tolower(static_cast<unsigned char>(letter))); }

}  // namespace

std::string_view name(ScaleMode mode) { return kNamed[static_cast<std::size_t>(mode)].name; }

bool Key::minor() const {
  const PitchClasses onC = kNamed[static_cast<std::size_t>(mode)].onC;
  return contains(onC, 3) && !contains(onC, 4);
}

PitchClasses Key::pitchClasses() const {
  const unsigned onC = kNamed[static_cast<std::size_t>(mode)].onC;
  return static_cast<PitchClasses>((onC << tonic | onC >> (12 - tonic)) & kAllPitchClasses);
}

std::string Key::name() const {
  const auto& tonics = minor() ? kMinorTonics : kMajorTonics;
  return std::string{tonics[static_cast<std::size_t>(tonic)]} + ":" + std::string{antiphon::name(mode)};
}

std::optional<ScaleMode> parseScaleMode(std::string_view text) {
  std::string word{text};
  std::ranges::transform(word, word.begin(), [](char c) { return c == '_' || c == ' ' ? '-' : small(c); });
  if (const auto found = std::ranges::find(kNamed, word, &Named::name); found != kNamed.end())
    return static_cast<ScaleMode>(found - kNamed.begin());
  const auto alias = std::ranges::find(kAliases, word, &Alias::name);
  return alias == kAliases.end() ? std::nullopt : std::optional{alias->mode};
}

std::optional<int> parseTonic(std::string_view text) {
  constexpr std::string_view kLetters = "c.d.ef.g.a.b";
  if (text.empty() || text[0] == '.') return std::nullopt;
  const auto letter = kLetters.find(small(text[0]));
  if (letter == std::string_view::npos) return std::nullopt;
  int tonic = static_cast<int>(letter);
  for (const char accidental : text.substr(1)) {
    if (accidental != '#' && accidental != 'b') return std::nullopt;
    tonic = (tonic + (accidental == '#' ? 1 : 11)) % 12;
  }
  return tonic;
}

std::optional<Key> parseKey(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto tonic = parseTonic(text.substr(0, colon));
  const auto mode = parseScaleMode(text.substr(colon + 1));
  if (!tonic || !mode) return std::nullopt;
  return Key{*tonic, *mode};
}

Key estimateKey(std::span<const GridNote> notes) {
  std::array<double, 12> heard{};
  for (const GridNote& note : notes) heard[note.pitch % 12u] += lengthPulses(note.length);
  Key best;
  double most = 1e-9;  // what has no shape at all is in C
  for (const ScaleMode mode : {ScaleMode::major, ScaleMode::minor}) {
    for (std::size_t tonic = 0; tonic < 12; ++tonic) {
      const double like = likeness(heard, mode == ScaleMode::major ? kMajorProfile : kMinorProfile, tonic);
      if (like > most) {
        most = like;
        best = {static_cast<int>(tonic), mode};
      }
    }
  }
  return best;
}

}  // namespace antiphon
