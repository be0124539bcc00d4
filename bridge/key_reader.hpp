// What a person does at a terminal's keyboard, from the bytes that the terminal sends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace antiphon {

struct KeyStroke {
  enum class Kind : std::uint8_t { pressed, repeated, released };
  enum class Move : std::uint8_t { none, up, down, left, right, home, end, erase };
  Kind kind = Kind::pressed;
  char key = 0;        // a letter, a control character; 0: none that means anything here
  std::string text{};  // what it types
  Move move = Move::none;
};

/// Most terminals send what is typed, and never say when a key is let go. Those that speak the kitty keyboard protocol
/// (kitty, foot, Ghostty, WezTerm and others) do when they are asked.
class KeyReader {
 public:
  /// Asks a terminal whether it can tell; others pass over it.
  static constexpr const char* kAsk = "\x1b[?u";
  /// Has it tell of everything, and sends it back to what it was.
  static constexpr const char *kTellAll = "\x1b[>27u", *kTellNoMore = "\x1b[<u";

  /// A byte; nothing while it is a part of something, or means nothing.
  std::optional<KeyStroke> take(char byte);
  /// The terminal has said that it can tell when keys are let go.
  bool canTell() const { return canTell_; }

 private:
  enum class In : std::uint8_t { text, escape, sequence, oneMore };
  std::optional<KeyStroke> sequence(char last);

  In in_ = In::text;
  std::string collected_{};
  bool canTell_ = false;
};

}  // namespace antiphon
