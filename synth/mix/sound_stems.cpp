#include "synth/mix/sound_stems.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "synth/mix/programme.hpp"
#include "synth/mixer.hpp"

namespace antiphon::synth {
namespace {

constexpr double kLeastSeconds = 3;  // of sound, before anything is said about it
constexpr double kFadeIn = 0.02;     // s

using Knobs = std::map<std::string, std::map<std::string, double>>;

Knobs effectsBehind(const Patch& patch, const std::string& name) {
  Knobs all;
  for (const std::string& one : behind(patch, name)) {
    const PlacedModule& its = patch.at(one);
    auto& knobs = all[std::string{its.type->name}];
    for (std::size_t i = 0; i < its.values.size(); ++i) knobs[std::string{its.type->inlets[i].name}] = its.values[i];
  }
  all.erase("channel");
  return all;
}

std::vector<TrackStrip> stripsOf(const Patch& patch) {
  std::vector<TrackStrip> strips;
  const std::vector<ChannelState> channels = channelsOf(patch);
  for (const ChannelState& channel : channels) {
    if (channel.name == kMaster || channel.name == kOut) continue;
    TrackStrip strip{.name = channel.name,
                     .level = channel.level,
                     .pan = channel.pan,
                     .effects = effectsBehind(patch, channel.name)};
    for (const ChannelState::Send& send : channel.sends) strip.sends.push_back(send.bus);
    strips.push_back(std::move(strip));
  }
  for (std::size_t i = 0; i < strips.size(); ++i) {
    const auto state = std::ranges::find(channels, strips[i].name, &ChannelState::name);
    for (const ChannelState::Send& send : state->sends) {
      const auto bus = std::ranges::find(strips, send.bus, &TrackStrip::name);
      if (bus == strips.end()) continue;
      bus->bus = true;
      bus->feeds.push_back({i, send.amount});
    }
  }
  return strips;
}

MasterStrip masterOf(const Patch& patch) {
  MasterStrip master;
  if (patch.find(kMaster) == nullptr) return master;
  for (const ChannelState& channel : channelsOf(patch)) {
    if (channel.name == kMaster) master.level = channel.level;
  }
  master.effects = effectsBehind(patch, std::string{kMaster});
  return master;
}

/// It begins in the middle of the music, which must not be taken for a click.
void fadeIn(Desk::Recalled& heard, SampleRate rate) {
  const auto frames = std::min(heard.left.size(), static_cast<std::size_t>(kFadeIn * rate.hertz));
  for (std::size_t f = 0; f < frames; ++f) {
    const float by = static_cast<float>(f) / static_cast<float>(frames);
    heard.left[f] *= by;
    heard.right[f] *= by;
  }
}

double loudnessOf(const SoundStems::Sound& sound, SampleRate rate) {
  Programme heard{rate};
  heard.hear(sound.left, sound.right);
  return heard.loudness();
}

/// What the master and its effects make of the sum. Faders alone are known; of what is held back by a compressor there,
/// only what has become of it in the end.
double louderBehind(const MasterStrip& master, const Patch& patch, const std::vector<SoundStems::Sound>& sounds,
                    SampleRate rate) {
  const auto limiter = master.effects.find("limiter");
  const std::size_t known = limiter == master.effects.end() ? 0 : 1;
  if (master.effects.size() == known)
    return master.level + (known > 0 ? limiter->second.at("gain") : 0) + patch.sink("out.level").value() +
           (patch.find(kMaster) != nullptr ? patch.sink("master.level").value() : 0);
  SoundStems::Sound sum = sounds.front();
  for (std::size_t t = 1; t < sounds.size(); ++t) {
    for (std::size_t i = 0; i < sum.left.size(); ++i) {
      sum.left[i] += sounds[t].left[i];
      sum.right[i] += sounds[t].right[i];
    }
  }
  return master.loudness - loudnessOf(sum, rate);
}

}  // namespace

SoundStems::SoundStems(SampleRate rate, std::vector<TrackStrip> strips, std::vector<Sound> sounds, MasterStrip master)
    : rate_{rate}, strips_{std::move(strips)}, sounds_{std::move(sounds)}, master_{std::move(master)} {}

std::size_t SoundStems::next() {
  at_ += count_;
  const std::size_t all = sounds_.empty() ? 0 : sounds_.front().left.size();
  count_ = std::min(kAtOnce, all - at_);
  return count_;
}

double SoundStems::share() const {
  const std::size_t all = sounds_.empty() ? 0 : sounds_.front().left.size();
  return all == 0 ? 1 : static_cast<double>(at_ + count_) / static_cast<double>(all);
}

std::unique_ptr<SoundStems> heardStems(const Desk& desk) {
  std::vector<TrackStrip> strips = stripsOf(desk.patch());
  if (strips.empty()) throw MixError{"nothing is patched to out, so there is no mix: create an instrument and play it"};
  if (strips.size() > Stems::kMost)
    throw MixError{std::to_string(strips.size()) + " channels are heard; advice is given about at most " +
                   std::to_string(Stems::kMost)};
  const SampleRate rate = desk.machine().rate();
  std::vector<Desk::Recalled> recalled = desk.recall();
  for (Desk::Recalled& heard : recalled) fadeIn(heard, rate);
  const double seconds = recalled.empty() ? 0 : static_cast<double>(recalled.front().left.size()) / rate.hertz;
  if (seconds < kLeastSeconds) {
    char text[120];
    std::snprintf(text, sizeof text,
                  "%.1f s have been heard since the last change: let it play for %.0f s, and ask again", seconds,
                  std::ceil(kLeastSeconds - seconds));
    throw MixError{text};
  }
  std::vector<SoundStems::Sound> sounds(strips.size());
  for (SoundStems::Sound& sound : sounds) {
    sound.left.resize(recalled.front().left.size());
    sound.right.resize(recalled.front().left.size());
  }
  // Who is heard by two ways is one channel.
  SoundStems::Sound out;
  for (Desk::Recalled& heard : recalled) {
    if (heard.name == kOut) out = {std::move(heard.left), std::move(heard.right)};
    const auto strip = std::ranges::find(strips, heard.name, &TrackStrip::name);
    if (strip == strips.end()) continue;
    SoundStems::Sound& sound = sounds[static_cast<std::size_t>(strip - strips.begin())];
    for (std::size_t i = 0; i < sound.left.size(); ++i) {
      sound.left[i] += heard.left[i];
      sound.right[i] += heard.right[i];
    }
  }
  MasterStrip master = masterOf(desk.patch());
  Programme heard{rate};
  heard.hear(out.left, out.right);
  master.loudness = heard.loudness();
  master.truePeak = heard.truePeak();
  master.heard = true;
  master.louder = louderBehind(master, desk.patch(), sounds, rate);
  return std::make_unique<SoundStems>(rate, std::move(strips), std::move(sounds), std::move(master));
}

}  // namespace antiphon::synth
