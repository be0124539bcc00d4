// The file that a table lies in, and how it is made small.
//
//   "ANTMARK1"  checksum u64 of all that follows  order u32, plus 256 when the past mattered strictly backward
//   for each level 0 .. order: nodes u32, entries u32, discounts of the four kinds, three f32 each
//   for each level: blocks (first child u32, first entry u32, of nodes 0, 32, 64 ...), then a byte for each node three
//   times (label, children, entries less one), then a byte for each entry twice (symbol, count code)
// All little-endian. The nodes of a level stand in the order of their parents.
#pragma once

#include <filesystem>
#include <stdexcept>

#include "model/markov/counts.hpp"
#include "model/markov/table.hpp"

namespace antiphon::markov {

/// A file that cannot be read or written, or holds no table. The message is one line and names the file.
struct FileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr std::size_t kLargestFile = std::size_t{2} << 30;
inline constexpr std::uint32_t kBlock = 32;  // nodes
inline constexpr std::string_view kMagic = "ANTMARK1";
inline constexpr std::uint32_t kBackwardFlag = 256;
inline constexpr std::size_t kChecked = 16;  // where the part begins that the checksum covers

std::uint64_t checksum(std::span<const std::uint8_t> bytes);

/// All that was counted.
std::vector<std::uint8_t> pack(const Tree& tree, Regard regard = Regard::counts);
/// At most so many bytes of it: contexts go that change the prediction least for each byte they take, weighed by how
/// often they are met; never one that a longer one needs.
std::vector<std::uint8_t> prune(const Tree& tree, std::size_t mostBytes, Regard regard = Regard::counts);

void writeFile(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);
Table readFile(const std::filesystem::path& path);

}  // namespace antiphon::markov
