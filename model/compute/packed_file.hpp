// Packed weights kept in a file, so that a large checkpoint is packed once and not at every start. The file may be
// deleted at any time; one that does not belong to the checkpoint, or is damaged, is not believed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>

#include "model/compute/packed.hpp"

namespace antiphon::compute {

/// `checkpoint` with ".int8.packed" (or the like) behind it.
std::filesystem::path packedFileOf(const std::filesystem::path& checkpoint, Format format);

using Told = std::function<void(double share)>;

/// Fills `into` from the file; false when there is none, or it is of another checkpoint, format or size, or damaged:
/// then nothing in `into` counts.
bool readPackedFile(const std::filesystem::path& path, Format format, std::uint64_t fingerprint,
                    std::span<std::byte> into, const Told& told = {});
/// Beside the path first, then in its place. Throws std::runtime_error, one line, when it cannot be written.
void writePackedFile(const std::filesystem::path& path, Format format, std::uint64_t fingerprint,
                     std::span<const std::byte> bytes);

}  // namespace antiphon::compute
