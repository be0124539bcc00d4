// The studio in files: what is typed makes it, so what is typed is what is written. A file that is read is followed
// aside first; one that is broken changes nothing.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "bridge/command_table.hpp"
#include "bridge/shelf.hpp"
#include "synth/desk.hpp"
#include "synth/studio/sequences.hpp"

namespace antiphon {

/// What a file makes of nothing.
struct StudioFile {
  synth::Patch patch{};
  synth::Sequences::State sequences{};
  double tempo = 0;  // quarters a minute; 0: the file does not say
};
/// Throws ShelfError, which names the line that cannot be followed.
StudioFile readStudioFile(const std::filesystem::path& file, synth::SampleRate rate, Meter meter);

/// What else a file tells.
struct FileDoors {
  std::function<double()> tempo{};  // quarters a minute of our own clock; 0: we follow another
  std::function<void(double)> setTempo{};
  std::function<void()> loaded{};  // another patch is there
};

/// save, load, saved.
void addFileCommands(CommandTable& table, synth::Desk& desk, synth::Sequences& sequences, Shelf shelf, FileDoors doors);

}  // namespace antiphon
