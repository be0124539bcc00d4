#include "synth/mix/role.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <vector>

namespace antiphon::synth {
namespace {

struct Word {
  std::string_view word;
  Role role;
};

// As tracks are called in studios. What stands first here holds.
constexpr std::array kWords{
    Word{"kick", Role::kick},
    Word{"bassdrum", Role::kick},
    Word{"bd", Role::kick},
    Word{"snare", Role::snare},
    Word{"sd", Role::snare},
    Word{"rim", Role::snare},
    Word{"clap", Role::snare},
    Word{"hat", Role::hat},
    Word{"hihat", Role::hat},
    Word{"hats", Role::hat},
    Word{"hh", Role::hat},
    Word{"cymbal", Role::hat},
    Word{"ride", Role::hat},
    Word{"crash", Role::hat},
    Word{"shaker", Role::hat},
    Word{"tambourine", Role::hat},
    Word{"overhead", Role::hat},
    Word{"overheads", Role::hat},
    Word{"oh", Role::hat},
    Word{"tom", Role::percussion},
    Word{"toms", Role::percussion},
    Word{"perc", Role::percussion},
    Word{"conga", Role::percussion},
    Word{"congas", Role::percussion},
    Word{"bongo", Role::percussion},
    Word{"cowbell", Role::percussion},
    Word{"percussion", Role::percussion},
    Word{"drums", Role::drums},
    Word{"drum", Role::drums},
    Word{"kit", Role::drums},
    Word{"bass", Role::bass},
    Word{"sub", Role::bass},
    Word{"vocal", Role::voice},
    Word{"vocals", Role::voice},
    Word{"vox", Role::voice},
    Word{"voice", Role::voice},
    Word{"singer", Role::voice},
    Word{"choir", Role::pad},
    Word{"pad", Role::pad},
    Word{"strings", Role::pad},
    Word{"lead", Role::lead},
    Word{"melody", Role::lead},
    Word{"solo", Role::lead},
    Word{"arp", Role::lead},
    Word{"pluck", Role::lead},
    Word{"keys", Role::chords},
    Word{"piano", Role::chords},
    Word{"epiano", Role::chords},
    Word{"rhodes", Role::chords},
    Word{"organ", Role::chords},
    Word{"guitar", Role::chords},
    Word{"gtr", Role::chords},
    Word{"chords", Role::chords},
    Word{"chord", Role::chords},
    Word{"stab", Role::chords},
    Word{"stabs", Role::chords},
    Word{"skank", Role::chords},
    Word{"comp", Role::chords},
    Word{"reverb", Role::effect},
    Word{"delay", Role::effect},
    Word{"echo", Role::effect},
    Word{"hall", Role::effect},
    Word{"room", Role::effect},
    Word{"fx", Role::effect},
    Word{"return", Role::effect},
};

/// In small letters, apart where there is no letter.
std::vector<std::string> nameInWords(std::string_view name) {
  std::vector<std::string> words(1);
  for (const char c : name) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isalpha(letter) != 0) words.back() += static_cast<char>(std::tolower(letter));
    else if (!words.back().empty()) words.emplace_back();
  }
  return words;
}

Role soundsLike(const TrackMeasure& measure) {
  const bool struck = measure.crest > 17 || measure.sounding < 0.3;
  if (measure.middle < 200 && measure.low > 0.4)
    return measure.crest > 10.5 && measure.sounding < 0.65 ? Role::kick : Role::bass;
  if (struck) return measure.middle > 5000 ? Role::hat : Role::percussion;
  return measure.crest < 11 ? Role::pad : Role::lead;
}

/// How loud who plays this usually is in a mix of -16 LUFS. Those that are struck are told by their peaks (dBTP): how
/// often they strike makes them louder to a meter, and not to a mixing engineer. The others by their mean level while
/// they sound (dB).
double usual(Role role) {
  switch (role) {
    case Role::kick: return -6;
    case Role::snare: return -5;
    case Role::hat: return -11.5;
    case Role::percussion: return -11;
    case Role::drums: return -4.5;
    case Role::bass: return -21;
    case Role::voice: return -21.5;
    case Role::lead: return -25;
    case Role::chords: return -27;
    case Role::pad: return -22;
    case Role::effect: return -33;
  }
  return 0;
}

}  // namespace

std::string_view nameOf(Role role) {
  constexpr std::array<std::string_view, 11> names{"kick",  "snare", "hat",    "percussion", "drums", "bass",
                                                   "voice", "lead",  "chords", "pad",        "effect"};
  return names[static_cast<std::size_t>(role)];
}

Role roleOf(std::string_view name, const TrackMeasure& measure, bool bus) {
  if (bus) return Role::effect;
  const std::vector<std::string> words = nameInWords(name);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == "bass" && words[i + 1] == "drum") return Role::kick;
  }
  for (const Word& known : kWords) {
    if (std::ranges::find(words, known.word) != words.end()) return known.role;
  }
  return soundsLike(measure);
}

bool isStruck(Role role) { return role <= Role::drums; }

bool isLow(Role role) { return role == Role::kick || role == Role::bass; }

double louderThanUsual(Role role, const TrackMeasure& measure) {
  return (isStruck(role) ? measure.truePeak : measure.level) - usual(role);
}

}  // namespace antiphon::synth
