// Where this program keeps what a person makes with it.
#pragma once

#include <filesystem>
#include <string>

namespace antiphon {

/// Folders are made when something is first written into them.
struct Shelf {
  std::filesystem::path root;

  std::filesystem::path modules() const { return root / "modules"; }
  std::filesystem::path patches() const { return root / "patches"; }
  std::filesystem::path sessions() const { return root / "sessions"; }
  std::filesystem::path recordings() const { return root / "recordings"; }
};

/// At $ANTIPHON_HOME; else Music/antiphon in the home folder; else where we are.
Shelf usualShelf();

/// Writes a file that nobody ever sees half of, and its folder. Throws std::runtime_error with a sentence.
void writeWhole(const std::filesystem::path& file, const std::string& text);

}  // namespace antiphon
