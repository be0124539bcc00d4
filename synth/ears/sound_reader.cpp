#include "synth/ears/sound_reader.hpp"

#include <sndfile.h>
#include <soxr.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "synth/plain_file.hpp"

namespace antiphon::synth {
namespace {

constexpr float kLoudest = 1000;               // 60 dB above full scale: no sound
constexpr std::size_t kBlockSamples = 65'536;  // of all channels
constexpr float kSettling = 0.70710678f;       // what is not in front is added at -3 dB

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
  throw SoundFileError{file.filename().string().substr(0, 200) + " " + why};
}

void mustBeFile(const std::filesystem::path& file) {
  if (const std::string why = whyNoPlainFile(file); !why.empty()) refuse(file, why);
  std::error_code error;
  if (std::filesystem::file_size(file, error) == 0) refuse(file, "is empty: there is nothing in the file");
}

/// libsndfile would take anything for an MP3 that is called one, and libmpg123 would say on the screen what it thinks
/// of it.
bool onlyCalledMp3(const std::filesystem::path& file) {
  std::string ending = file.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (ending != ".mp3") return false;
  std::array<char, 4> begin{};
  std::ifstream{file, std::ios::binary}.read(begin.data(), begin.size());
  const std::string_view four{begin.data(), begin.size()};
  const bool frame = four[0] == '\xff' && (four[1] & '\xe0') == '\xe0';
  return !frame && !four.starts_with("ID3") && four != "RIFF" && four != "fLaC" && four != "OggS" && four != "FORM";
}

/// WAV and AIFF say how many bytes follow; libsndfile believes the file's end and notes the difference. Programs that
/// write into a pipe say nothing, or the most that can be said.
bool endIsMissing(SNDFILE* open) {
  std::array<char, 4096> log{};
  sf_command(open, SFC_GET_LOG_INFO, log.data(), static_cast<int>(log.size() - 1));
  for (const char* const name : {"data : ", "SSND : "}) {
    const char* const at = std::strstr(log.data(), name);
    if (at == nullptr) continue;
    char* behind = nullptr;
    const unsigned long long said = std::strtoull(at + 7, &behind, 10);
    if (std::string_view{behind}.starts_with(" (should be")) return said != 0 && said < 0x7fff'0000ULL;
  }
  return false;
}

struct Closing {
  void operator()(SNDFILE* file) const { sf_close(file); }
  void operator()(soxr* converter) const { soxr_delete(converter); }
};

/// 20 bits of quality, ten times as fast as libsamplerate's fastest sinc. What soxr keeps for all its converters is
/// made with the first one, so they are made one after the other.
std::unique_ptr<soxr, Closing> converterFor(const std::filesystem::path& file, double from, double to, unsigned sides) {
  static std::mutex making;
  const std::lock_guard lock{making};
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
  soxr_error_t error = nullptr;
  std::unique_ptr<soxr, Closing> converter{soxr_create(from, to, sides, &error, nullptr, &quality, nullptr)};
  if (error != nullptr || converter == nullptr) refuse(file, "cannot be converted to another rate");
  return converter;
}

}  // namespace

struct SoundReader::Open {
  std::filesystem::path file{};
  SF_INFO info{};
  std::unique_ptr<SNDFILE, Closing> handle{};
  std::unique_ptr<soxr, Closing> converter{};
  double ratio = 1;
  bool stereo = false, over = false;
  std::vector<float> block{}, folded{}, converted{}, left{}, right{};
  std::span<float> recorded{};
  std::int64_t read = 0, noNumbers = 0;

  bool knowsLength() const { return info.frames > 0 && info.frames < SF_COUNT_MAX; }
  double at() const { return static_cast<double>(read) / info.samplerate; }

