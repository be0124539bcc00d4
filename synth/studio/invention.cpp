#include "synth/studio/invention.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "synth/chance.hpp"

namespace antiphon::synth {
namespace {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : chance_{seed} {}
  bool falls(double probability) { return static_cast<double>(chance_.bits()) < probability * 4294967296.0; }
  std::size_t below(std::size_t count) { return chance_.bits() % count; }

 private:
  Chance chance_;
};

char someHit(Dice& dice) { return "4567x"[dice.below(5)]; }

/// "C2" of "C2:2/60".
std::string_view nameIn(std::string_view piece) {
  const std::size_t from = piece.front() == '[' ? piece.find(']') : 0;
  return piece.substr(0, piece.find_first_of(":~/", from));
}

bool sounds(std::string_view piece) { return !piece.empty() && piece.front() != '.' && piece.front() != '-'; }

std::string joined(const std::vector<std::string>& pieces, std::string_view between) {
  std::string text;
  for (const std::string& piece : pieces) text += (text.empty() ? "" : std::string{between}) + piece;
  return text;
}

void varySteps(std::vector<std::string>& steps, double amount, Dice& dice) {
  for (std::string& step : steps) {
    if (!dice.falls(amount)) continue;
    if (!sounds(step)) step = someHit(dice);
    else if (dice.falls(0.5)) step = ".";
    else step = step == "X" ? "x" : "X";
  }
}

/// A rest takes the time of a note, and is neither struck nor sounds; empty: the note took none.
std::string restFor(std::string_view note) {
  const std::size_t from = note.find(':');
  if (from == std::string_view::npos) return ".";
  const std::string_view length = note.substr(from, std::min(note.find_first_of("~/", from), note.size()) - from);
  return length.find_first_not_of(":0.") == std::string_view::npos ? std::string{} : "." + std::string{length};
}

void varyNotes(std::vector<std::string>& notes, double amount, Dice& dice) {
  for (std::string& note : notes) {
    if (!sounds(note) || !dice.falls(amount)) continue;
    const std::string_view name = nameIn(note);
    const std::string& other = notes[dice.below(notes.size())];
    const std::string instead{sounds(other) && nameIn(other) != name ? nameIn(other) : std::string_view{"."}};
    note = instead + note.substr(name.size());
    if (instead == ".") note = restFor(note);
  }
  std::erase(notes, "");
}

/// The keys of one chord, in the order in which they are played.
std::vector<int> wayThrough(const std::vector<int>& chord, Way way, int octaves) {
  std::vector<int> keys;
  for (int octave = 0; octave < octaves; ++octave) {
    for (const int key : chord) {
      if (key + 12 * octave <= 127) keys.push_back(key + 12 * octave);
    }
  }
  if (way == Way::down) std::ranges::reverse(keys);
  if (way == Way::updown) {
    for (std::size_t i = keys.size(); i-- > 2;) keys.push_back(keys[i - 1]);
  }
  return keys;
}

}  // namespace

std::string evenly(int hits, int steps, int turn) {
  std::string text(static_cast<std::size_t>(steps), '.');
  for (int i = 0; i < steps; ++i) {
    // A step is struck where so many hits a round reach the next whole one.
    if ((i * hits) % steps < hits) text[static_cast<std::size_t>((((i + turn) % steps) + steps) % steps)] = 'x';
  }
  return text;
}

std::string byChance(double density, int steps, std::uint64_t seed) {
  Dice dice{seed};
  std::string text(static_cast<std::size_t>(steps), '.');
  for (char& step : text) {
    if (dice.falls(density)) step = dice.falls(0.2) ? 'X' : someHit(dice);
  }
  if (density > 0 && text.find_first_not_of('.') == std::string::npos) text[dice.below(text.size())] = 'x';
  return text;
}

std::string leadingOn(const Written& written, Tick bar, double amount, std::uint64_t seed) {
  const std::vector<std::string> steps = piecesOf(written);
  const auto count = std::max<std::int64_t>(1, bar.count / written.step.count);
  Dice dice{seed};
  std::string text;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string& step = steps[static_cast<std::size_t>(i) % steps.size()];
    const double late = static_cast<double>(i) / static_cast<double>(count);  // into the bar
    const bool more = late >= 0.5 && !sounds(step) && dice.falls(amount * (0.4 + 1.2 * (late - 0.5)));
    text += more ? std::string{static_cast<char>('3' + static_cast<int>(late * 6))} : step;
  }
  if (amount > 0) text.back() = 'X';
  return text;
}

Written varied(const Written& written, double amount, std::uint64_t seed) {
  Dice dice{seed};
  std::vector<std::string> pieces = piecesOf(written);
  const bool steps = written.as == Written::As::steps;
  if (steps) varySteps(pieces, amount, dice);
  else varyNotes(pieces, amount, dice);
  return {written.as, written.step, joined(pieces, steps ? "" : " ")};
}

Written brokenUp(const Written& written, Way way, Tick step, int octaves, std::uint64_t seed) {
  const Pattern pattern = patternOf(written, 60);
  Dice dice{seed};
  std::vector<std::string> notes;
  for (Tick at{}; at < pattern.length;) {
    std::vector<int> chord;
    Tick end = std::min(at + step, pattern.length);
    for (const Stroke& stroke : pattern.strokes) {
      if (stroke.at > at || stroke.at + stroke.length <= at) continue;
      chord.push_back(static_cast<int>(std::lround(stroke.key)));
      end = std::max(end, stroke.at + stroke.length);
    }
    // The next chord begins where it begins.
    for (const Stroke& stroke : pattern.strokes) {
      if (stroke.at > at) end = std::min(end, std::max(stroke.at, at + step));
    }
    const std::vector<int> keys = wayThrough(chord, way, octaves);
    std::size_t i = 0;
    for (; at < end; at += step, ++i) {
      if (notes.size() == Pattern::kMostStrokes) throw NotationError{"so broken up it has too many notes"};
      if (keys.empty()) notes.emplace_back(".");
      else notes.push_back(keyName(keys[way == Way::chance ? dice.below(keys.size()) : i % keys.size()]));
    }
  }
  return {Written::As::notes, step, joined(notes, " ")};
}

}  // namespace antiphon::synth
