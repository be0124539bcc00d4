// Sound into a file: WAV or FLAC, by the name's ending.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>

#include "synth/signal.hpp"

namespace antiphon::synth {

/// In a sentence for the player.
struct SoundFileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Depth : std::uint8_t { bits24, real32 };

class SoundFile {
 public:
  /// Throws SoundFileError. A file that is there already is replaced once the new one is whole.
  SoundFile(const std::filesystem::path& file, SampleRate rate, Depth depth);
  ~SoundFile();
  SoundFile(const SoundFile&) = delete;
  SoundFile& operator=(const SoundFile&) = delete;

  /// As many left as right. Throws SoundFileError when the disk takes no more.
  void write(std::span<const float> left, std::span<const float> right);
  /// The file is whole. Throws SoundFileError.
  void close();

 private:
  struct Open;
  std::unique_ptr<Open> open_;
};

}  // namespace antiphon::synth
