#include "model/markov/file.hpp"

#include <bit>
#include <fstream>
#include <system_error>

namespace antiphon::markov {

std::uint64_t checksum(std::span<const std::uint8_t> bytes) {
  std::uint64_t sum = 14695981039346656037u;
  for (const std::uint8_t byte : bytes) sum = (sum ^ byte) * 1099511628211u;
  return sum;
}

void writeFile(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
  // Beside the old one first: whoever reads never finds half a file.
  std::filesystem::path beside = path;
  beside += ".new";
  std::ofstream out{beside, std::ios::binary};
  for (const std::uint8_t byte : bytes) out.put(static_cast<char>(byte));
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(beside, path, error);
  if (!out || error) throw FileError{path.string() + " cannot be written"};
}

Table readFile(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) throw FileError{path.string() + " cannot be read"};
  if (size > kLargestFile) throw FileError{path.string() + " is too large for a table of counts"};
  std::vector<char> chars(size);
  std::ifstream in{path, std::ios::binary};
  if (!in.read(chars.data(), static_cast<std::streamsize>(size))) throw FileError{path.string() + " cannot be read"};
  auto bytes = std::make_shared<const std::vector<std::uint8_t>>(chars.begin(), chars.end());
  const std::span<const std::uint8_t> view{*bytes};
  return Table{view, path.string(), std::move(bytes)};
}

}  // namespace antiphon::markov
