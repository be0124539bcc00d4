// Stems in sound files: any format, rates and lengths that differ, read side by side and never as a whole.
#pragma once

#include <filesystem>
#include <memory>

#include "synth/ears/sound_reader.hpp"
#include "synth/mix/stems.hpp"

namespace antiphon::synth {

struct StemFile {
  std::filesystem::path file{};
  std::string name{};  // empty: the file's own
};

/// What they are all read at.
inline constexpr SampleRate kStemRate{48000};

/// As a studio would call a track of this name: small letters, digits, _ and -; what is not one of these becomes _.
std::string trackName(const std::string& name);

class FileStems final : public Stems {
 public:
  /// Throws MixError: too many, or one that is no sound file. Two of the same name are told apart by a number.
  explicit FileStems(std::vector<StemFile> files);

  SampleRate rate() const override { return kStemRate; }
  const std::vector<TrackStrip>& strips() const override { return strips_; }
  const MasterStrip& master() const override { return master_; }
  void begin() override;
  std::size_t next() override;
  std::span<const float> left(std::size_t strip) const override { return {open_[strip].left.data(), count_}; }
  std::span<const float> right(std::size_t strip) const override { return {open_[strip].right.data(), count_}; }
  double share() const override;

  /// What is to be known of the files: samples that were no numbers.
  std::vector<std::string> notes() const;

 private:
  struct Open {
    std::unique_ptr<SoundReader> reader{};
    std::vector<float> left{}, right{};  // read and not yet heard; the block that is heard now comes first
    bool over = false;
  };
  void fill(std::size_t strip);

  std::vector<StemFile> files_;
  std::vector<TrackStrip> strips_{};
  MasterStrip master_{};
  std::vector<Open> open_{};
  std::size_t count_ = 0;
};

}  // namespace antiphon::synth
