// Sound from a file, whole in memory, for modules that play it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "synth/signal.hpp"

namespace antiphon::synth {

class Recording {
 public:
  static constexpr int kOctaves = 9;
  static constexpr std::size_t kMargin = 72;  // frames of silence before and behind it

  /// What both ears hear, and by how much more the left does; no side: it is mono.
  Recording(SampleRate rate, std::vector<float> middle, std::vector<float> side = {});

  SampleRate rate() const { return rate_; }
  std::int64_t frames() const { return frames_; }
  bool stereo() const { return !side_[0].empty(); }
  /// Its first frame, at half the rate for each octave, without what that rate has no room for.
  const float* middle(int octave) const { return middle_[static_cast<std::size_t>(octave)].data() + kMargin; }
  const float* side(int octave) const { return side_[static_cast<std::size_t>(octave)].data() + kMargin; }

 private:
  using Octaves = std::array<std::vector<float>, kOctaves>;
  static Octaves octavesOf(std::vector<float> sound);

  SampleRate rate_;
  std::int64_t frames_;
  Octaves middle_, side_{};
};

/// Reads a file. Throws PatchError.
std::shared_ptr<const Recording> recordingIn(const std::filesystem::path& file);

/// Those that are in use, each once.
class Recordings {
 public:
  /// Read from the file, unless that was done and somebody still holds it. Throws PatchError.
  std::shared_ptr<const Recording> in(const std::string& file);

 private:
  struct Kept {
    std::filesystem::path file{};
    std::filesystem::file_time_type written{};
    std::weak_ptr<const Recording> recording{};
  };
  std::vector<Kept> kept_{};
};

}  // namespace antiphon::synth
