#include "model/compute/packed_file.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>

#include "model/compute/kernels.hpp"

namespace antiphon::compute {
namespace {

constexpr std::size_t kStretch = std::size_t{8} << 20;
constexpr std::uint32_t kLayout = 2;  // goes up whenever packed.hpp's layout changes, or the order of units.hpp

struct PackedHead {
  char name[16] = "antiphon packed";
  std::uint32_t layout = kLayout;
  std::uint32_t format = 0;
  std::uint64_t fingerprint = 0;
  std::uint64_t size = 0;
  std::uint64_t sum = 0;  // readAll() of the bytes
};

}  // namespace

std::filesystem::path packedFileOf(const std::filesystem::path& checkpoint, Format format) {
  std::filesystem::path path = checkpoint;
  path += "." + std::string{nameOf(format)} + ".packed";
  return path;
}

bool readPackedFile(const std::filesystem::path& path, Format format, std::uint64_t fingerprint,
                    std::span<std::byte> into, const Told& told) {
  std::ifstream file{path, std::ios::binary};
  PackedHead head;
  const PackedHead expected;
  if (!file.read(reinterpret_cast<char*>(&head), sizeof head)) return false;
  if (std::memcmp(head.name, expected.name, sizeof head.name) != 0 || head.layout != kLayout ||
      head.format != static_cast<std::uint32_t>(format) || head.fingerprint != fingerprint || head.size != into.size())
    return false;
  for (std::size_t at = 0; at < into.size(); at += kStretch) {
    const std::size_t some = std::min(kStretch, into.size() - at);
    if (!file.read(reinterpret_cast<char*>(into.data() + at), static_cast<std::streamsize>(some))) return false;
    if (told) told(static_cast<double>(at + some) / static_cast<double>(into.size()));
  }
  return readAll(into.data(), into.size(), reliedOn()) == head.sum;
}

void writePackedFile(const std::filesystem::path& path, Format format, std::uint64_t fingerprint,
                     std::span<const std::byte> bytes) {
  PackedHead head;
  head.format = static_cast<std::uint32_t>(format);
  head.fingerprint = fingerprint;
  head.size = bytes.size();
  head.sum = readAll(bytes.data(), bytes.size(), reliedOn());
  std::filesystem::path beside = path;
  beside += ".new";
  std::error_code error;
  {
    std::ofstream file{beside, std::ios::binary | std::ios::trunc};
    file.write(reinterpret_cast<const char*>(&head), sizeof head);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (file.flush()) std::filesystem::rename(beside, path, error);
    if (!file || error) {
      std::error_code ignored;
      std::filesystem::remove(beside, ignored);
      throw std::runtime_error{path.string() + ": packed weights cannot be kept there, so every start packs them anew"};
    }
  }
}

}  // namespace antiphon::compute
