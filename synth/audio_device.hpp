// Where sound goes: the devices of a machine, and one of them opened.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/steady_now.hpp"
#include "synth/signal.hpp"

namespace antiphon::synth {

/// A device that cannot be had. The message is one sentence for the player: what was asked for and what is possible.
struct AudioError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct DeviceInfo {
  int number = 0;
  std::string name, system;  // "Scarlett 18i20", "ALSA"
  int channels = 2;          // that play
  double usualRate = 48000;
  bool isDefault = false;
};
/// "0 system (JACK)".
std::string textOf(const DeviceInfo& device);
/// "48000 Hz".
std::string hertzOf(SampleRate rate);
/// By its number, or by a part of its name that no other has, in capitals or not; empty: the default one. Throws
/// AudioError that names what there is.
const DeviceInfo& chooseDevice(std::span<const DeviceInfo> devices, std::string_view wanted);

/// A device calls for sound.
struct Call {
  Nanos when{};                          // now
  Nanos delay{};                         // until the first of these frames is heard, if the device knows
  bool underrun = false;                 // the sound had a gap since the last call
  std::optional<std::uint32_t> count{};  // of the card's frames at the first of these, where others count by it as well
};

/// What a device plays.
class SoundSource {
 public:
  virtual ~SoundSource() = default;
  /// The next frames. From one thread at a time. Realtime: yes.
  virtual void sound(float* left, float* right, int frames, const Call& call) noexcept = 0;
};

/// Opened, and silent until it is started. By an ordinary thread.
class AudioDevice {
 public:
  virtual ~AudioDevice() = default;
  /// Throws AudioError. The source has to live until stop() has returned.
  virtual void start(SoundSource& source) = 0;
  /// No call comes after this returns. Also of a device that has vanished.
  virtual void stop() = 0;
  /// False once it says of itself that it is gone.
  virtual bool alive() const = 0;
  /// "system (JACK), 48000 Hz, 256 frames a period".
  virtual std::string describe() const = 0;
};

class AudioSystem {
 public:
  virtual ~AudioSystem() = default;
  /// Those that are there now. While one is open, those that were there when it was opened.
  virtual std::vector<DeviceInfo> devices() = 0;
  /// Throws AudioError.
  virtual std::unique_ptr<AudioDevice> open(const DeviceInfo& device, SampleRate rate, int period) = 0;
  /// What plays when there is no device: nobody hears it, but time goes on.
  virtual std::unique_ptr<AudioDevice> openNothing(SampleRate rate, int period);
  /// Realtime: yes.
  virtual Nanos now() const { return steadyNow(); }
  /// Why there can be no devices, in one sentence; empty: there can.
  virtual std::string_view without() const { return {}; }
};

/// All of this machine: JACK's server, if it runs, and what PortAudio finds.
std::unique_ptr<AudioSystem> systemAudio();

}  // namespace antiphon::synth
