#include "model/generation/wish.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <sstream>

#include "model/style/style_words.hpp"
#include "scheduler/time.hpp"

namespace antiphon {
namespace {

struct PartWord {
  std::string_view word;
  Part part;
};
constexpr std::array<PartWord, 12> kPartWords{{{"drums", Part::drums},
                                               {"drum", Part::drums},
                                               {"beat", Part::drums},
                                               {"percussion", Part::drums},
                                               {"groove", Part::drums},
                                               {"bass", Part::bass},
                                               {"bassline", Part::bass},
                                               {"line", Part::bass},
                                               {"melody", Part::melody},
                                               {"tune", Part::melody},
                                               {"lead", Part::melody},
                                               {"solo", Part::melody}}};

std::string plain(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

void mustLieWithin(double value, double least, double most, const char* what) {
  if (value >= least && value <= most) return;
  throw GenerationError{what, " is " + plain(value) + "; possible are " + plain(least) + " to " + plain(most)};
}

}  // namespace

std::string asGiven(const std::string& text) {
  constexpr std::size_t kLongest = 40;
  std::string out = "'";
  for (const char c : text.substr(0, kLongest)) out += c >= ' ' && c < 0x7F ? c : '?';
  return out + (text.size() > kLongest ? "...'" : "'");
}

Style styleOf(const std::string& text) {
  Style style;
  std::istringstream words{plainWords(text)};
  bool named = false;
  for (std::string word; words >> word;) {
    const auto* const part = std::ranges::find(kPartWords, word, &PartWord::word);
    if (part == kPartWords.end()) {
      style.words += (style.words.empty() ? "" : " ") + word;
    } else if (!named) {
      style.part = part->part;
      named = true;
    }
  }
  return style;
}

std::string scaleNames() {
  std::string names;
  for (int mode = 0; mode < kScaleModes; ++mode)
    names += (mode == 0 ? "" : ", ") + std::string{name(static_cast<ScaleMode>(mode))};
  return names;
}

Key keyOf(const std::string& tonic, const std::string& scale) {
  const auto root = parseTonic(tonic);
  if (!root || tonic.size() > 3)
    throw GenerationError{"key",
                          " is " + asGiven(tonic) + "; possible are C, C#, Db ... B: a letter, with # or b behind it"};
  const auto mode = parseScaleMode(scale);
  if (!mode) throw GenerationError{"scale", " is " + asGiven(scale) + "; possible are " + scaleNames()};
  return {*root, *mode};
}

void check(const GenerationWish& wish) {
  mustLieWithin(wish.tempo, kSlowestBpm, kFastestBpm, "tempo");
  mustLieWithin(wish.bars, 1, kMostGeneratedBars, "bars");
  mustLieWithin(wish.temperature, 0, kHottest, "temperature");
  if (wish.style.size() > kLongestStyle)
    throw GenerationError{"style",
                          " is longer than " + std::to_string(kLongestStyle) + " letters: " + asGiven(wish.style)};
}

}  // namespace antiphon
