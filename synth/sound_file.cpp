#include "synth/sound_file.hpp"

#include <sndfile.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace antiphon::synth {

struct SoundFile::Open {
  std::filesystem::path file{}, beside{};
  SNDFILE* handle = nullptr;
  std::vector<float> both{};
};

namespace {

int formatOf(const std::filesystem::path& file, Depth depth) {
  const std::string ending = file.extension().string();
  if (ending == ".wav") return SF_FORMAT_WAV | (depth == Depth::real32 ? SF_FORMAT_FLOAT : SF_FORMAT_PCM_24);
  if (ending != ".flac") throw SoundFileError{file.string() + ": sound goes into .wav or .flac files"};
  if (depth == Depth::real32) throw SoundFileError{file.string() + ": a .flac file holds no --float, a .wav file does"};
  return SF_FORMAT_FLAC | SF_FORMAT_PCM_24;
}

}  // namespace

SoundFile::SoundFile(const std::filesystem::path& file, SampleRate rate, Depth depth)
    : open_{std::make_unique<Open>()} {
  open_->file = file;
  open_->beside = file;
  open_->beside += ".part";
  SF_INFO info{};
  info.samplerate = static_cast<int>(std::lround(rate.hertz));
  info.channels = 2;
  info.format = formatOf(file, depth);
  open_->handle = sf_open(open_->beside.c_str(), SFM_WRITE, &info);
  if (open_->handle == nullptr)
    throw SoundFileError{file.string() + " cannot be written: " + std::string{sf_strerror(nullptr)}};
  sf_command(open_->handle, SFC_SET_CLIPPING, nullptr, SF_TRUE);
}

SoundFile::~SoundFile() {
  if (open_->handle == nullptr) return;
  sf_close(open_->handle);
  std::error_code ignored;  // what was left unfinished is of no use
  std::filesystem::remove(open_->beside, ignored);
}

void SoundFile::write(std::span<const float> left, std::span<const float> right) {
  open_->both.clear();
  for (std::size_t i = 0; i < left.size(); ++i) {
    open_->both.push_back(left[i]);
    open_->both.push_back(right[i]);
  }
  const auto frames = static_cast<sf_count_t>(left.size());
  if (sf_writef_float(open_->handle, open_->both.data(), frames) != frames)
    throw SoundFileError{open_->file.string() + " cannot be written: " + std::string{sf_strerror(open_->handle)}};
}

void SoundFile::close() {
  const bool whole = sf_close(std::exchange(open_->handle, nullptr)) == 0;
  std::error_code error;
  if (whole) std::filesystem::rename(open_->beside, open_->file, error);
  if (!whole || error) throw SoundFileError{open_->file.string() + " cannot be written"};
}

}  // namespace antiphon::synth
