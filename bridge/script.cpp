#include "bridge/script.hpp"

#include <fstream>
#include <stdexcept>

namespace antiphon {
namespace {

constexpr std::uintmax_t kLargest = 1 << 20;  // bytes

}  // namespace

std::string withoutComment(std::string_view line) {
  bool inQuotes = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') inQuotes = !inQuotes;
    if (line[i] == '#' && !inQuotes && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) {
      line = line.substr(0, i);
      break;
    }
  }
  const std::size_t end = line.find_last_not_of(" \t\r");
  return std::string{end == std::string_view::npos ? std::string_view{} : line.substr(0, end + 1)};
}

std::vector<ScriptLine> readScript(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  std::ifstream in{file};
  if (error || !in) throw std::runtime_error{file.string() + " cannot be read"};
  if (size > kLargest) throw std::runtime_error{file.string() + " is larger than a megabyte: that is no script"};
  std::vector<ScriptLine> lines;
  std::string text;
  for (int number = 1; std::getline(in, text); ++number) {
    std::string said = withoutComment(text);
    if (!said.empty()) lines.push_back({number, std::move(said)});
  }
  return lines;
}

}  // namespace antiphon
