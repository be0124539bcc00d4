// From a folder of unpacked corpora to a token set and the words for its style.
#pragma once

#include <filesystem>
#include <functional>

namespace antiphon {

struct Gathered {
  std::size_t pieces = 0, notes = 0, textPieces = 0;
  std::size_t leftOut = 0;  // files that could not be read; the first is named in `firstLeftOut`
  std::string firstLeftOut{};
};

/// Reads SOURCE/{train,valid}/*.mid and manifest.jsonl under `corpus`; writes `tokens` and, beside it, `style`. `told`
/// is called with how many files of how many are done.
Gathered gather(const std::filesystem::path& corpus, const std::filesystem::path& tokens,
                const std::filesystem::path& style, const std::function<void(std::size_t, std::size_t)>& told);

}  // namespace antiphon
