// Sound files to be read, also such as no one should be given.
#pragma once

#include <sndfile.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace antiphon::synth {

/// A folder of its own, which goes with the test.
class SoundFolder {
 public:
  explicit SoundFolder(const std::string& name) : path_{std::filesystem::temp_directory_path() / ("antiphon-" + name)} {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~SoundFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  SoundFolder(const SoundFolder&) = delete;
  SoundFolder& operator=(const SoundFolder&) = delete;

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

  /// Writes it, the channels of each frame side by side.
  std::string write(const std::string& name, const std::vector<float>& sound, int channels = 1, int rate = 48000,
                    int format = SF_FORMAT_WAV | SF_FORMAT_FLOAT) const {
    const std::string file = *this / name;
    SF_INFO info{};
    info.samplerate = rate;
    info.channels = channels;
    info.format = format;
    SNDFILE* const open = sf_open(file.c_str(), SFM_WRITE, &info);
    if (open == nullptr) throw std::runtime_error{sf_strerror(nullptr)};
    sf_write_float(open, sound.data(), static_cast<sf_count_t>(sound.size()));
    sf_close(open);
    return file;
  }

 private:
  std::filesystem::path path_;
};

struct TwoEars {
  std::vector<float> left{}, right{};
};

/// A file with two channels.
inline TwoEars readSound(const std::string& file) {
  SF_INFO info{};
  SNDFILE* const open = sf_open(file.c_str(), SFM_READ, &info);
  if (open == nullptr) throw std::runtime_error{file + ": " + sf_strerror(nullptr)};
  std::vector<float> both(static_cast<std::size_t>(info.frames * info.channels));
  const sf_count_t frames = sf_readf_float(open, both.data(), info.frames);
  sf_close(open);
  if (info.channels != 2 || frames != info.frames) throw std::runtime_error{file + " is not what it should be"};
  TwoEars ears;
  for (std::size_t i = 0; i < both.size(); i += 2) {
    ears.left.push_back(both[i]);
    ears.right.push_back(both[i + 1]);
  }
  return ears;
}

}  // namespace antiphon::synth
