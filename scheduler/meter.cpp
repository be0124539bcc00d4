#include "scheduler/meter.hpp"

#include <charconv>

namespace antiphon {
namespace {

std::optional<int> parseCount(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<Meter> parseMeter(std::string_view text) {
  const auto slash = text.find('/');
  const auto beats = parseCount(text.substr(0, slash));
  const auto unit = slash == std::string_view::npos ? std::optional{4} : parseCount(text.substr(slash + 1));
  if (!beats || !unit) return std::nullopt;
  const bool powerOfTwo = *unit >= 1 && *unit <= 32 && (*unit & (*unit - 1)) == 0;
  if (*beats < 1 || *beats > 64 || !powerOfTwo) return std::nullopt;
  return Meter{*beats, *unit};
}

}  // namespace antiphon
