// Reads the event lines that simulate is fed: TIME_US PORT HEX...
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/midi_backend.hpp"
#include "scheduler/time.hpp"

namespace antiphon {

struct EventLine {
  Nanos when{};
  Inlet inlet{};
  std::vector<std::uint8_t> bytes{};
};

/// A line that cannot be read: its number and what is wrong with it.
struct BadLine : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class EventReader {
 public:
  /// The longest line that is read: 16 KiB of sysex is enough for anybody.
  static constexpr std::size_t kLongestLine = 64 * 1024;

  /// Reads `line` into `event`. False for a blank line or a comment; throws BadLine.
  bool read(std::string_view line, EventLine& event);

 private:
  [[noreturn]] void refuse(const std::string& why) const;

  std::uint64_t number_ = 0;
  std::int64_t lastMicros_ = 0;
};

}  // namespace antiphon
