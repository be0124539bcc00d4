// A file of commands, line by line.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace antiphon {

struct ScriptLine {
  int number = 1;
  std::string text{};
};

/// The lines that say something: without empty ones and comments, which begin with a # at the beginning or after a
/// space (c#3 is a note). Throws std::runtime_error with a sentence when the file cannot be read or is no such text.
std::vector<ScriptLine> readScript(const std::filesystem::path& file);

/// A line without its comment.
std::string withoutComment(std::string_view line);

}  // namespace antiphon
