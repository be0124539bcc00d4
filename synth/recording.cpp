#include "synth/recording.hpp"

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <span>
#include <utility>

#include "synth/kaiser.hpp"
#include "synth/patch.hpp"
#include "synth/plain_file.hpp"

namespace antiphon::synth {
namespace {

constexpr double kLeastRate = 8000, kMostRate = 192000, kLongestSample = 600;  // Hz; s
constexpr double kMostBytes = 1e9;      // with all octaves, which are as much again
constexpr float kLoudestSample = 1000;  // 60 dB above full scale: no sound
constexpr sf_count_t kAtOnce = 16384;   // frames

/// One side of a low-pass filter that halves the rate: of its places only every other is not zero.
constexpr std::size_t kHalfReach = 24;
std::array<float, kHalfReach> halfBand() {
  std::array<float, kHalfReach> taps{};
  for (std::size_t i = 0; i < kHalfReach; ++i) {
    const double x = static_cast<double>(2 * i + 1);
    taps[i] = static_cast<float>(0.5 * sinc(x / 2) * kaiser(x / (2 * kHalfReach), 9));
  }
  return taps;
}

/// Half the rate; both with silence around them.
std::vector<float> halved(const std::vector<float>& sound) {
  static const std::array<float, kHalfReach> taps = halfBand();
  constexpr std::size_t margin = Recording::kMargin;
  const std::size_t frames = (sound.size() - 2 * margin + 1) / 2;
  std::vector<float> odd(frames + 2 * margin), half(frames + 2 * margin);
  const auto at = [&sound](std::size_t index) { return index < sound.size() ? sound[index] : 0.0f; };
  for (std::size_t i = 0; i < frames; ++i) {
    half[margin + i] = 0.5f * at(margin + 2 * i);
    odd[margin + i] = at(margin + 2 * i + 1);
  }
  for (std::size_t begin = margin; begin < margin + frames; begin += 1024) {  // what fits a processor's nearest memory
    const std::size_t end = std::min(begin + 1024, margin + frames);
    for (std::size_t tap = 0; tap < kHalfReach; ++tap) {
      for (std::size_t i = begin; i < end; ++i) half[i] += taps[tap] * (odd[i + tap] + odd[i - tap - 1]);
    }
  }
  return half;
}

struct ClosingSample {
  void operator()(SNDFILE* file) const { sf_close(file); }
};

[[noreturn]] void refuseSample(const std::filesystem::path& file, const std::string& why) {
  throw PatchError{file.string().substr(0, 200) + " " + why};
}

void mustBePlainFile(const std::filesystem::path& file) {
  if (const std::string why = whyNoPlainFile(file); !why.empty()) refuseSample(file, why);
}

/// Reads on until there is no more: what a file says of its length need not be so.
void readAll(const std::filesystem::path& file, SNDFILE* open, const SF_INFO& info, std::vector<float>& middle,
             std::vector<float>& side) {
  const auto most = static_cast<std::size_t>(kLongestSample * info.samplerate);
  const bool stereo = info.channels == 2;
  std::vector<float> both(static_cast<std::size_t>(kAtOnce * info.channels));
  while (const sf_count_t count = sf_readf_float(open, both.data(), kAtOnce)) {
    const std::span<const float> some{both.data(), static_cast<std::size_t>(std::max<sf_count_t>(count, 0)) *
                                                       static_cast<std::size_t>(info.channels)};
    if (some.empty()) break;
    for (const float x : some) {
      if (!(std::abs(x) <= kLoudestSample)) refuseSample(file, "holds what is no sound: numbers beyond all bounds");
    }
    for (std::size_t i = 0; i < some.size(); i += stereo ? 2 : 1) {
      middle.push_back(stereo ? 0.5f * (some[i] + some[i + 1]) : some[i]);
      if (stereo) side.push_back(0.5f * (some[i] - some[i + 1]));
    }
    if (middle.size() > most)
      refuseSample(file, "lasts more than 10 minutes, which is the most that is kept in memory");
    if (2.0 * sizeof(float) * static_cast<double>(middle.size() + side.size()) > kMostBytes)
      refuseSample(file, "takes more than 1 GB of memory: give a shorter one, or one of a lower rate");
  }
}

}  // namespace

Recording::Octaves Recording::octavesOf(std::vector<float> sound) {
  Octaves octaves;
  sound.insert(sound.begin(), kMargin, 0.0f);
  sound.insert(sound.end(), kMargin, 0.0f);
  octaves[0] = std::move(sound);
  for (std::size_t i = 1; i < octaves.size(); ++i) octaves[i] = halved(octaves[i - 1]);
  return octaves;
}

Recording::Recording(SampleRate rate, std::vector<float> middle, std::vector<float> side)
    : rate_{rate}, frames_{static_cast<std::int64_t>(middle.size())}, middle_{octavesOf(std::move(middle))} {
  if (!side.empty()) side_ = octavesOf(std::move(side));
}

std::shared_ptr<const Recording> recordingIn(const std::filesystem::path& file) {
  mustBePlainFile(file);
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, ClosingSample> open{sf_open(file.c_str(), SFM_READ, &info)};
  if (open == nullptr) refuseSample(file, "is no sound file that can be read: WAV, FLAC, OGG and AIFF can");
  if (info.channels > 2)
    refuseSample(file, "has " + std::to_string(info.channels) + " channels: one or two can be played");
  if (info.samplerate < kLeastRate || info.samplerate > kMostRate)
    refuseSample(file, "has a sample rate of " + std::to_string(info.samplerate) + " Hz: 8000 to 192000 can be played");
  try {
    std::vector<float> middle, side;
    readAll(file, open.get(), info, middle, side);
    if (middle.empty()) refuseSample(file, "holds no sound");
    return std::make_shared<const Recording>(SampleRate{static_cast<double>(info.samplerate)}, std::move(middle),
                                             std::move(side));
  } catch (const std::bad_alloc&) {
    refuseSample(file, "does not fit into memory");
  }
}

std::shared_ptr<const Recording> Recordings::in(const std::string& file) {
  std::erase_if(kept_, [](const Kept& kept) { return kept.recording.expired(); });
  mustBePlainFile(file);
  std::error_code error;
  const auto path = std::filesystem::canonical(file, error);
  const auto written = std::filesystem::last_write_time(file, error);
  for (const Kept& kept : kept_) {
    if (kept.file != path || kept.written != written) continue;
    if (auto recording = kept.recording.lock()) return recording;
  }
  auto recording = recordingIn(file);
  if (!error) kept_.push_back({path, written, recording});
  return recording;
}

}  // namespace antiphon::synth
