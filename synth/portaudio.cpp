#include "synth/portaudio.hpp"

#if !defined(ANTIPHON_HAVE_PORTAUDIO)

namespace antiphon::synth {
namespace {

class NoAudio final : public AudioSystem {
 public:
  std::vector<DeviceInfo> devices() override { return {}; }
  std::unique_ptr<AudioDevice> open(const DeviceInfo&, SampleRate, int) override { throw AudioError{kWhy}; }
  std::string_view without() const override { return kWhy; }

 private:
  static constexpr const char* kWhy =
      "This program was built without PortAudio, so it reaches no sound device: install PortAudio (Debian: "
      "portaudio19-dev) and build again.";
};

}  // namespace

std::unique_ptr<AudioSystem> portAudio(bool) { return std::make_unique<NoAudio>(); }

}  // namespace antiphon::synth

#else

#include <portaudio.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>
#include <utility>
#if defined(__linux__) || defined(__APPLE__)
#include <dlfcn.h>
#endif

namespace antiphon::synth {
namespace {

constexpr double kRates[] = {44100, 48000, 88200, 96000, 176400, 192000};

#if defined(__linux__) || defined(__APPLE__)
void sayNothing(const char*) {}
void sayNothingOfAlsa(const char*, int, const char*, int, const char*, ...) {}
#endif

/// Without a sound card or a server the libraries below PortAudio tell the terminal about each device that they do not
/// find, two hundred lines of it. Each of them takes a function for what it has to say, and gets one that says nothing;
/// sending the terminal's own descriptor elsewhere meanwhile would lose the lines of other threads. They are looked up
/// by name, since not every PortAudio stands on them.
void hush() {
#if defined(__linux__) || defined(__APPLE__)
  using Says = void (*)(const char*);
  using SetSays = void (*)(Says);
  for (const char* name : {"jack_set_error_function", "jack_set_info_function"}) {
    if (const auto set = reinterpret_cast<SetSays>(dlsym(RTLD_DEFAULT, name))) set(&sayNothing);
  }
  using AlsaSays = void (*)(const char*, int, const char*, int, const char*, ...);
  using SetAlsaSays = int (*)(AlsaSays);
  if (const auto set = reinterpret_cast<SetAlsaSays>(dlsym(RTLD_DEFAULT, "snd_lib_error_set_handler")))
    set(&sayNothingOfAlsa);
#endif
}

/// PortAudio's JACK part becomes a client of the server whenever it begins, and crashes at its end when the server has
/// died meanwhile. A name that PortAudio takes and JACK does not, since with its end it is one letter too long, keeps
/// it from that.
void keepFromJack(bool away) {
#if defined(__linux__) || defined(__APPLE__)
  static const std::string tooLong(64, 'x');
  using SetName = PaError (*)(const char*);
  if (const auto set = reinterpret_cast<SetName>(dlsym(RTLD_DEFAULT, "PaJack_SetClientName")))
    set(away ? tooLong.c_str() : "antiphon-portaudio");
#else
  static_cast<void>(away);
#endif
}

/// PortAudio, between beginning and end. It looks for devices only when it begins.
class Library {
 public:
  explicit Library(bool jackToo) {
    hush();
    keepFromJack(!jackToo);
    begun_ = Pa_Initialize() == paNoError;
  }
  ~Library() {
    hush();  // JACK's part of PortAudio has set its own meanwhile
    if (begun_) Pa_Terminate();
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

 private:
  bool begun_ = false;
};

class PortAudioDevice final : public AudioDevice {
 public:
  PortAudioDevice(std::shared_ptr<Library> library, const DeviceInfo& info, const PaStreamParameters& how,
                  SampleRate rate, int period, bool byJack)
      : library_{std::move(library)}, text_{info.name + " (" + info.system + ")"}, knowsDelay_{!byJack} {
    // JACK's period is its server's, and is taken as it is: cut into others, it would only come in bursts.
    const unsigned long asked = byJack ? paFramesPerBufferUnspecified : static_cast<unsigned long>(period);
    const PaError refused = Pa_OpenStream(&stream_, nullptr, &how, rate.hertz, asked, paClipOff | paDitherOff,
                                          &PortAudioDevice::call, this);
    if (refused != paNoError) throw AudioError{text_ + " could not be opened (" + Pa_GetErrorText(refused) + ")."};
    Pa_SetStreamFinishedCallback(stream_, [](void* self) noexcept {
      static_cast<PortAudioDevice*>(self)->finished_.store(true, std::memory_order_relaxed);
    });
    text_ += ", " + std::to_string(std::lround(rate.hertz)) + " Hz";
    if (!byJack) text_ += ", " + std::to_string(period) + " frames a period";
  }
  ~PortAudioDevice() override {
    PortAudioDevice::stop();
    hush();
    Pa_CloseStream(stream_);
  }

