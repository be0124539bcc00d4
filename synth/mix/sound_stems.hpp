// Stems that are in memory: what the desk's channels have just played.
#pragma once

#include <memory>
#include <utility>

#include "synth/desk.hpp"
#include "synth/mix/stems.hpp"

namespace antiphon::synth {

class SoundStems final : public Stems {
 public:
  struct Sound {
    std::vector<float> left{}, right{};
  };
  /// As many sounds as strips, all as long as the first.
  SoundStems(SampleRate rate, std::vector<TrackStrip> strips, std::vector<Sound> sounds, MasterStrip master = {});

  SampleRate rate() const override { return rate_; }
  const std::vector<TrackStrip>& strips() const override { return strips_; }
  const MasterStrip& master() const override { return master_; }
  void begin() override { at_ = count_ = 0; }
  std::size_t next() override;
  std::span<const float> left(std::size_t strip) const override { return {sounds_[strip].left.data() + at_, count_}; }
  std::span<const float> right(std::size_t strip) const override { return {sounds_[strip].right.data() + at_, count_}; }
  double share() const override;

 private:
  SampleRate rate_;
  std::vector<TrackStrip> strips_;
  std::vector<Sound> sounds_;
  MasterStrip master_;
  std::size_t at_ = 0, count_ = 0;
};

/// So many of the last seconds a desk has to remember.
inline constexpr double kHeardSeconds = 16;
/// The desk's channels, as they have sounded since the mixer was changed last. Takes a few milliseconds, so that what
/// is measured can be measured while the desk is edited. Throws MixError when that was too short, or nothing.
std::unique_ptr<SoundStems> heardStems(const Desk& desk);

}  // namespace antiphon::synth
