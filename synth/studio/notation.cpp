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

std::string quoted(std::string_view text) { return "'" + std::string{text.substr(0, 40)} + "'"; }

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

  void strike(const std::vector<float>& keys, Tick length, float force) {
    if (pattern_.strokes.size() + keys.size() > Pattern::kMostStrokes)
      throw NotationError{"a pattern has at most " + std::to_string(Pattern::kMostStrokes) + " strokes"};
    last_ = pattern_.strokes.size();
    for (const float key : keys) pattern_.strokes.push_back({pattern_.length, length, key, force});
    lengthen(length);
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
  if (c == 'x') pen.strike({key}, step, kHit);
  else if (c == 'X') pen.strike({key}, step, kAccent);
  else if (c >= '1' && c <= '9') pen.strike({key}, step, static_cast<float>(c - '0') / 9.0f);
  else if (c == '.') pen.rest(step);
  else if (c == '-') pen.hold();
  else throw NotationError{"a step is x, X, 1 to 9, . or -, not " + quoted({&c, 1}) + ": x...X.-x 37|"};
}

struct Piece {
  std::string_view what;               // a name, the inside of brackets, . or -
  std::string_view length{}, force{};  // as written, without their sign
  bool chord = false;
};

Piece takenApart(std::string_view text) {
  Piece piece;
  std::size_t end = text.find_first_of(":/");
  if (text.front() == '[') {
    const std::size_t close = text.find(']');
    piece.chord = true;
    piece.what = text.substr(1, close - 1);
    end = close + 1 == text.size() ? std::string_view::npos : close + 1;
    if (end != std::string_view::npos && text[end] != ':' && text[end] != '/')
      throw NotationError{"behind ] stands : or / or a space, not " + quoted(text.substr(end, 1))};
  } else {
    piece.what = text.substr(0, end);
  }
  while (end != std::string_view::npos) {
    const std::size_t next = text.find_first_of(":/", end + 1);
    const std::string_view part = text.substr(end + 1, next == std::string_view::npos ? next : next - end - 1);
    std::string_view& place = text[end] == ':' ? piece.length : piece.force;
    if (!place.empty() || part.empty()) throw NotationError{quoted(text) + " is written like C2:2/60"};
    place = part;
    end = next;
  }
  return piece;
}

float keyIn(std::string_view name) {
  const auto key = keyCalled(name);
  if (!key) throw NotationError{"a note is written like C2, Eb3 or F#4, from C-1 to G9, not " + quoted(name)};
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

void writePiece(std::string_view text, Tick step, Pen& pen) {
  const Piece piece = takenApart(text);
  Tick length = step;
  if (!piece.length.empty()) {
    const auto steps = numberIn<double>(piece.length);
    length =
        steps && *steps > 0 && *steps <= 1024 ? Tick{std::llround(*steps * static_cast<double>(step.count))} : Tick{};
    if (length < Tick{1}) throw NotationError{"a length is so many steps, up to 1024, not " + quoted(piece.length)};
  }
  if (piece.what == "." && !piece.chord) {
    pen.rest(length);
    return;
  }
  if (piece.what == "-" && !piece.chord) {
    if (!piece.length.empty() || !piece.force.empty()) throw NotationError{"- is one step; write as many as you want"};
    pen.hold();
    return;
  }
  float force = kUsualForce;
  if (!piece.force.empty()) {
    const auto velocity = numberIn<int>(piece.force);
    if (!velocity || *velocity < 1 || *velocity > 127)
      throw NotationError{"how hard is 1 to 127, not " + quoted(piece.force)};
    force = static_cast<float>(*velocity) / 127.0f;
  }
  pen.strike(keysIn(piece), length, force);
}

}  // namespace

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
