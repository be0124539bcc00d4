// A studio that sounds while something else is measured beside it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "bridge/doorway.hpp"
#include "bridge/silent_sink.hpp"
#include "bridge/thread_priority.hpp"
#include "bridge/whole_table.hpp"
#include "cli/standstills.hpp"
#include "synth/null_device.hpp"

namespace antiphon {

/// Of what it plays to, where nothing else is wished.
inline constexpr int kStudioPeriod = 256;
inline constexpr double kStudioRate = 48000;

/// When the sound had gaps, and which call of the device has taken which knob: the moment of the call, and how many it
/// had turned when it ended.
class Witness final : public synth::AudioSystem {
 public:
  struct Call {
    Nanos when{};
    std::uint64_t turned = 0;
  };

  Witness(std::unique_ptr<synth::AudioSystem> system, std::size_t calls) : system_{std::move(system)} {
    calls_.reserve(calls);
  }
  /// The moments when the sound went on after one; of ten thousand at most.
  std::vector<Nanos> gapsBetween(Nanos from, Nanos to) const {
    std::vector<Nanos> some;
    for (std::size_t i = 0, count = gapCount_.load(std::memory_order_acquire); i < count; ++i)
      if (gaps_[i] >= from && gaps_[i] < to) some.push_back(gaps_[i]);
    return some;
  }
  /// How many there were, and which of them an idle thread had as well, until at most `since` before: those are the
  /// machine's.
  nlohmann::ordered_json gapsBetween(Nanos from, Nanos to, const Standstills& standstills, Nanos since) const {
    const std::vector<Nanos> gaps = gapsBetween(from, to);
    nlohmann::ordered_json told{{"gaps", gaps.size()}, {"gaps_of_an_idle_thread_too", nullptr}};
    const auto stills = standstills.between(from - std::chrono::seconds{1}, to);
    if (!stills) return told;
    told["gaps_of_an_idle_thread_too"] = Standstills::among(*stills, gaps, since);
    Nanos longest{};
    for (const auto& still : *stills) longest = std::max(longest, still.to - still.from);
    told["machine_stood_still"] = stills->size();
    told["machine_stood_still_ms_longest"] = static_cast<double>(longest.count()) / 1e6;
    return told;
  }
  void watch(const synth::Machine& machine) { machine_ = &machine; }
  /// Once the sound has stopped.
  const std::vector<Call>& calls() const { return calls_; }

  std::vector<synth::DeviceInfo> devices() override { return system_->devices(); }
  std::unique_ptr<synth::AudioDevice> open(const synth::DeviceInfo& info, synth::SampleRate rate, int period) override {
    return std::make_unique<Device>(*this, system_->open(info, rate, period));
  }
  std::unique_ptr<synth::AudioDevice> openNothing(synth::SampleRate rate, int period) override {
    return std::make_unique<Device>(*this, std::make_unique<synth::NullDevice>(rate, period));
  }

 private:
  class Device final : public synth::AudioDevice, private synth::SoundSource {
   public:
    Device(Witness& witness, std::unique_ptr<synth::AudioDevice> device)
        : witness_{witness}, device_{std::move(device)} {}
    void start(synth::SoundSource& source) override {
      source_ = &source;
      device_->start(*this);
    }
    void stop() override { device_->stop(); }
    bool alive() const override { return device_->alive(); }
    std::string describe() const override { return device_->describe(); }

   private:
    void sound(float* left, float* right, int frames, const synth::Call& call) noexcept override {
      if (!raised_) {  // as a sound card's own thread is
        raiseThisThread();
        raised_ = true;
      }
      const Nanos now = steadyNow();
      if (const std::size_t count = witness_.gapCount_.load(std::memory_order_relaxed);
          call.underrun && count < witness_.gaps_.size()) {
        witness_.gaps_[count] = now;
        witness_.gapCount_.store(count + 1, std::memory_order_release);
      }
      source_->sound(left, right, frames, call);
      auto& calls = witness_.calls_;
      if (witness_.machine_ != nullptr && calls.size() < calls.capacity())
        calls.push_back({now, witness_.machine_->turned()});
    }
    Witness& witness_;
    std::unique_ptr<synth::AudioDevice> device_;
    synth::SoundSource* source_ = nullptr;
    bool raised_ = false;
  };

