#include "synth/plain_file.hpp"

namespace antiphon::synth {

std::string whyNoPlainFile(const std::filesystem::path& file) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (status.type() == std::filesystem::file_type::not_found) return "is not there";
  if (error) return "cannot be read: " + error.message();
  if (std::filesystem::is_directory(status)) return "is a folder, not a sound file";
  // What is no plain file might keep its reader waiting for ever.
  return std::filesystem::is_regular_file(status) ? "" : "is no plain file";
}

}  // namespace antiphon::synth
