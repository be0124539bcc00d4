// What an OSC packet says, and packets that say something.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace antiphon {

using OscValue = std::variant<std::int64_t, float, double, std::string, bool>;

/// Seconds since 1900 in 32 bits, and their fraction in 32 more; 1: at once.
struct TimeTag {
  std::uint64_t value = 1;
  bool immediate() const { return value == 1; }
};

struct OscMessage {
  std::string address{};
  std::vector<OscValue> values{};
  TimeTag when{};  // its bundle's
};

inline constexpr std::size_t kMostOscPacket = 65536;  // bytes

/// Takes a packet apart. What is no OSC goes to `fault` with a sentence, and with its address where there is one; the
/// rest of a bundle is read on. Never throws for what the bytes are.
void readOsc(std::string_view packet, const std::function<void(OscMessage&&)>& take,
             const std::function<void(std::string_view address, std::string_view why)>& fault);

/// A message as a packet. Texts end at a zero, and are cut where a packet would not take them.
std::string oscPacket(const std::string& address, std::span<const OscValue> values);

}  // namespace antiphon