  std::unique_ptr<synth::AudioSystem> system_;
  const synth::Machine* machine_ = nullptr;
  std::vector<Call> calls_{};
  std::vector<Nanos> gaps_ = std::vector<Nanos>(10'000);
  std::atomic<std::size_t> gapCount_{0};
};

/// A studio as it is played, with a sound that a knob is turned on.
class PlayedStudio {
 public:
  /// `jack`: to the server that runs; else to no device, by this machine's clock. `seconds`: that are witnessed.
  PlayedStudio(bool jack, double seconds, int period = kStudioPeriod)
      : periodLasts_{static_cast<std::int64_t>(period * 1e9 / kStudioRate)},
        witness_{new Witness{synth::systemAudio(), static_cast<std::size_t>((seconds + 10) * kStudioRate / 16)}},
        ensemble_{wishOf(jack, period), std::unique_ptr<synth::AudioSystem>{witness_}, nowhere_} {
    settings_.clock = ClockSource::internal;
    addWholeTable(table_, {.wanted = settings_,
                           .live = {.send = [](const LiveCommand&) { return true; },
                                    .status = [] { return std::string{}; },
                                    .quit = [] {}},
                           .model = {.again = [] { return false; }},
                           .wait = [](double) { return Command::Reply{}; },
                           .ensemble = &ensemble_});
    doorway_.attend([this] { ensemble_.history().begin(); },
                    [this](std::string_view line) {
                      ensemble_.lookAround();
                      ensemble_.history().done(line);
                    });
    for (const char* line : {"create pad osc=saw filter=lowpass voices=8", "patch pad > out", "note pad C3 100 600",
                             "note pad E3 100 600", "note pad G3 100 600"})
      if (const auto reply = doorway_.run(line, Doorway::Door::own); !reply.ok) throw std::runtime_error{reply.text};
    ensemble_.start();
    tending_ = std::thread{[this] { tend(); }};
    std::this_thread::sleep_for(std::chrono::seconds{1});  // until the device runs evenly
  }
  ~PlayedStudio() { stop(); }

  void stop() {
    leaving_.store(true);
    if (tending_.joinable()) tending_.join();
    ensemble_.stop();
  }
  Witness& witness() { return *witness_; }
  /// The gaps in the sound of that time, and which of them are the machine's.
  nlohmann::ordered_json gapsBetween(Nanos from, Nanos to) const {
    // A server tells of its gap a period after.
    return witness_->gapsBetween(from, to, standstills_, 2 * periodLasts_);
  }
  Ensemble& ensemble() { return ensemble_; }
  Doorway& doorway() { return doorway_; }
  const CommandTable& table() const { return table_; }

 private:
  static EnsembleWish wishOf(bool jack, int period) {
    EnsembleWish ensemble;
    ensemble.audio = {jack ? std::string{} : std::string{synth::AudioWish::kNobody}, period};
    ensemble.rate = synth::SampleRate{kStudioRate};
    return ensemble;
  }
  /// As the daemon's own loop does.
  void tend() {
    for (int turn = 0; !leaving_.load(); ++turn) {
      std::this_thread::sleep_for(std::chrono::milliseconds{40});
      doorway_.within([&] {
        ensemble_.turnKnobs();
        if (turn % 25 == 0) ensemble_.tend();
      });
    }
  }

  Nanos periodLasts_;
  Settings settings_{};
  SilentSink nowhere_{};
  Witness* witness_;
  Ensemble ensemble_;
  CommandTable table_{};
  Doorway doorway_{table_, &ensemble_.desk()};
  std::atomic<bool> leaving_{false};
  std::thread tending_{};
  Standstills standstills_{periodLasts_};
};

}  // namespace antiphon
