#include "bridge/daw/daw.hpp"

#include <cstdint>

namespace antiphon {
namespace {

constexpr std::size_t kLongestAnswer = 100;  // bytes

/// How many bytes the character has that stands here; 0: it is none.
std::size_t characterAt(std::string_view text) {
  const auto first = static_cast<std::uint8_t>(text[0]);
  if (first < 0x80) return first >= 0x20 && first != 0x7F ? 1 : 0;
  const std::size_t size = first >= 0xC2 && first < 0xE0   ? 2
                           : first >= 0xE0 && first < 0xF0 ? 3
                           : first >= 0xF0 && first < 0xF5 ? 4
                                                           : 0;
  if (size == 0 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((static_cast<std::uint8_t>(text[i]) & 0xC0) != 0x80) return 0;
  }
  const auto second = static_cast<std::uint8_t>(text[1]);
  // Too long a spelling, half a pair, beyond the last character, or a control character of the second kind.
  if ((first == 0xC2 && second < 0xA0) || (first == 0xE0 && second < 0xA0) || (first == 0xED && second >= 0xA0) ||
      (first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90))
    return 0;
  return size;
}

}  // namespace

std::string fromOutside(std::string_view text) {
  std::string out;
  while (!text.empty() && out.size() < kLongestAnswer) {
    const std::size_t size = characterAt(text);
    if (size == 0) out += '?';
    else out += text.substr(0, size);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return text.empty() ? out : out + "...";
}

}  // namespace antiphon
