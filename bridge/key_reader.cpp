#include "bridge/key_reader.hpp"

#include <array>
#include <cstdlib>

namespace antiphon {
namespace {

constexpr std::size_t kLongestSequence = 64;
constexpr int kControl = 4;  // among the modifiers

std::string utf8(unsigned code) {
  std::string text;
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0 | (code >> 6));
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    text += static_cast<char>(0xE0 | (code >> 12));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  }
  return text;
}

KeyStroke plain(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  KeyStroke stroke{.key = code < 0x80 ? byte : '\0'};
  if (code >= ' ' && byte != '\x7f') stroke.text = byte;
  if (byte == '\r') stroke.key = '\n';
  return stroke;
}

/// Arrows and the like, by what ends their sequence; the number is of the kind that ends with ~.
KeyStroke::Move moveOf(char last, unsigned number) {
  using Move = KeyStroke::Move;
  switch (last) {
    case 'A': return Move::up;
    case 'B': return Move::down;
    case 'C': return Move::right;
    case 'D': return Move::left;
    case 'H': return Move::home;
    case 'F': return Move::end;
    case '~':
      return number == 3                  ? Move::erase
             : number == 1 || number == 7 ? Move::home
             : number == 4 || number == 8 ? Move::end
                                          : Move::none;
    default: return Move::none;
  }
}

}  // namespace

std::optional<KeyStroke> KeyReader::take(char byte) {
  switch (in_) {
    case In::text:
      if (byte != '\x1b') return plain(byte);
      in_ = In::escape;
      return {};
    case In::escape:
      collected_.clear();
      in_ = byte == '[' ? In::sequence : byte == 'O' ? In::oneMore : byte == '\x1b' ? In::escape : In::text;
      return {};
    case In::oneMore:
      in_ = In::text;
      if (const auto move = moveOf(byte, 0); move != KeyStroke::Move::none) return KeyStroke{.move = move};
      return {};
    case In::sequence:
      if (byte >= '@' && byte <= '~') {
        in_ = In::text;
        return sequence(byte);
      }
      if (collected_.size() < kLongestSequence) collected_ += byte;
      return {};
  }
  return {};
}

/// CODE;MODIFIERS:EVENT;TEXT u
std::optional<KeyStroke> KeyReader::sequence(char last) {
  const auto move = moveOf(last, static_cast<unsigned>(std::strtoul(collected_.c_str(), nullptr, 10)));
  if (last != 'u' && move == KeyStroke::Move::none) return {};
  if (collected_.starts_with('?')) {
    canTell_ = true;
    return {};
  }
  std::array<std::array<unsigned, 2>, 3> numbers{};
  std::size_t field = 0, part = 0;
  for (const char* at = collected_.c_str(); *at != 0;) {
    char* end = nullptr;
    const auto number = static_cast<unsigned>(std::strtoul(at, &end, 10));
    if (field < numbers.size() && part < 2) numbers[field][part] = number;
    if (*end == ';') {
      ++field;
      part = 0;
    } else if (*end == ':') {
      ++part;
    } else if (*end != 0) {
      return {};
    }
    at = *end == 0 ? end : end + 1;
  }
  const auto [code, event, text] = std::array{numbers[0][0], numbers[1][1], numbers[2][0]};
  const unsigned modifiers = numbers[1][0] > 0 ? numbers[1][0] - 1 : 0;
  KeyStroke stroke;
  stroke.kind = event == 3   ? KeyStroke::Kind::released
                : event == 2 ? KeyStroke::Kind::repeated
                             : KeyStroke::Kind::pressed;
  stroke.move = move;
  if (move != KeyStroke::Move::none) return stroke;
  if (code >= 0x80) {  // Shift and the like by themselves, too
    if (text >= 0x80) stroke.text = utf8(text);
    return stroke;
  }
  stroke.key = code == '\r' ? '\n' : static_cast<char>(code);
  if ((modifiers & kControl) != 0 && code >= 'a' && code <= 'z') stroke.key = static_cast<char>(code - 'a' + 1);
  else if (text >= ' ' && text != 0x7F) stroke.text = utf8(text);
  if (stroke.text.size() == 1) stroke.key = stroke.text[0];
  return stroke;
}

}  // namespace antiphon
