// The log of learning as a picture.
#pragma once

#include <filesystem>

namespace antiphon {

/// Draws bits a note against steps, while learning and on the valid split, from a metrics log. Throws
/// std::runtime_error when the log cannot be read or the picture cannot be written.
void drawLoss(const std::filesystem::path& log, const std::filesystem::path& picture);

}  // namespace antiphon
