// A phrase, or a call with its answer, as a Standard MIDI File.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "scheduler/note.hpp"

namespace antiphon {

struct NamedPhrase {
  std::string name{};
  Phrase phrase{};
  Tick begins{};                          // in the file
  std::optional<std::uint8_t> program{};  // of General MIDI, from 0; said before the first note
};

/// One track for the metre and the tempo, then one for each phrase.
std::string phraseFile(Meter meter, Tempo tempo, const std::vector<NamedPhrase>& phrases);
/// Throws std::runtime_error with a sentence for the
/// player when it cannot be written.
void writePhraseFile(const std::filesystem::path& path, Meter meter, Tempo tempo,
                     const std::vector<NamedPhrase>& phrases);

}  // namespace antiphon
