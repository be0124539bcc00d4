#include "cli/event_reader.hpp"

#include <charconv>
#include <limits>

namespace antiphon {
namespace {

constexpr std::string_view kBlank = " \t\r";

/// Takes the next word off the front of `line`.
std::string_view nextWord(std::string_view& line) {
  const auto begin = line.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) {
    line = {};
    return {};
  }
  line.remove_prefix(begin);
  const auto end = std::min(line.find_first_of(kBlank), line.size());
  const auto word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

std::string quoted(std::string_view word) {
  std::string text = "'";
  for (const char c : word.substr(0, 40)) text += c >= ' ' && c < 127 ? c : '?';
  return text + "'";
}

}  // namespace

void EventReader::refuse(const std::string& why) const {
  throw BadLine{"line " + std::to_string(number_) + ": " + why};
}

bool EventReader::read(std::string_view line, EventLine& event) {
  ++number_;
  if (line.size() > kLongestLine) refuse("longer than " + std::to_string(kLongestLine) + " characters");
  line = line.substr(0, line.find('#'));
  const auto time = nextWord(line);
  if (time.empty()) return false;

  std::int64_t micros = 0;
  const auto [end, error] = std::from_chars(time.data(), time.data() + time.size(), micros);
  if (error != std::errc{} || end != time.data() + time.size() || micros < 0) {
    refuse(quoted(time) + " is not a time in whole microseconds");
  }
  constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max() / 4000;
  if (micros > kLatest) refuse(quoted(time) + " is too late a time");
  if (micros < lastMicros_) {
    refuse("the time " + std::string{time} + " comes before " + std::to_string(lastMicros_) +
           " on a line above; times must ascend");
  }

  const auto port = nextWord(line);
  if (port.empty()) refuse("no port after the time; it is clock or in");
  if (port == "clock") event.inlet = Inlet::clock;
  else if (port == "in") event.inlet = Inlet::player;
  else refuse("no port is called " + quoted(port) + "; it is clock or in");

  event.bytes.clear();
  for (auto word = nextWord(line); !word.empty(); word = nextWord(line)) {
    unsigned value = 0;
    const auto [stop, fault] = std::from_chars(word.data(), word.data() + word.size(), value, 16);
    if (fault != std::errc{} || stop != word.data() + word.size() || word.size() > 2) {
      refuse(quoted(word) + " is not a byte in hexadecimal");
    }
    event.bytes.push_back(static_cast<std::uint8_t>(value));
  }
  if (event.bytes.empty()) refuse("no bytes after the port");

  lastMicros_ = micros;
  event.when = std::chrono::microseconds{micros};
  return true;
}

}  // namespace antiphon
