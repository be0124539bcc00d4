#include "bridge/daw/daw_place.hpp"

#include <charconv>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "bridge/daw/ableton_osc.hpp"
#include "bridge/daw/dawg.hpp"

namespace antiphon {
namespace {

[[noreturn]] void refuse(const std::string& word) {
  throw std::runtime_error{"--daw: '" + fromOutside(word) +
                           "' is no DAW that is known; possible are dawg:http://localhost:8080 and "
                           "abletonosc, or abletonosc:HOST:PORT:ANSWERS"};
}

std::optional<int> portIn(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && port >= 1 && port <= 65535 ? std::optional{port} : std::nullopt;
}

bool isHost(std::string_view host) {
  return !host.empty() && host.size() <= 253 &&
         host.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == host.npos;
}

std::vector<std::string_view> wordsIn(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t at = text.find(':'); at != text.npos; at = text.find(':')) {
    parts.push_back(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  parts.push_back(text);
  return parts;
}

}  // namespace

std::unique_ptr<Daw> dawAt(const std::string& word) {
  const std::string_view text{word};
  const std::string_view kind = text.substr(0, text.find(':'));
  const std::string_view rest = kind.size() < text.size() ? text.substr(kind.size() + 1) : std::string_view{};
  if (kind.size() + 1 == text.size()) refuse(word);
  if (kind == "dawg") {
    if (rest.empty()) return std::make_unique<Dawg>(DawgPlace{});
    constexpr std::string_view kScheme = "http://";
    if (!rest.starts_with(kScheme)) refuse(word);
    std::string_view address = rest.substr(kScheme.size());
    if (address.ends_with('/')) address.remove_suffix(1);
    const auto parts = wordsIn(address);
    const auto port = parts.size() == 2 ? portIn(parts[1]) : std::optional{80};
    if (parts.size() > 2 || !isHost(parts[0]) || !port) refuse(word);
    return std::make_unique<Dawg>(DawgPlace{std::string{parts[0]}, *port});
  }
  if (kind == "abletonosc") {
    AbletonPlace place;
    if (rest.empty()) return std::make_unique<AbletonOsc>(place);
    const auto parts = wordsIn(rest);
    const auto port = parts.size() > 1 ? portIn(parts[1]) : std::optional{place.port};
    const auto answers = parts.size() > 2 ? portIn(parts[2]) : std::optional{place.answers};
    if (parts.size() > 3 || !isHost(parts[0]) || !port || !answers) refuse(word);
    return std::make_unique<AbletonOsc>(AbletonPlace{std::string{parts[0]}, *port, *answers});
  }
  refuse(word);
}

}  // namespace antiphon
