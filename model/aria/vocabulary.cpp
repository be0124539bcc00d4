#include "model/aria/vocabulary.hpp"

#include <array>
#include <stdexcept>

namespace antiphon {
namespace {

using Kind = AriaToken::Kind;

constexpr int kInstruments = 10;  // drums not counted
constexpr int kPitches = 128;
constexpr int kFirstPrefix = 6;
constexpr std::array<const char*, 33> kPrefixes{
    "instrument piano",   "instrument organ",      "instrument guitar",  "instrument bass",
    "instrument strings", "instrument ensemble",   "instrument brass",   "instrument reed",
    "instrument pipe",    "instrument synth_lead", "instrument drum",    "composer bach",
    "composer beethoven", "composer mozart",       "composer chopin",    "composer rachmaninoff",
    "composer liszt",     "composer debussy",      "composer schubert",  "composer brahms",
    "composer ravel",     "composer satie",        "composer scarlatti", "form sonata",
    "form prelude",       "form nocturne",         "form étude",         "form waltz",
    "form mazurka",       "form impromptu",        "form fugue",         "genre jazz",
    "genre classical"};
constexpr std::array<const char*, 6> kMarks{"<S>", "<E>", "<P>", "<U>", "<D>", "<T>"};
constexpr int kFirstNote = kFirstPrefix + static_cast<int>(kPrefixes.size());
constexpr int kFirstDrum = kFirstNote + kInstruments * kPitches * kAriaVelocities;
constexpr int kFirstLength = kFirstDrum + kAriaHighestDrum - kAriaLowestDrum + 1;
constexpr int kFirstOnset = kFirstLength + kAriaSegment / kAriaStep + 1;
static_assert(kFirstOnset + kAriaSegment / kAriaStep == kAriaTokens);

/// Which of `count` steps of the value's kind; throws when it lies between two, or beyond them.
int steps(int value, int count) {
  if (value < 0 || value % kAriaStep != 0 || value / kAriaStep >= count)
    throw std::out_of_range{"aria: no token for " + std::to_string(value)};
  return value / kAriaStep;
}
int clamped(int value, int low, int high) {
  if (value < low || value > high) throw std::out_of_range{"aria: no token for " + std::to_string(value)};
  return value - low;
}

}  // namespace

AriaToken ariaToken(int id) {
  if (id < 0 || id >= kAriaLiveTokens) throw std::out_of_range{"aria: there is no token " + std::to_string(id)};
  if (id < kFirstPrefix) return {.kind = static_cast<Kind>(id)};
  if (id < kFirstNote) return {.kind = Kind::prefix, .value = id - kFirstPrefix};
  if (id < kFirstDrum) {
    const int index = id - kFirstNote, key = index / kAriaVelocities;
    return {Kind::note, static_cast<AriaInstrument>(key / kPitches), key % kPitches,
            index % kAriaVelocities * kAriaStep};
  }
  if (id < kFirstLength) return {Kind::drum, AriaInstrument::drum, id - kFirstDrum + kAriaLowestDrum, 0};
  if (id < kFirstOnset) return {.kind = Kind::length, .value = (id - kFirstLength) * kAriaStep};
  if (id < kAriaTokens) return {.kind = Kind::onset, .value = (id - kFirstOnset) * kAriaStep};
  return {.kind = id == kAriaTokens ? Kind::pedalDown : Kind::pedalUp};
}

int ariaId(const AriaToken& token) {
  switch (token.kind) {
    case Kind::prefix: return kFirstPrefix + clamped(token.value, 0, static_cast<int>(kPrefixes.size()) - 1);
    case Kind::note: {
      const int instrument = clamped(static_cast<int>(token.instrument), 0, kInstruments - 1);
      const int key = instrument * kPitches + clamped(token.value, 0, kPitches - 1);
      return kFirstNote + key * kAriaVelocities + steps(token.velocity, kAriaVelocities);
    }
    case Kind::drum: return kFirstDrum + clamped(token.value, kAriaLowestDrum, kAriaHighestDrum);
    case Kind::length: return kFirstLength + steps(token.value, kAriaSegment / kAriaStep + 1);
    case Kind::onset: return kFirstOnset + steps(token.value, kAriaSegment / kAriaStep);
    case Kind::pedalDown: return kAriaTokens;
    case Kind::pedalUp: return kAriaTokens + 1;
    default: return clamped(static_cast<int>(token.kind), 0, kFirstPrefix - 1);
  }
}

std::string ariaText(int id) {
  const AriaToken token = ariaToken(id);
  const auto number = [&](const char* what) { return what + std::to_string(token.value); };
  switch (token.kind) {
    case Kind::prefix: return std::string{"prefix "} + kPrefixes[static_cast<std::size_t>(token.value)];
    case Kind::note: {
      const std::string instrument = kPrefixes[static_cast<std::size_t>(token.instrument)];
      return instrument.substr(instrument.find(' ') + 1) + number(" ") + " " + std::to_string(token.velocity);
    }
    case Kind::drum: return number("drum ");
    case Kind::length: return number("dur ");
    case Kind::onset: return number("onset ");
    case Kind::pedalDown: return "<PED_ON>";
    case Kind::pedalUp: return "<PED_OFF>";
    default: return kMarks[static_cast<std::size_t>(token.kind)];
  }
}

}  // namespace antiphon
