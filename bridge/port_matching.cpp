#include "bridge/port_matching.hpp"

namespace antiphon {
namespace {

bool isWordCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

}  // namespace

std::optional<std::size_t> findPort(std::span<const std::string> ports, std::string_view wanted,
                                    std::string_view ours) {
  if (wanted.empty()) return std::nullopt;
  std::optional<std::size_t> wholeWord;
  std::optional<std::size_t> beginning;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const std::string_view port = ports[i];
    if (!port.starts_with(wanted) || (!ours.empty() && port.starts_with(ours))) continue;
    if (port.size() == wanted.size()) return i;
    if (!wholeWord && !isWordCharacter(port[wanted.size()])) wholeWord = i;
    if (!beginning) beginning = i;
  }
  return wholeWord ? wholeWord : beginning;
}

}  // namespace antiphon
