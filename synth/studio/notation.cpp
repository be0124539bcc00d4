#include "synth/studio/notation.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "synth/quantity.hpp"

namespace antiphon::synth {
namespace {

constexpr Tick kShortestStep{10}, kLongestStep = 16 * kQuarter, kLongestRound = 4096 * kQuarter;
constexpr float kHit = 0.8f, kAccent = 1, kUsualForce = 0.8f;
constexpr std::size_t kMostKeys = 16;  // of a chord

bool isForTheEye(char c) { return c == ' ' || c == '\t' || c == '|'; }

std::string quotedStep(std::string_view text) { return "'" + std::string{text.substr(0, 40)} + "'"; }

template <typename Number>
std::optional<Number> numberIn(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Strokes, one behind the other.
class Pen {
 public:
  explicit Pen(Tick step) : step_{step} {}

  /// `takes`: until what is written next begins.
  void strike(const std::vector<float>& keys, Tick takes, Tick sounds, float force) {
    if (pattern_.strokes.size() + keys.size() > Pattern::kMostStrokes)
      throw NotationError{"a pattern has at most " + std::to_string(Pattern::kMostStrokes) + " strokes"};
    last_ = pattern_.strokes.size();
    for (const float key : keys) pattern_.strokes.push_back({pattern_.length, sounds, key, force});
    lengthen(takes);
  }
  void rest(Tick length) {
    last_ = pattern_.strokes.size();
    lengthen(length);
  }
  /// What was struck last sounds on. After a rest it is one more.
  void hold() {
    for (std::size_t i = last_; i < pattern_.strokes.size(); ++i) pattern_.strokes[i].length += step_;
    lengthen(step_);
  }
  Pattern finished() && {
    if (pattern_.length == Tick{}) throw NotationError{"nothing is written: say for instance x...x... or C2 . Eb2:2"};
    if (!pattern_.strokes.empty() && pattern_.strokes.back().at == pattern_.length)
      throw NotationError{"the last note takes no time: only one with another behind it can be :0"};
    return std::move(pattern_);
  }

 private:
  void lengthen(Tick by) {
    pattern_.length += by;
    if (pattern_.length > kLongestRound) throw NotationError{"a pattern is at most 4096 quarters long"};
  }

  Tick step_;
  Pattern pattern_{};
  std::size_t last_ = 0;  // of the strokes that a tie would lengthen, the first
};

void writeStep(char c, float key, Tick step, Pen& pen) {
  if (c == 'x') pen.strike({key}, step, step, kHit);
  else if (c == 'X') pen.strike({key}, step, step, kAccent);
  else if (c >= '1' && c <= '9') pen.strike({key}, step, step, static_cast<float>(c - '0') / 9.0f);
  else if (c == '.') pen.rest(step);
  else if (c == '-') pen.hold();
  else throw NotationError{"a step is x, X, 1 to 9, . or -, not " + quotedStep({&c, 1}) + ": x...X.-x 37|"};
}

constexpr std::string_view kSigns = ":~/";

struct Piece {
  std::string_view what;                         // a name, the inside of brackets, . or -
  std::string_view length{}, sounds{}, force{};  // as written, without their sign
  bool chord = false;
};

Piece takenApart(std::string_view text) {
  Piece piece;
  std::size_t end = text.find_first_of(kSigns);
  if (text.front() == '[') {
    const std::size_t close = text.find(']');
    piece.chord = true;
    piece.what = text.substr(1, close - 1);
    end = close + 1 == text.size() ? std::string_view::npos : close + 1;
    if (end != std::string_view::npos && kSigns.find(text[end]) == std::string_view::npos)
      throw NotationError{"behind ] stands :, ~ or / or a space, not " + quotedStep(text.substr(end, 1))};
  } else {
    piece.what = text.substr(0, end);
  }
  while (end != std::string_view::npos) {
    const std::size_t next = text.find_first_of(kSigns, end + 1);
    const std::string_view part = text.substr(end + 1, next == std::string_view::npos ? next : next - end - 1);
    std::string_view& place = text[end] == ':' ? piece.length : text[end] == '~' ? piece.sounds : piece.force;
    if (!place.empty() || part.empty()) throw NotationError{quotedStep(text) + " is written like C2:2~1/60"};
    place = part;
    end = next;
  }
  return piece;
}

float keyIn(std::string_view name) {
  const auto key = keyCalled(name);
  if (!key) throw NotationError{"a note is written like C2, Eb3 or F#4, from C-1 to G9, not " + quotedStep(name)};
  return static_cast<float>(*key);
}

std::vector<float> keysIn(const Piece& piece) {
  if (!piece.chord) return {keyIn(piece.what)};
  std::vector<float> keys;
  for (std::size_t i = 0; i < piece.what.size();) {
    const std::size_t end = std::min(piece.what.find(' ', i), piece.what.size());
    if (end > i) keys.push_back(keyIn(piece.what.substr(i, end - i)));
    i = end + 1;
  }
  if (keys.empty()) throw NotationError{"a chord has notes in it: [C3 E3 G3]"};
  if (keys.size() > kMostKeys) throw NotationError{"a chord has at most " + std::to_string(kMostKeys) + " notes"};
  std::ranges::sort(keys);
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

/// So many steps; nothing: they are none.
std::optional<Tick> stepsIn(std::string_view text, Tick step) {
  const auto steps = numberIn<double>(text);
  if (!steps || !(*steps >= 0 && *steps <= 1024)) return std::nullopt;
  return Tick{std::llround(*steps * static_cast<double>(step.count))};
}

void writePiece(std::string_view text, Tick step, Pen& pen) {
  const Piece piece = takenApart(text);
  Tick takes = step, sounds{};
  if (!piece.length.empty()) {
    // What sounds on its own may leave no time to what is written behind it: then they begin together.
    const Tick least{piece.sounds.empty() ? 1 : 0};
    takes = stepsIn(piece.length, step).value_or(Tick{-1});
    if (takes < least) throw NotationError{"a length is so many steps, up to 1024, not " + quotedStep(piece.length)};
  }
  if (!piece.sounds.empty()) {
    sounds = stepsIn(piece.sounds, step).value_or(Tick{});
    if (sounds < Tick{1})
      throw NotationError{"a note sounds for so many steps, up to 1024, not " + quotedStep(piece.sounds)};
  }
  if (piece.what == "." && !piece.chord) {
    if (!piece.sounds.empty()) throw NotationError{"a rest does not sound: write .:2"};
    pen.rest(takes);
    return;
  }
  if (piece.what == "-" && !piece.chord) {
    if (!piece.length.empty() || !piece.sounds.empty() || !piece.force.empty())
      throw NotationError{"- is one step; write as many as you want"};
    pen.hold();
    return;
  }
  float force = kUsualForce;
  if (!piece.force.empty()) {
    const auto velocity = numberIn<int>(piece.force);
    if (!velocity || *velocity < 1 || *velocity > 127)
      throw NotationError{"how hard is 1 to 127, not " + quotedStep(piece.force)};
    force = static_cast<float>(*velocity) / 127.0f;
  }
  pen.strike(keysIn(piece), takes, piece.sounds.empty() ? takes : sounds, force);
}

/// "1.5", so that stepsIn() reads the same ticks.
std::string inSteps(Tick ticks, Tick step) {
  std::array<char, 32> text{};
  const double steps = static_cast<double>(ticks.count) / static_cast<double>(step.count);
  auto end = std::to_chars(text.begin(), text.end(), steps, std::chars_format::fixed, 4).ptr;
  while (end[-1] == '0') --end;
  if (end[-1] == '.') --end;
  return {text.data(), end};
}

/// What is struck together, as hard and as long.
struct Chord {
  Tick at{}, length{};
  float force = 0;
  std::vector<float> keys{};
};

std::vector<Chord> chordsOf(const Pattern& pattern) {
  std::vector<Chord> chords;
  for (const Stroke& stroke : pattern.strokes) {
    auto chord = std::ranges::find_if(chords, [&](const Chord& c) {
      return c.at == stroke.at && c.length == stroke.length && c.force == stroke.force && c.keys.size() < kMostKeys;
    });
    if (chord == chords.end()) chord = chords.insert(chord, {stroke.at, stroke.length, stroke.force, {}});
    chord->keys.push_back(stroke.key);
  }
  return chords;
}

std::string textOf(const Chord& chord, Tick takes, Tick step) {
  std::string text = chord.keys.size() > 1 ? "[" : "";
  for (const float key : chord.keys) text += (text.size() > 1 ? " " : "") + keyName(static_cast<int>(std::lround(key)));
  if (chord.keys.size() > 1) text += "]";
  if (takes != step) text += ":" + inSteps(takes, step);
  if (chord.length != takes) text += "~" + inSteps(chord.length, step);
  if (chord.force != kUsualForce) text += "/" + std::to_string(std::clamp(std::lround(chord.force * 127), 1L, 127L));
  return text;
}

std::string restOf(Tick takes, Tick step) { return takes == step ? "." : ".:" + inSteps(takes, step); }

/// The longest that all onsets fall on.
std::optional<Tick> commonStep(const Pattern& pattern) {
  for (const std::int64_t step : {480, 320, 240, 160, 120, 80, 60}) {
    const auto falls = [&](Tick at) { return at.count % step == 0; };
    if (falls(pattern.length) && std::ranges::all_of(pattern.strokes, falls, &Stroke::at)) return Tick{step};
  }
  return std::nullopt;
}

char stepAsHardAs(float force) {
  const int ninths = std::clamp(static_cast<int>(std::lround(force * 9)), 1, 9);
  if (ninths == 9) return 'X';
  return std::abs(force - kHit) <= std::abs(force - static_cast<float>(ninths) / 9) ? 'x'
                                                                                    : static_cast<char>('0' + ninths);
}

}  // namespace

Written writtenFrom(const Pattern& pattern) {
  // Where there is no step for all, sixteenths, and parts of them.
  Written written{Written::As::notes, commonStep(pattern).value_or(kUsualStep), {}};
  const auto write = [&](const std::string& piece) { written.text += (written.text.empty() ? "" : " ") + piece; };
  const std::vector<Chord> chords = chordsOf(pattern);
  const auto rest = [&](Tick takes) {
    for (; takes > Tick{}; takes -= std::min(takes, written.step * 1024))
      write(restOf(std::min(takes, written.step * 1024), written.step));
  };
  rest(chords.empty() ? pattern.length : chords.front().at);
  for (std::size_t i = 0; i < chords.size(); ++i) {
    const Tick gap = (i + 1 < chords.size() ? chords[i + 1].at : pattern.length) - chords[i].at;
    const Tick takes = std::min(gap, chords[i].length);
    write(textOf(chords[i], takes, written.step));
    rest(gap - takes);
  }
  return written;
}

Written drumWrittenFrom(const Pattern& pattern) {
  const auto common = commonStep(pattern);
  if (!common) return writtenFrom(pattern);
  const Tick step = common->count % kUsualStep.count == 0 ? kUsualStep : *common;
  Written written{Written::As::steps, step, std::string(static_cast<std::size_t>(floorDiv(pattern.length, step)), '.')};
  for (const Stroke& stroke : pattern.strokes)
    written.text[static_cast<std::size_t>(floorDiv(stroke.at, step))] = stepAsHardAs(stroke.force);
  return written;
}

std::vector<std::string> piecesOf(const Written& written) {
  const std::string_view text = written.text;
  std::vector<std::string> pieces;
  for (std::size_t i = 0; i < text.size();) {
    if (isForTheEye(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i + 1;
    if (written.as == Written::As::notes) {
      if (text[i] == '[') {
        const std::size_t close = text.find(']', i);
        if (close == std::string_view::npos) throw NotationError{"a chord is left open: a ] is missing"};
        end = close + 1;
      }
      while (end < text.size() && !isForTheEye(text[end])) ++end;
    }
    pieces.emplace_back(text.substr(i, end - i));
    i = end;
  }
  return pieces;
}

Pattern patternOf(const Written& written, float key) {
  if (written.step < kShortestStep || written.step > kLongestStep)
    throw NotationError{"a step is from 1/192 to 4/1 long"};
  Pen pen{written.step};
  for (const std::string& piece : piecesOf(written)) {
    if (written.as == Written::As::steps) writeStep(piece.front(), key, written.step, pen);
    else writePiece(piece, written.step, pen);
  }
  return std::move(pen).finished();
}

std::optional<Tick> stepCalled(std::string_view text) {
  const std::size_t stroke = text.find('/');
  if (stroke == std::string_view::npos || stroke + 1 >= text.size()) return std::nullopt;
  std::int64_t times = 1, share = 1;
  if (text.back() == 't') times = 2, share = 3;
  if (text.back() == 'd') times = 3, share = 2;
  if (times != 1) text.remove_suffix(1);
  const auto upper = numberIn<int>(text.substr(0, stroke)), lower = numberIn<int>(text.substr(stroke + 1));
  if (!upper || !lower || *upper < 1 || *upper > 64 || *lower < 1 || *lower > 192) return std::nullopt;
  const std::int64_t whole = 4 * kQuarter.count * *upper * times, parts = *lower * share;
  if (whole % parts != 0) return std::nullopt;
  const Tick step{whole / parts};
  if (step < kShortestStep || step > kLongestStep) return std::nullopt;
  return step;
}

std::string nameOf(Tick step) {
  for (const int lower : {1, 2, 4, 8, 16, 32, 64}) {
    const std::int64_t plain = 4 * kQuarter.count / lower;
    if (step.count == plain) return "1/" + std::to_string(lower);
    if (step.count * 3 == plain * 2) return "1/" + std::to_string(lower) + "t";
    if (step.count * 2 == plain * 3) return "1/" + std::to_string(lower) + "d";
  }
  std::int64_t upper = step.count, lower = 4 * kQuarter.count;
  for (std::int64_t a = upper, b = lower; b != 0;) {
    const std::int64_t rest = a % b;
    a = b;
    b = rest;
    if (b == 0) upper /= a, lower /= a;
  }
  return std::to_string(upper) + "/" + std::to_string(lower);
}

std::string keyName(int key) {
  static constexpr std::array<std::string_view, 12> kNames{"C",  "C#", "D",  "Eb", "E",  "F",
                                                           "F#", "G",  "Ab", "A",  "Bb", "B"};
  const int octave = static_cast<int>(std::floor(key / 12.0)) - 1;
  return std::string{kNames[static_cast<std::size_t>(((key % 12) + 12) % 12)]} + std::to_string(octave);
}

}  // namespace antiphon::synth
