// What somebody wants to have made up: a beat, a bass line, a melody.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include "model/key.hpp"

namespace antiphon {

inline constexpr int kMostGeneratedBars = 64;
inline constexpr double kHottest = 2;  // temperature
inline constexpr std::size_t kLongestStyle = 100;

struct GenerationWish {
  std::string style = "melody";  // drums, bass or melody, alone or with words that the model knows
  Key key{};
  double tempo = 120;  // quarters a minute
  int bars = 4;        // of 4/4
  double temperature = 1;
  std::uint64_t seed = 1;
};

/// What cannot be made. One sentence: what was given, what is possible.
struct GenerationError : std::invalid_argument {
  GenerationError(std::string of, const std::string& why) : invalid_argument{of + why}, parameter{std::move(of)} {}
  std::string parameter;  // style, key, scale, tempo, bars or temperature; the sentence begins with it
};

/// What somebody gave, for a sentence: in quotation marks, plain letters, no longer than can be read.
std::string asGiven(const std::string& text);

/// Which of the three a style asks for, and the words that are left of it for the model.
struct Style {
  Part part = Part::melody;
  std::string words{};
};
/// "drums", "bass", "funk drums", "irish jig": a melody where no part is named.
Style styleOf(const std::string& text);

/// A key of a tonic and a scale, by name. Throws GenerationError.
Key keyOf(const std::string& tonic, const std::string& scale);
/// "major, minor, ..."
std::string scaleNames();

/// Throws GenerationError unless tempo, bars, temperature and the length of the style are possible.
void check(const GenerationWish& wish);

}  // namespace antiphon
