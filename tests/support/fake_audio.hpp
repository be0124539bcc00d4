// Sound devices in virtual time, which come, go and misbehave as a test wants it.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "synth/audio_device.hpp"

namespace antiphon::synth {

class FakeAudio final : public AudioSystem {
 public:
  std::vector<DeviceInfo> there{{0, "card", "Fake", 2, 48000, true}};
  double onlyRate = 48000;
  Nanos time = std::chrono::seconds{1000};
  Nanos cost{};                          // of making a period
  Nanos late{};                          // that the next call comes late; then none is, until it is set again
  bool underrun = false;                 // likewise
  std::optional<std::uint32_t> count{};  // of the card's frames, where it counts
  bool alive = true;                     // what devices say of themselves
  bool calls = true;                     // whether they call
  int players = 0;                       // started and not stopped
  int mostPlayers = 0;
  std::vector<float> heard{};  // the left channel of what a device played
  Nanos heardFrom{};           // when its first frame was called for

  std::vector<DeviceInfo> devices() override { return there; }
  std::unique_ptr<AudioDevice> open(const DeviceInfo& device, SampleRate rate, int period) override {
    if (rate.hertz != onlyRate) throw AudioError{device.name + " plays at another rate."};
    return std::make_unique<Device>(*this, device.name, rate, period);
  }
  std::unique_ptr<AudioDevice> openNothing(SampleRate rate, int period) override {
    return std::make_unique<Device>(*this, std::string{}, rate, period);
  }
  /// Each look at the clock within a call comes after another period's work.
  Nanos now() const override { return time + (working_ ? cost * looks_++ : Nanos{}); }

  /// Lets this much time pass.
  void pass(
      Nanos span, const std::function<void()>& between = [] {}) {
    const Nanos end = time + span;
    if (playing_ == nullptr) {
      time = end;
      return;
    }
    const Device& device = *playing_;
    const Nanos period{static_cast<std::int64_t>(device.period * 1e9 / device.rate.hertz)};
    std::vector<float> left(static_cast<std::size_t>(device.period)), right(left.size());
    for (; time < end && playing_ == &device; time += period) {
      between();
      if (!calls && !device.name.empty()) continue;
      if (heard.empty() && !device.name.empty()) heardFrom = time;
      const Call call{time + std::exchange(late, Nanos{}), {}, std::exchange(underrun, false), count};
      working_ = true;
      looks_ = 0;
      device.source->sound(left.data(), right.data(), device.period, call);
      working_ = false;
      if (count) *count += static_cast<std::uint32_t>(device.period);
      if (!device.name.empty()) heard.insert(heard.end(), left.begin(), left.end());
    }
  }

 private:
  struct Device final : AudioDevice {
    Device(FakeAudio& owner, std::string called, SampleRate hertz, int frames)
        : audio{owner}, name{std::move(called)}, rate{hertz}, period{frames} {}
    ~Device() override { Device::stop(); }

    void start(SoundSource& player) override {
      source = &player;
      audio.playing_ = this;
      audio.mostPlayers = std::max(audio.mostPlayers, ++audio.players);
    }
    void stop() override {
      if (source == nullptr) return;
      source = nullptr;
      --audio.players;
      if (audio.playing_ == this) audio.playing_ = nullptr;
    }
    bool alive() const override { return name.empty() || audio.alive; }
    std::string describe() const override { return name.empty() ? "nothing" : name; }

    FakeAudio& audio;
    std::string name;
    SampleRate rate;
    int period;
    SoundSource* source = nullptr;
  };

  Device* playing_ = nullptr;
  bool working_ = false;
  mutable int looks_ = 0;
};

}  // namespace antiphon::synth
