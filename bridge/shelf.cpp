#include "bridge/shelf.hpp"

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace antiphon {
namespace {

std::string said(const char* variable) {
  const char* const value = std::getenv(variable);
  return value == nullptr ? std::string{} : value;
}

}  // namespace

Shelf usualShelf() {
  if (const std::string home = said("ANTIPHON_HOME"); !home.empty()) return {home};
  if (const std::string home = said("HOME"); !home.empty()) return {std::filesystem::path{home} / "Music" / "antiphon"};
  std::error_code none;
  return {std::filesystem::current_path(none)};
}

void writeWhole(const std::filesystem::path& file, const std::string& text) {
  const auto refuse = [&](const std::string& why) {
    throw std::runtime_error{file.string() + " cannot be written" + (why.empty() ? "" : ": " + why)};
  };
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (error) refuse(error.message());
  std::filesystem::path beside = file;
  beside += ".part";
  {
    std::ofstream out{beside, std::ios::binary | std::ios::trunc};
    out << text;
    out.close();
    if (!out) {
      std::error_code none;
      std::filesystem::remove(beside, none);
      refuse("the disk does not take it");
    }
  }
  std::filesystem::rename(beside, file, error);
  if (!error) return;
  std::error_code none;
  std::filesystem::remove(beside, none);
  refuse(error.message());
}

}  // namespace antiphon
