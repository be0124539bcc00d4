// A device that nobody hears: it calls for sound as evenly as this machine's clock goes, and throws it away.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "synth/audio_device.hpp"

namespace antiphon::synth {

class NullDevice final : public AudioDevice {
 public:
  NullDevice(SampleRate rate, int period);
  ~NullDevice() override { stop(); }

  void start(SoundSource& source) override;
  void stop() override;
  bool alive() const override { return true; }
  std::string describe() const override;

 private:
  void run(SoundSource& source);

  SampleRate rate_;
  int period_;
  std::vector<float> left_, right_;
  std::atomic<bool> leaving_{false};
  std::thread thread_{};
};

}  // namespace antiphon::synth
