// All the sound devices that this machine has, whoever brings them.
#include <algorithm>

#include "synth/jack_audio.hpp"
#include "synth/portaudio.hpp"

namespace antiphon::synth {
namespace {

class SystemAudio final : public AudioSystem {
 public:
  std::vector<DeviceInfo> devices() override {
    found_.clear();
    std::vector<DeviceInfo> all;
    // A JACK server that runs is what the player wants to play to, and comes first.
    for (AudioSystem* system : {jack_.get(), others_.get()}) {
      for (DeviceInfo& info : system->devices()) {
        found_.push_back({system, info});
        info.number = static_cast<int>(all.size());
        info.isDefault = info.isDefault && std::ranges::none_of(all, &DeviceInfo::isDefault);
        all.push_back(std::move(info));
      }
    }
    return all;
  }
  std::unique_ptr<AudioDevice> open(const DeviceInfo& device, SampleRate rate, int period) override {
    const auto index = static_cast<std::size_t>(device.number);
    if (index >= found_.size()) throw AudioError{textOf(device) + " is not there."};
    return found_[index].system->open(found_[index].info, rate, period);
  }
  std::string_view without() const override { return others_->without(); }

 private:
  struct Found {
    AudioSystem* system = nullptr;
    DeviceInfo info{};  // as its own system numbers it
  };

  std::unique_ptr<AudioSystem> jack_ = jackAudio(), others_ = portAudio();
  std::vector<Found> found_{};
};

}  // namespace

std::unique_ptr<AudioSystem> systemAudio() { return std::make_unique<SystemAudio>(); }

}  // namespace antiphon::synth
