// The folder where a musician's own things are kept: modules, patches, sessions, recordings.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon {

/// In a sentence, what cannot be kept or found.
class ShelfError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Shelf {
 public:
  /// $ANTIPHON_HOME, else Music/antiphon at home, else here.
  Shelf();
  explicit Shelf(std::filesystem::path root) : root_{std::move(root)} {}

  std::filesystem::path modules() const { return root_ / "modules"; }
  std::filesystem::path patches() const { return root_ / "patches"; }
  std::filesystem::path sessions() const { return root_ / "sessions"; }
  std::filesystem::path recordings() const { return root_ / "recordings"; }

 private:
  std::filesystem::path root_;
};

/// FOLDER/NAME.SUFFIX. Names are letters, digits, spaces, -, _ and dots inside, so that none leads out of the folder;
/// throws ShelfError.
std::filesystem::path fileCalled(const std::filesystem::path& folder, std::string_view name, std::string_view suffix);
/// What is in the folder, by name, without the suffix.
std::vector<std::string> namesIn(const std::filesystem::path& folder, std::string_view suffix);
/// All of it or nothing: what was there before stays until this is whole. Makes the folder. Throws ShelfError.
void writeWhole(const std::filesystem::path& file, std::string_view text);

}  // namespace antiphon
