#include "cli/words.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include "scheduler/meter.hpp"

namespace antiphon {
namespace {

std::string notPossible(const std::string& given, const std::string& possible) {
  return "'" + given.substr(0, 60) + "' is not possible; choose " + possible;
}

template <typename Number>
bool parse(const std::string& text, Number& value) {
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && begin != end;
}

std::string plain(double value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

CLI::Validator check(std::string name, std::function<bool(const std::string&)> good, std::string possible) {
  return CLI::Validator{[good = std::move(good), possible = std::move(possible)](std::string& given) {
                          return good(given) ? std::string{} : notPossible(given, possible);
                        },
                        std::move(name)};
}

}  // namespace

CLI::Validator wholeNumber(long least, long most) {
  const std::string range = std::to_string(least) + ".." + std::to_string(most);
  return check(
      range,
      [=](const std::string& given) {
        long value = 0;
        return parse(given, value) && value >= least && value <= most;
      },
      "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
}

CLI::Validator number(double least, double most, const std::string& unit) {
  return check(
      plain(least) + ".." + plain(most),
      [=](const std::string& given) {
        double value = 0;
        return parse(given, value) && std::isfinite(value) && value >= least && value <= most;
      },
      "a number from " + plain(least) + " to " + plain(most) + " " + unit);
}

CLI::Validator oneOf(std::vector<std::string> choices) {
  std::string bars;
  std::string list;
  for (const auto& choice : choices) {
    bars += (bars.empty() ? "" : "|") + choice;
    list += (list.empty() ? "" : ", ") + choice;
  }
  return check(
      bars, [choices](const std::string& given) { return std::ranges::find(choices, given) != choices.end(); },
      "one of: " + list);
}

CLI::Validator meterText() {
  return check(
      "METRE", [](const std::string& given) { return parseMeter(given).has_value(); },
      "a metre such as 4/4, 3/4, 6/8, 7/8, 5/4 or 12/8 (1 to 64 beats of 1, 2, 4, 8, 16 or 32)");
}

CLI::Validator triggerText() {
  return check(
      "cc:N|note:N",
      [](const std::string& given) {
        const auto colon = given.find(':');
        const auto kind = given.substr(0, colon);
        long value = 0;
        return colon != std::string::npos && (kind == "cc" || kind == "note") &&
               parse(given.substr(colon + 1), value) && value >= 0 && value <= 127;
      },
      "cc:0 to cc:127, or note:0 to note:127");
}

CLI::Validator singleKey() {
  return check(
      "KEY",
      [](const std::string& given) { return given.size() == 1 && given[0] > ' ' && given[0] < 127 && given[0] != ':'; },
      "one key of the keyboard, other than : (which begins a typed command)");
}

std::vector<std::string> withHyphens(int argc, const char* const* argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  for (auto& word : words) {
    if (!word.starts_with("--")) continue;
    std::replace(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(std::min(word.find('='), word.size())), '_',
                 '-');
  }
  return words;
}

}  // namespace antiphon
