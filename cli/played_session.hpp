// A session of the studio's commands, played in virtual time where nobody hears it, to be measured.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "bridge/command_table.hpp"
#include "synth/mix/sound_stems.hpp"

namespace antiphon {

class PlayedSession {
 public:
  /// Follows the file's commands. Throws UsageError with the line that cannot be followed.
  explicit PlayedSession(const std::filesystem::path& file);
  ~PlayedSession();
  PlayedSession(const PlayedSession&) = delete;
  PlayedSession& operator=(const PlayedSession&) = delete;

  Command::Reply say(const std::string& line);
  /// So many seconds of music.
  void play(double seconds);
  /// Its channels, as heard lately. Throws synth::MixError.
  std::unique_ptr<synth::SoundStems> stems() const;
  synth::Desk& desk();

 private:
  struct Studio;
  std::unique_ptr<Studio> studio_;
};

}  // namespace antiphon