  void start(SoundSource& source) override {
    source_ = &source;
    finished_.store(false, std::memory_order_relaxed);
    const PaError refused = Pa_StartStream(stream_);
    if (refused != paNoError) throw AudioError{text_ + " could not be started (" + Pa_GetErrorText(refused) + ")."};
  }
  void stop() override {
    if (source_ != nullptr) Pa_AbortStream(stream_);
    source_ = nullptr;
  }
  bool alive() const override { return !finished_.load(std::memory_order_relaxed) && Pa_IsStreamActive(stream_) == 1; }
  std::string describe() const override { return text_; }

 private:
  static int call(const void*, void* out, unsigned long frames, const PaStreamCallbackTimeInfo* time,
                  PaStreamCallbackFlags flags, void* self) noexcept {
    auto& device = *static_cast<PortAudioDevice*>(self);
    float* const* const channels = static_cast<float* const*>(out);
    Call now{steadyNow(), {}, (flags & paOutputUnderflow) != 0};
    // What JACK's part calls the time of hearing is the time of this call and a constant.
    if (device.knowsDelay_ && time != nullptr && time->currentTime > 0) {
      const double delay = time->outputBufferDacTime - time->currentTime;
      if (delay > 0 && delay < 2) now.delay = Nanos{std::llround(delay * 1e9)};
    }
    device.source_->sound(channels[0], channels[1], static_cast<int>(frames), now);
    return paContinue;
  }

  std::shared_ptr<Library> library_;
  std::string text_;
  bool knowsDelay_;
  PaStream* stream_ = nullptr;
  SoundSource* source_ = nullptr;
  std::atomic<bool> finished_{false};
};

class PortAudio final : public AudioSystem {
 public:
  explicit PortAudio(bool jackToo) : jackToo_{jackToo} {}

  std::vector<DeviceInfo> devices() override {
    library_.reset();
    library_ = held_.lock();  // one that a device still plays by must not end
    if (!library_) library_ = std::make_shared<Library>(jackToo_);
    std::vector<DeviceInfo> found;
    for (int i = 0; i < Pa_GetDeviceCount(); ++i) {
      const PaDeviceInfo& info = *Pa_GetDeviceInfo(i);
      if (info.maxOutputChannels < 1 || (!jackToo_ && isJack(info))) continue;
      found.push_back({i, info.name, Pa_GetHostApiInfo(info.hostApi)->name, info.maxOutputChannels,
                       info.defaultSampleRate, i == Pa_GetDefaultOutputDevice()});
    }
    return found;
  }

  std::unique_ptr<AudioDevice> open(const DeviceInfo& device, SampleRate rate, int period) override {
    if (!library_) devices();
    const PaDeviceInfo* const info = Pa_GetDeviceInfo(device.number);
    if (info == nullptr || device.name != info->name) throw AudioError{textOf(device) + " is not there any more."};
    if (info->maxOutputChannels < 2) throw AudioError{textOf(device) + " has one channel, and two are needed."};
    const bool byJack = isJack(*info);
    const double latency = std::max(info->defaultLowOutputLatency, 2 * period / rate.hertz);
    const PaStreamParameters how{device.number, 2, paFloat32 | paNonInterleaved, latency, nullptr};
    hush();
    if (Pa_IsFormatSupported(nullptr, &how, rate.hertz) == paInvalidSampleRate)
      throw AudioError{wrongRate(device, how, rate)};
    auto opened = std::make_unique<PortAudioDevice>(library_, device, how, rate, period, byJack);
    held_ = std::exchange(library_, nullptr);
    return opened;
  }

 private:
  static bool isJack(const PaDeviceInfo& info) { return Pa_GetHostApiInfo(info.hostApi)->type == paJACK; }
  static std::string wrongRate(const DeviceInfo& device, const PaStreamParameters& how, SampleRate rate) {
    std::string possible;
    for (const double other : kRates) {
      if (Pa_IsFormatSupported(nullptr, &how, other) != paNoError) continue;
      possible += (possible.empty() ? "" : ", ") + std::to_string(std::lround(other));
    }
    return textOf(device) + " does not play at " + std::to_string(std::lround(rate.hertz)) + " Hz, but at " +
           (possible.empty() ? std::to_string(std::lround(device.usualRate)) : possible) + " Hz.";
  }

  bool jackToo_;
  std::shared_ptr<Library> library_{};  // until a device holds it
  std::weak_ptr<Library> held_{};       // by the device that is open
};

}  // namespace

std::unique_ptr<AudioSystem> portAudio(bool jackToo) { return std::make_unique<PortAudio>(jackToo); }

}  // namespace antiphon::synth

#endif
