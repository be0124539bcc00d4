#include "synth/null_device.hpp"

#include <cmath>
#include <cstdint>

namespace antiphon::synth {
namespace {

constexpr Nanos kGivesUp = std::chrono::milliseconds{200};  // behind: the machine was asleep

}  // namespace

NullDevice::NullDevice(SampleRate rate, int period)
    : rate_{rate}, period_{period}, left_(static_cast<std::size_t>(period)), right_(static_cast<std::size_t>(period)) {}

void NullDevice::start(SoundSource& source) {
  stop();
  leaving_.store(false, std::memory_order_relaxed);
  thread_ = std::thread{[this, &source] { run(source); }};
}

void NullDevice::stop() {
  if (!thread_.joinable()) return;
  leaving_.store(true, std::memory_order_relaxed);
  thread_.join();
}

void NullDevice::run(SoundSource& source) {
  const double span = period_ * 1e9 / rate_.hertz;
  Nanos begun = steadyNow();
  std::int64_t periods = 0;
  while (!leaving_.load(std::memory_order_relaxed)) {
    // Counted from the beginning, so that nothing adds up.
    const Nanos due = begun + Nanos{std::llround(static_cast<double>(periods) * span)};
    std::this_thread::sleep_until(
        std::chrono::steady_clock::time_point{std::chrono::duration_cast<std::chrono::steady_clock::duration>(due)});
    const Nanos now = steadyNow();
    const Nanos late = now - due;
    source.sound(left_.data(), right_.data(), period_, {now, {}, late > Nanos{std::llround(span)}});
    ++periods;
    if (late > kGivesUp) {
      begun = steadyNow();
      periods = 1;
    }
  }
}

std::string NullDevice::describe() const {
  return "no device, " + std::to_string(std::lround(rate_.hertz)) + " Hz, " + std::to_string(period_) +
         " frames a period";
}

}  // namespace antiphon::synth
