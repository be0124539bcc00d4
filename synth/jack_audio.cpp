#include "synth/jack_audio.hpp"

#if defined(ANTIPHON_HAVE_JACK)
#include <jack/jack.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#endif

namespace antiphon::synth {
namespace {

#if defined(ANTIPHON_HAVE_JACK)

struct CloseJack {
  void operator()(jack_client_t* client) const { jack_client_close(client); }
};
using JackClient = std::unique_ptr<jack_client_t, CloseJack>;

/// Null: no server answers. Starts none, and nothing is printed.
JackClient openJack() {
  const auto sayNothing = [](const char*) {};
  jack_set_error_function(sayNothing);
  jack_set_info_function(sayNothing);
  return JackClient{jack_client_open("antiphon-synth", JackNoStartServer, nullptr)};
}

DeviceInfo infoOf(jack_client_t& client) {
  return {0, "system", "JACK", 2, static_cast<double>(jack_get_sample_rate(&client)), true};
}

class JackDevice final : public AudioDevice {
 public:
  explicit JackDevice(JackClient client) : jack_{std::move(client)} {
    for (std::size_t side = 0; side < 2; ++side) {
      const char* const name = side == 0 ? "out_left" : "out_right";
      out_[side] = jack_port_register(jack_.get(), name, JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
      if (out_[side] == nullptr) throw AudioError{"JACK has no room for the synth's ports."};
    }
    jack_set_process_callback(
        jack_.get(),
        [](jack_nframes_t frames, void* self) noexcept {
          static_cast<JackDevice*>(self)->process(frames);
          return 0;
        },
        this);
    jack_set_xrun_callback(
        jack_.get(),
        [](void* self) noexcept {
          static_cast<JackDevice*>(self)->gap_.store(true, std::memory_order_relaxed);
          return 0;
        },
        this);
    jack_on_shutdown(
        jack_.get(),
        [](void* self) noexcept { static_cast<JackDevice*>(self)->alive_.store(false, std::memory_order_relaxed); },
        this);
    text_ = "system (JACK), " + std::to_string(jack_get_sample_rate(jack_.get())) + " Hz, " +
            std::to_string(jack_get_buffer_size(jack_.get())) + " frames a period";
  }
  ~JackDevice() override { JackDevice::stop(); }

  void start(SoundSource& source) override {
    source_ = &source;
    if (jack_activate(jack_.get()) != 0) throw AudioError{"The JACK server does not let the synth play."};
    const char** const speakers =
        jack_get_ports(jack_.get(), nullptr, JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput | JackPortIsPhysical);
    if (speakers == nullptr) return;
    for (std::size_t side = 0; side < 2 && speakers[side] != nullptr; ++side)
      jack_connect(jack_.get(), jack_port_name(out_[side]), speakers[side]);
    jack_free(static_cast<void*>(speakers));
  }
  void stop() override {
    if (source_ != nullptr) jack_deactivate(jack_.get());
    source_ = nullptr;
  }
  bool alive() const override { return alive_.load(std::memory_order_relaxed); }
  std::string describe() const override { return text_; }

 private:
  void process(jack_nframes_t frames) noexcept {
    Call call{steadyNow(), {}, gap_.exchange(false, std::memory_order_relaxed), jack_last_frame_time(jack_.get())};
    // JACK knows when a cycle truly begins, however late it calls; what is made in it is heard when the next one does.
    // Where cycles were lost it is some time before it knows again.
    jack_nframes_t cycle = 0;
    jack_time_t begins = 0, next = 0;
    float span = 0;
    if (jack_get_cycle_times(jack_.get(), &cycle, &begins, &next, &span) == 0) {
      // By JACK's own clock, which runs beside the steady one.
      const auto now = static_cast<std::int64_t>(jack_get_time());
      const std::int64_t until = static_cast<std::int64_t>(next) - now, period = std::llround(span);
      call.delay = std::chrono::microseconds{until > 0 && until < 2 * period ? until : period};
    }
    auto* const left = static_cast<float*>(jack_port_get_buffer(out_[0], frames));
    auto* const right = static_cast<float*>(jack_port_get_buffer(out_[1], frames));
    source_->sound(left, right, static_cast<int>(frames), call);
  }

  // The client goes last of all: its threads use the rest.
  std::string text_{};
  std::array<jack_port_t*, 2> out_{};
  SoundSource* source_ = nullptr;
  std::atomic<bool> gap_{false}, alive_{true};
  JackClient jack_;
};

class JackAudio final : public AudioSystem {
 public:
  std::vector<DeviceInfo> devices() override {
    const JackClient client = openJack();
    return client ? std::vector{infoOf(*client)} : std::vector<DeviceInfo>{};
  }
  std::unique_ptr<AudioDevice> open(const DeviceInfo& device, SampleRate rate, int) override {
    JackClient client = openJack();
    if (!client) throw AudioError{textOf(device) + " is not there any more."};
    const DeviceInfo now = infoOf(*client);
    if (now.usualRate != rate.hertz) {
      throw AudioError{textOf(device) + " plays at " + hertzOf({now.usualRate}) + ", and not at " + hertzOf(rate) +
                       "; its server decides."};
    }
    return std::make_unique<JackDevice>(std::move(client));
  }
};

#else

class JackAudio final : public AudioSystem {
 public:
  std::vector<DeviceInfo> devices() override { return {}; }
  std::unique_ptr<AudioDevice> open(const DeviceInfo& device, SampleRate, int) override {
    throw AudioError{textOf(device) + " is not there."};
  }
};

#endif

}  // namespace

std::unique_ptr<AudioSystem> jackAudio() { return std::make_unique<JackAudio>(); }

}  // namespace antiphon::synth
