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

}  // namespace antiphon::synth
