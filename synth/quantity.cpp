#include "synth/quantity.hpp"

#include <array>
#include <cmath>
#include <locale>
#include <sstream>
#include <string>

namespace antiphon::synth {
namespace {

constexpr double kA4Key = 69, kHertzOfA4 = 440;
constexpr std::size_t kLongestNumber = 32;

std::string inSmallLetters(std::string_view text) {
  std::string small{text};
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

struct Measured {
  double number = 0;
  std::string unit{};
};

/// A number, and what stands behind it.
std::optional<Measured> numberApart(const std::string& text) {
  const std::size_t end = text.find_first_not_of("+-.0123456789");
  std::string number = text.substr(0, end);
  if (number.find_first_of("+-", 1) != std::string::npos) return std::nullopt;
  std::istringstream in{number};
  in.imbue(std::locale::classic());
  Measured measured;
  if (!(in >> measured.number) || in.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  if (end != std::string::npos) measured.unit = text.substr(end);
  return measured;
}

struct Suffix {
  Unit unit;
  std::string_view text;
  double times;
};
constexpr std::array<Suffix, 16> kSuffixes{{{Unit::hertz, "hz", 1},
                                            {Unit::hertz, "k", 1000},
                                            {Unit::hertz, "khz", 1000},
                                            {Unit::seconds, "s", 1},
                                            {Unit::seconds, "sec", 1},
                                            {Unit::seconds, "ms", 1e-3},
                                            {Unit::seconds, "us", 1e-6},
                                            {Unit::decibels, "db", 1},
                                            {Unit::semitones, "st", 1},
                                            {Unit::semitones, "ct", 0.01},
                                            {Unit::semitones, "cents", 0.01},
                                            {Unit::beats, "beat", 1},
                                            {Unit::beats, "beats", 1},
                                            {Unit::plain, "%", 0.01},
                                            {Unit::plain, "st", 1},
                                            {Unit::plain, "x", 1}}};

}  // namespace

std::optional<double> keyCalled(std::string_view name) {
  const std::string small = inSmallLetters(name.substr(0, kLongestNumber));
  if (small.size() < 2 || small[0] < 'a' || small[0] > 'g') return std::nullopt;
  constexpr std::array<int, 7> kFromA{9, 11, 0, 2, 4, 5, 7};
  int key = kFromA[static_cast<std::size_t>(small[0] - 'a')];
  std::size_t at = 1;
  for (; at < small.size() && at < 3 && (small[at] == '#' || small[at] == 'b'); ++at) key += small[at] == '#' ? 1 : -1;
  const bool below = at < small.size() && small[at] == '-';
  if (below) ++at;
  if (at + 1 != small.size() || small[at] < '0' || small[at] > '9') return std::nullopt;
  const int octave = below ? -(small[at] - '0') : small[at] - '0';
  key += 12 * (octave + 1);
  if (key < 0 || key > 127) return std::nullopt;
  return key;
}

std::optional<double> quantityFor(const Inlet& inlet, std::string_view text) {
  if (text.empty() || text.size() > kLongestNumber) return std::nullopt;
  const std::string small = inSmallLetters(text);
  if (inlet.unit == Unit::choice) {
    for (std::size_t i = 0; i < inlet.choices.size(); ++i) {
      if (inSmallLetters(inlet.choices[i]) == small) return static_cast<double>(i);
    }
    return std::nullopt;
  }
  if (const auto key = keyCalled(small)) {
    if (inlet.unit == Unit::hertz) return kHertzOfA4 * std::exp2((*key - kA4Key) / 12);
    if (inlet.unit == Unit::semitones || inlet.unit == Unit::plain) return *key - kA4Key;
  }
  const auto measured = numberApart(small);
  if (!measured) return std::nullopt;
  if (measured->unit.empty()) return measured->number;
  for (const Suffix& suffix : kSuffixes) {
    if (suffix.unit == inlet.unit && suffix.text == measured->unit) return measured->number * suffix.times;
  }
  // Loudness on a plain scale may be said in decibels all the same.
  if (inlet.unit == Unit::plain && measured->unit == "db") return std::pow(10.0, measured->number / 20);
  return std::nullopt;
}

std::optional<double> secondsIn(std::string_view text) {
  return quantityFor(knob("", "", Unit::seconds, 0, 0, 0), text);
}

}  // namespace antiphon::synth
