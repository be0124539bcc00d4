// OSC packets as a program of somebody else's would write them, byte by byte.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "bridge/osc_packet.hpp"

namespace antiphon {

inline std::string big32(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xFF);
  return bytes;
}
inline std::string oscText(std::string text) {
  text.resize((text.size() / 4 + 1) * 4, '\0');
  return text;
}
inline std::string oscMessage(const std::string& address, const std::vector<OscValue>& values = {}) {
  std::string tags = ",", bytes;
  for (const OscValue& value : values) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
      tags += 'i';
      bytes += big32(static_cast<std::uint32_t>(*whole));
    } else if (const auto* single = std::get_if<float>(&value)) {
      tags += 'f';
      bytes += big32(std::bit_cast<std::uint32_t>(*single));
    } else if (const auto* real = std::get_if<double>(&value)) {
      tags += 'd';
      const auto bits = std::bit_cast<std::uint64_t>(*real);
      bytes += big32(static_cast<std::uint32_t>(bits >> 32)) + big32(static_cast<std::uint32_t>(bits));
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      tags += 's';
      bytes += oscText(*text);
    } else {
      tags += std::get<bool>(value) ? 'T' : 'F';
    }
  }
  return oscText(address) + oscText(tags) + bytes;
}
inline std::string oscBundle(std::uint64_t when, const std::vector<std::string>& elements) {
  std::string bytes =
      oscText("#bundle") + big32(static_cast<std::uint32_t>(when >> 32)) + big32(static_cast<std::uint32_t>(when));
  for (const std::string& element : elements) bytes += big32(static_cast<std::uint32_t>(element.size())) + element;
  return bytes;
}

}  // namespace antiphon
