#include "bridge/shelf.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace antiphon {
namespace {

constexpr std::size_t kLongestFileName = 80;

std::filesystem::path home() {
  if (const char* const named = std::getenv("ANTIPHON_HOME"); named != nullptr && *named != '\0') return named;
  if (const char* const own = std::getenv("HOME"); own != nullptr && *own != '\0')
    return std::filesystem::path{own} / "Music" / "antiphon";
  return ".";
}

bool isFileName(std::string_view name) {
  if (name.empty() || name.size() > kLongestFileName || name.front() == '.' || name.front() == ' ' ||
      name.back() == ' ')
    return false;
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == ' ' || c == '.';
  });
}

}  // namespace

Shelf::Shelf() : root_{home()} {}

std::filesystem::path fileCalled(const std::filesystem::path& folder, std::string_view name, std::string_view suffix) {
  if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
  if (!isFileName(name))
    throw ShelfError{"'" + std::string{name.substr(0, 60)} +
                     "' cannot be a file's name: letters, digits, spaces, -, _ and dots, at most " +
                     std::to_string(kLongestFileName) + " of them"};
  return folder / (std::string{name} + std::string{suffix});
}

std::vector<std::string> namesIn(const std::filesystem::path& folder, std::string_view suffix) {
  std::vector<std::string> names;
  std::error_code none;
  for (auto entry = std::filesystem::directory_iterator{folder, none}; entry != std::filesystem::directory_iterator{};
       entry.increment(none)) {
    if (none) break;
    std::string name = entry->path().filename().string();
    if (!name.ends_with(suffix) || name.size() == suffix.size()) continue;
    name.resize(name.size() - suffix.size());
    if (isFileName(name)) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

void writeWhole(const std::filesystem::path& file, std::string_view text) {
  std::error_code error;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), error);
  if (error) throw ShelfError{"the folder " + file.parent_path().string() + " cannot be made: " + error.message()};
  const std::filesystem::path beside = file.string() + ".part";
  {
    std::ofstream out{beside, std::ios::binary | std::ios::trunc};
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (!out) {
      std::filesystem::remove(beside, error);
      throw ShelfError{file.string() + " cannot be written"};
    }
  }
  std::filesystem::rename(beside, file, error);
  if (!error) return;
  const std::string why = error.message();
  std::filesystem::remove(beside, error);
  throw ShelfError{file.string() + " cannot be written: " + why};
}

}  // namespace antiphon
