// Sound from a file as it is needed: a block at a time, in mono or stereo, at the rate that is asked for. However long
// the file is, no more than a block of it is in memory.
//
//   SoundReader reader{file, {.rate = SampleRate{44100}, .sides = Sides::one}};
//   while (reader.next()) hear(reader.left());
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "synth/signal.hpp"
#include "synth/sound_file.hpp"

namespace antiphon::synth {

enum class Sides { one, two };

class SoundReader {
 public:
  static constexpr int kMostChannels = 256;
  static constexpr double kLeastRate = 1000, kMostRate = 768000;

  struct Wish {
    std::optional<SampleRate> rate{};  // none: as the file has it
    Sides sides = Sides::two;
  };

  /// Any file that libsndfile reads: WAV, FLAC, OGG, MP3, AIFF ... Throws SoundFileError.
  SoundReader(const std::filesystem::path& file, const Wish& wish);
  ~SoundReader();
  SoundReader(const SoundReader&) = delete;
  SoundReader& operator=(const SoundReader&) = delete;

  /// The next block; false behind the end. Throws SoundFileError when the file ends before its time, is damaged, or has
  /// held no sound at all.
  bool next();
  /// The block, at the rate that was asked for; of one side both are the same. One side is the mean of all channels.
  /// Two are the first two; a centre and what stands behind are added at -3 dB where there are five or six; of other
  /// numbers the odd ones are left and the even ones right.
  std::span<const float> left() const;
  std::span<const float> right() const;
  /// The same block as the file has it: the channels of each frame side by side, at the file's rate. May be empty at
  /// the end, where the converter gives what it held back.
  std::span<const float> recorded() const;

  SampleRate rate() const;
  SampleRate recordedRate() const;
  int channels() const;
  /// How long the file says it is, in seconds; none: it does not say.
  std::optional<double> length() const;
  /// How much of the file has been read, 0 .. 1; 0 when it does not say how long it is.
  double share() const;
  /// Frames read so far, at the file's rate.
  std::int64_t framesRead() const;
  /// Samples so far that were no numbers, or beyond all bounds: they are given as silence.
  std::int64_t noNumbers() const;

 private:
  struct Open;
  std::unique_ptr<Open> open_;
};

}  // namespace antiphon::synth
