// Plays a machine to a sound device, whatever becomes of the device.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scheduler/latest.hpp"
#include "synth/audio_device.hpp"
#include "synth/card_clock.hpp"
#include "synth/machine.hpp"

namespace antiphon::synth {

/// The sound that somebody wants.
struct AudioWish {
  static constexpr std::string_view kNobody = "none";  // as a device: play, and let nobody hear it

  std::string device{};  // a number, or a part of a name; empty: the default one
  int period = 256;      // frames; JACK's server has its own
};
inline constexpr int kLeastPeriod = 16, kMostPeriod = 2048;
inline constexpr SampleRate kLowestRate{44100}, kHighestRate{192000};

/// The music's time, at a moment.
struct Beat {
  Transport time{};
  Nanos at{};
  std::optional<std::uint32_t> count{};  // likewise, by the card's own count of frames
};

/// How the sound is doing, since the engine was started.
struct EngineMetrics {
  std::uint64_t calls = 0;      // of the device, for a period of sound
  std::uint64_t underruns = 0;  // gaps in the sound, by what the device says
  std::uint64_t overruns = 0;   // periods that took longer to make than to play
  std::uint64_t late = 0;       // gestures whose frame was made before they came
  Nanos mean{}, worst{};        // to make a period
  double share = 0;             // of the time that it takes to play, on average
  double worstShare = 0;
};

/// start(), stop() and tend() are called from ordinary threads, one at a time.
class Engine final : private SoundSource {
 public:
  /// Machine and system have to live longer. Throws AudioError for what no device can do.
  Engine(Machine& machine, AudioSystem& system, AudioWish wish);
  ~Engine() override { stop(); }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Begins to play, and says to what, a sentence each. Where there is no device at all nobody hears it. Throws
  /// AudioError for one that there is not, or that does not play at the machine's rate.
  std::vector<std::string> start();
  /// No frame is made after this returns.
  void stop();
  /// Looks after the device: when it has vanished, goes on unheard until it is back. Called about once a second; says
  /// what changed, a sentence each.
  std::vector<std::string> tend();

  /// Something is played, to sound latency() after its moment. By the one that plays (one thread). False: no room.
  /// `count`: the moment by the frames of a card that both sides count by; where the device does, the note sounds a
  /// period after it, to the frame. Realtime: yes.
  bool play(NodeId node, const Gesture& gesture, Nanos when, std::optional<std::uint32_t> count = {});
  /// The music's time has changed. By one thread. Realtime: yes.
  void keepTime(const Beat& beat) { beat_.write(beat); }

  /// By one ordinary thread at a time, another than the one that plays: the frame on which what is asked for at this
  /// moment sounds, latency() after it.
  Frame frameOf(Nanos when);

  /// These from any thread.
  EngineMetrics metrics() const;
  int latency() const {  // frames, beside the device's own; of what is counted by it, if it counts
    const int period = countedPeriod_.load(std::memory_order_relaxed);
    return period > 0 ? period : clock_.latency();
  }
  SampleRate rate() const { return machine_.rate(); }

  /// By the thread that tends. Whether a device plays it.
  bool heard() const { return heard_; }
  /// "system (JACK), 48000 Hz, 256 frames a period"; empty while stopped.
  std::string device() const { return device_ ? device_->describe() : std::string{}; }

 private:
  /// Which of the machine's frames a device's count means.
  struct Counted {
    bool counts = false;
    std::uint32_t count = 0;
    Frame frame{};
    int period = 0;

    Frame frameOf(std::uint32_t moment) const { return frame + (static_cast<std::int32_t>(moment - count) + period); }
  };

  void sound(float* left, float* right, int frames, const Call& call) noexcept override;
  Transport transportAt(Frame frame, const Call& call, int frames);
  void note(int frames, Nanos took, bool underrun);

  std::unique_ptr<AudioDevice> open();
  void change(std::unique_ptr<AudioDevice> device, bool heard);
  bool vanished();
  std::vector<std::string> comeBack();

  Machine& machine_;
  AudioSystem& system_;
  AudioWish wish_;
  std::unique_ptr<AudioDevice> device_{};
  bool heard_ = false;
  std::optional<DeviceInfo> chosen_{};  // once one has played
  std::string complaint_{};             // why it does not come back, said once


  CardClock clock_;
  Latest<Beat> beat_{};
  Latest<Counted> counted_{};
  std::atomic<int> countedPeriod_{0};  // 0: the device does not count
  double meanDelay_ = 0, delays_ = 0;  // ns, of so many calls: by the one that makes the sound

  std::atomic<std::int64_t> lastCall_{0};  // ns
  std::atomic<std::uint64_t> calls_{0}, underruns_{0}, overruns_{0}, late_{0}, frames_{0};
  std::atomic<std::int64_t> took_{0}, worst_{0};  // ns
  std::atomic<double> worstShare_{0};
};

}  // namespace antiphon::synth
