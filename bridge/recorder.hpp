// Records what is heard into a sound file, by the bar if that is wished for.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bridge/command_table.hpp"
#include "bridge/shelf.hpp"
#include "synth/desk.hpp"
#include "synth/sound_file.hpp"
#include "synth/studio/sequences.hpp"

namespace antiphon {

/// By one thread at a time, the desk's.
class Recorder {
 public:
  Recorder(synth::Desk& desk, const synth::Sequences& sequences, Shelf shelf)
      : desk_{desk}, sequences_{sequences}, shelf_{std::move(shelf)} {}
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// NAME [bars N], or stop. With bars it begins with the next one, to the frame. Throws PatchError or ShelfError.
  std::string ask(const Command::Words& words);
  /// Writes down what was heard since; many times a second. Says when a recording is whole, or why it is not.
  std::vector<std::string> tend();
  /// What was recorded so far is a whole file.
  std::vector<std::string> finish();

 private:
  std::string start(const std::string& name, int bars);
  void drain();

  synth::Desk& desk_;
  const synth::Sequences& sequences_;
  Shelf shelf_;
  std::unique_ptr<synth::SoundFile> file_{};
  std::filesystem::path path_{};
  std::int64_t frames_ = 0;
  std::vector<float> left_{}, right_{};
};

/// `record`, where there is no call to be recorded.
void addRecorder(CommandTable& table, Recorder& recorder);

}  // namespace antiphon
