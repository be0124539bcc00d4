// What came of each turn, a line of JSON each, for programs to read.
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "scheduler/turn.hpp"

namespace antiphon {

/// Appends to a file, and every line is in the system's hands when write() returns. For one ordinary thread.
class TurnLog {
 public:
  /// Throws std::runtime_error with a sentence for the player when the file cannot be opened.
  explicit TurnLog(std::filesystem::path path);

  void write(const TurnReport& report);

  /// A sentence when writing has begun to fail, or works again; told once.
  std::optional<std::string> news();

  /// The line of a turn, without its line end.
  static std::string line(const TurnReport& report);

 private:
  std::filesystem::path path_;
  std::ofstream out_;
  bool torn_ = false;  // the last line in the file may have no end
  bool failing_ = false;
  std::optional<std::string> news_{};
};

}  // namespace antiphon