  void open(const Wish& wish) {
    mustBeFile(file);
    const char* const none = "is no sound file that can be read: WAV, FLAC, OGG, MP3 and AIFF can";
    if (onlyCalledMp3(file)) refuse(file, none);
    handle.reset(sf_open(file.c_str(), SFM_READ, &info));
    // What has no head of its own is guessed by its name's ending alone: anything would be sound.
    if (handle == nullptr || (info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_RAW) refuse(file, none);
    if (info.channels < 1 || info.channels > kMostChannels)
      refuse(file, "has " + std::to_string(info.channels) + " channels: 1 to 256 can be read");
    if (info.samplerate < kLeastRate || info.samplerate > kMostRate)
      refuse(file, "has a sample rate of " + std::to_string(info.samplerate) + " Hz: 1000 to 768000 can be read");
    const bool ogg = (info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_OGG;
    if (endIsMissing(handle.get()) || (ogg && info.frames == SF_COUNT_MAX))
      refuse(file, "is cut off: its end is missing");
    stereo = wish.sides == Sides::two;
    const double rate = wish.rate.value_or(SampleRate{static_cast<double>(info.samplerate)}).hertz;
    ratio = rate / info.samplerate;
    if (rate == info.samplerate) return;
    converter = converterFor(file, info.samplerate, rate, stereo ? 2 : 1);
  }

  /// What follows in the file, at most a block.
  void take() {
    const auto channels = static_cast<std::size_t>(info.channels);
    block.resize(kBlockSamples / channels * channels);
    const auto wanted = static_cast<sf_count_t>(block.size() / channels);
    const sf_count_t count = std::max<sf_count_t>(sf_readf_float(handle.get(), block.data(), wanted), 0);
    recorded = {block.data(), static_cast<std::size_t>(count) * channels};
    for (float& x : recorded) {
      if (std::abs(x) <= kLoudest) continue;
      x = 0;
      ++noNumbers;
    }
    read += count;
    over = count == 0;
    if (over) judgeEnd();
  }

  void judgeEnd() const {
    const bool early = knowsLength() && read < info.frames;
    const std::string when = std::to_string(std::lround(at())) + " s";
    if (sf_error(handle.get()) != SF_ERR_NO_ERROR)
      refuse(file,
             (early ? "is cut off or damaged after " : "is damaged after ") + when + ": " + sf_strerror(handle.get()));
    // An MP3's head may count a frame that is not there.
    if (early && info.frames - read > 2 * 1152) refuse(file, "is cut off after " + when);
    if (read == 0) refuse(file, "holds no sound");
  }

  /// All channels to one side or two, the sides of each frame next to each other.
  void fold() {
    const auto channels = static_cast<std::size_t>(info.channels);
    const std::size_t frames = recorded.size() / channels;
    folded.resize(frames * (stereo ? 2 : 1));
    if (!stereo) {
      const float share = 1.0f / static_cast<float>(channels);
      for (std::size_t f = 0; f < frames; ++f) {
        float sum = 0;
        for (std::size_t c = 0; c < channels; ++c) sum += recorded[f * channels + c];
        folded[f] = sum * share;
      }
      return;
    }
    for (std::size_t f = 0; f < frames; ++f) {
      const float* const from = &recorded[f * channels];
      float l = from[0], r = from[channels == 1 ? 0 : 1];
      if (channels == 5 || channels == 6) {  // left, right, centre, (the low one), behind left, behind right
        l += kSettling * (from[2] + from[channels - 2]);
        r += kSettling * (from[2] + from[channels - 1]);
      } else if (channels > 2) {
        for (std::size_t c = 2; c < channels; ++c) (c % 2 == 0 ? l : r) += from[c];
        l /= static_cast<float>((channels + 1) / 2);
        r /= static_cast<float>(channels / 2);
      }
      folded[2 * f] = l;
      folded[2 * f + 1] = r;
    }
  }

  void convert() {
    const std::size_t sides = stereo ? 2 : 1;
    const std::size_t frames = folded.size() / sides;
    std::size_t used = 0, made = 0;
    for (;;) {
      const std::size_t room = static_cast<std::size_t>(static_cast<double>(frames - used) * ratio) + 4096;
      converted.resize(sides * (made + room));
      std::size_t took = 0, gave = 0;
      const float* const from = over ? nullptr : folded.data() + sides * used;  // nothing: give what was held back
      if (soxr_process(converter.get(), from, frames - used, &took, converted.data() + sides * made, room, &gave) !=
          nullptr)
        refuse(file, "cannot be converted to another rate");
      used += took;
      made += gave;
      if (gave < room) break;
    }
    converted.resize(sides * made);
  }

  void part() {
    const std::vector<float>& from = converter ? converted : folded;
    if (!stereo) {
      left = from;
      return;
    }
    left.resize(from.size() / 2);
    right.resize(from.size() / 2);
    for (std::size_t f = 0; f < left.size(); ++f) {
      left[f] = from[2 * f];
      right[f] = from[2 * f + 1];
    }
  }
};

SoundReader::SoundReader(const std::filesystem::path& file, const Wish& wish) : open_{std::make_unique<Open>()} {
  open_->file = file;
  open_->open(wish);
}

SoundReader::~SoundReader() = default;

bool SoundReader::next() {
  if (open_->over) return false;
  open_->take();
  open_->fold();
  if (open_->converter) open_->convert();
  open_->part();
  return !open_->over || !open_->left.empty();
}

std::span<const float> SoundReader::left() const { return open_->left; }
std::span<const float> SoundReader::right() const { return open_->stereo ? open_->right : open_->left; }
std::span<const float> SoundReader::recorded() const { return open_->recorded; }
SampleRate SoundReader::rate() const { return {open_->ratio * open_->info.samplerate}; }
SampleRate SoundReader::recordedRate() const { return {static_cast<double>(open_->info.samplerate)}; }
int SoundReader::channels() const { return open_->info.channels; }
std::optional<double> SoundReader::length() const {
  if (!open_->knowsLength()) return {};
  return static_cast<double>(open_->info.frames) / open_->info.samplerate;
}
double SoundReader::share() const {
  return open_->knowsLength() ? static_cast<double>(open_->read) / static_cast<double>(open_->info.frames) : 0;
}
std::int64_t SoundReader::framesRead() const { return open_->read; }
std::int64_t SoundReader::noNumbers() const { return open_->noNumbers; }

}  // namespace antiphon::synth
