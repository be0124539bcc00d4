#include "model/wishes.hpp"

namespace antiphon {

std::optional<KeyWish> parseKeyWish(const std::string& text) {
  if (text == "auto") return KeyWish{};
  if (text == "off") return KeyWish{KeyWish::Kind::off, {}};
  if (const auto key = parseKey(text)) return KeyWish{KeyWish::Kind::named, *key};
  return std::nullopt;
}

}  // namespace antiphon
