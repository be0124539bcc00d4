#include "synth/engine.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "scheduler/realtime_scope.hpp"

namespace antiphon::synth {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kLongestSilence = 1s;  // without a call: the device is gone, whatever it says
constexpr double kManyDelays = 1000;   // calls over which a device's delay is averaged

/// By the one thread that writes it; others read.
template <typename T>
void add(std::atomic<T>& sum, T more) {
  sum.store(sum.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
}

}  // namespace

Engine::Engine(Machine& machine, AudioSystem& system, AudioWish wish)
    : machine_{machine}, system_{system}, wish_{std::move(wish)}, clock_{machine.rate()} {
  if (wish_.period < kLeastPeriod || wish_.period > kMostPeriod) {
    throw AudioError{"A period of " + std::to_string(wish_.period) + " frames is not possible; " +
                     std::to_string(kLeastPeriod) + " to " + std::to_string(kMostPeriod) + " are."};
  }
  if (rate().hertz < kLowestRate.hertz || rate().hertz > kHighestRate.hertz) {
    throw AudioError{"A sample rate of " + hertzOf(rate()) + " is not possible; " + hertzOf(kLowestRate) + " to " +
                     hertzOf(kHighestRate) + " are."};
  }
}

/// Null: there is no device at all.
std::unique_ptr<AudioDevice> Engine::open() {
  const std::vector<DeviceInfo> there = system_.devices();
  if (chosen_) {  // its number may be another by now
    const auto same = std::ranges::find_if(
        there, [&](const auto& info) { return info.name == chosen_->name && info.system == chosen_->system; });
    return same == there.end() ? nullptr : system_.open(*same, rate(), wish_.period);
  }
  if (there.empty()) return nullptr;
  const DeviceInfo& info = chooseDevice(there, wish_.device);
  std::unique_ptr<AudioDevice> device = system_.open(info, rate(), wish_.period);
  chosen_ = info;
  return device;
}

/// From one device to another, none of them playing meanwhile: the machine has one player at a time.
void Engine::change(std::unique_ptr<AudioDevice> device, bool heard) {
  if (device_) device_->stop();
  machine_.playedElsewhere(true);
  device_ = std::move(device);
  heard_ = heard;
  clock_.restart();
  counted_.write({});
  countedPeriod_.store(0, std::memory_order_relaxed);
  meanDelay_ = delays_ = 0;
  lastCall_.store(system_.now().count(), std::memory_order_relaxed);
  try {
    device_->start(*this);
  } catch (const AudioError&) {
    stop();
    throw;
  }
}

std::vector<std::string> Engine::start() {
  stop();
  for (auto* count : {&calls_, &underruns_, &overruns_, &late_, &frames_}) count->store(0);
  took_.store(0);
  worst_.store(0);
  worstShare_.store(0);
  chosen_.reset();
  std::unique_ptr<AudioDevice> device = wish_.device == AudioWish::kNobody ? nullptr : open();
  if (device) {
    change(std::move(device), true);
    return {"The synth plays to " + device_->describe() + "."};
  }
  change(system_.openNothing(rate(), wish_.period), false);
  if (wish_.device == AudioWish::kNobody) return {"The synth plays to no device, as was asked: nobody hears it."};
  const std::string why{system_.without()};
  return {(why.empty() ? "There is no sound device on this machine." : why) +
          " The synth plays all the same, and nobody hears it."};
}

void Engine::stop() {
  if (device_) device_->stop();
  machine_.playedElsewhere(false);
  device_.reset();
  heard_ = false;
}

bool Engine::vanished() {
  const Nanos silent = system_.now() - Nanos{lastCall_.load(std::memory_order_relaxed)};
  return !device_->alive() || silent > kLongestSilence;
}

std::vector<std::string> Engine::tend() {
  if (!device_ || wish_.device == AudioWish::kNobody) return {};
  if (!heard_) return comeBack();
  if (!vanished()) return {};
  complaint_.clear();
  change(system_.openNothing(rate(), wish_.period), false);
  return {textOf(*chosen_) + " plays no more; the synth goes on unheard until it is back."};
}

std::vector<std::string> Engine::comeBack() {
  try {
    std::unique_ptr<AudioDevice> device = open();
    if (!device) return {};
    change(std::move(device), true);
    complaint_.clear();
    return {"The synth is heard again: it plays to " + device_->describe() + "."};
  } catch (const AudioError& refused) {
    if (!device_) change(system_.openNothing(rate(), wish_.period), false);
    // Said when it is new, and not every second.
    if (std::exchange(complaint_, refused.what()) == refused.what()) return {};
    return {complaint_};
  }
}

bool Engine::play(NodeId node, const Gesture& gesture, Nanos when, std::optional<std::uint32_t> count) {
  const Counted& counted = counted_.read();
  const Frame at = count && counted.counts ? counted.frameOf(*count) : clock_.frameOf(when);
  if (at < machine_.now()) late_.fetch_add(1, std::memory_order_relaxed);
  return machine_.play(node, gesture, at);
}

Frame Engine::frameOf(Nanos when) { return clock_.frameFor(when).value_or(machine_.now()); }

Transport Engine::transportAt(Frame frame, const Call& call, int frames) {
  const Beat& beat = beat_.read();
  Transport time = beat.time;
  if (!time.running) return time;
  double seconds = static_cast<double>((clock_.momentOf(frame) - beat.at).count()) / 1e9;
  // As with notes, what sounds now is a period old.
  if (call.count && beat.count)
    seconds = (static_cast<double>(static_cast<std::int32_t>(*call.count - *beat.count)) - frames) / rate().hertz;
  time.beat += seconds * time.tempo / 60;
  return time;
}

void Engine::sound(float* left, float* right, int frames, const Call& call) noexcept {
  const RealtimeScope scope;
  const Nanos begun = system_.now();
  // A call that comes late finds the device with less left to play: together they are the even march of the card.
  const auto delay = static_cast<double>(call.delay.count());
  delays_ = std::min(delays_ + 1, kManyDelays);
  meanDelay_ += (delay - meanDelay_) / delays_;
  const Frame first = machine_.now();
  clock_.called(first, frames, call.when + Nanos{std::llround(delay - meanDelay_)}, call.underrun);
  if (call.count) {
    counted_.write({true, *call.count, first, frames});
    countedPeriod_.store(frames, std::memory_order_relaxed);
  }
  machine_.render(left, right, frames, transportAt(first, call, frames));
  note(frames, system_.now() - begun, call.underrun);
  lastCall_.store(call.when.count(), std::memory_order_relaxed);
}

void Engine::note(int frames, Nanos took, bool underrun) {
  const double share = static_cast<double>(took.count()) * rate().hertz / (frames * 1e9);
  add<std::uint64_t>(calls_, 1);
  add<std::uint64_t>(frames_, static_cast<std::uint64_t>(frames));
  add<std::int64_t>(took_, took.count());
  if (underrun) add<std::uint64_t>(underruns_, 1);
  if (share > 1) add<std::uint64_t>(overruns_, 1);
  if (took.count() > worst_.load(std::memory_order_relaxed)) worst_.store(took.count(), std::memory_order_relaxed);
  if (share > worstShare_.load(std::memory_order_relaxed)) worstShare_.store(share, std::memory_order_relaxed);
}

EngineMetrics Engine::metrics() const {
  EngineMetrics metrics{.calls = calls_.load(),
                        .underruns = underruns_.load(),
                        .overruns = overruns_.load(),
                        .late = late_.load(),
                        .worst = Nanos{worst_.load()},
                        .worstShare = worstShare_.load()};
  const auto frames = static_cast<double>(frames_.load()), took = static_cast<double>(took_.load());
  if (metrics.calls == 0 || frames == 0) return metrics;
  metrics.mean = Nanos{std::llround(took / static_cast<double>(metrics.calls))};
  metrics.share = took * rate().hertz / (frames * 1e9);
  return metrics;
}

}  // namespace antiphon::synth
