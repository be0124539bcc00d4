// Bytes as letters, for texts that carry files.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace antiphon {

/// RFC 4648, filled up with '='.
std::string base64(std::span<const std::uint8_t> bytes);

}  // namespace antiphon
