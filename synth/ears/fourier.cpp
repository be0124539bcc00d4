#include "synth/ears/fourier.hpp"

#include <fftw3.h>

#include <map>
#include <mutex>
#include <new>
#include <type_traits>

namespace antiphon::synth {
namespace {

template <typename T>
struct Freeing {
  void operator()(T* numbers) const { fftwf_free(numbers); }
};
template <typename T>
using Numbers = std::unique_ptr<T[], Freeing<T>>;

Numbers<float> reals(std::size_t count) {
  Numbers<float> numbers{fftwf_alloc_real(count)};
  if (!numbers) throw std::bad_alloc{};
  return numbers;
}

Numbers<fftwf_complex> pairs(std::size_t count) {
  Numbers<fftwf_complex> numbers{fftwf_alloc_complex(count)};
  if (!numbers) throw std::bad_alloc{};
  return numbers;
}

struct Dropping {
  void operator()(fftwf_plan plan) const { fftwf_destroy_plan(plan); }
};
using FourierPlan = std::unique_ptr<std::remove_pointer_t<fftwf_plan>, Dropping>;

/// Plans are kept for as long as the program runs. They are estimated and not tried out, so that the same sound has the
/// same spectrum, to the last bit, each time.
fftwf_plan planFor(std::size_t size) {
  static std::mutex planner;
  static std::map<std::size_t, FourierPlan> plans;
  const std::lock_guard lock{planner};
  auto [place, isNew] = plans.try_emplace(size, nullptr);
  if (isNew) {
    const auto in = reals(size);
    const auto out = pairs(size / 2 + 1);
    place->second.reset(
        fftwf_plan_dft_r2c_1d(static_cast<int>(size), in.get(), out.get(), FFTW_ESTIMATE | FFTW_PRESERVE_INPUT));
  }
  return place->second.get();
}

}  // namespace

struct Fourier::Room {
  fftwf_plan plan;
  Numbers<float> in;
  Numbers<fftwf_complex> out;
};

Fourier::Fourier(std::size_t size)
    : size_{size}, room_{std::make_unique<Room>(planFor(size), reals(size), pairs(size / 2 + 1))} {}
Fourier::~Fourier() = default;
Fourier::Fourier(Fourier&&) noexcept = default;
Fourier& Fourier::operator=(Fourier&&) noexcept = default;

std::span<float> Fourier::in() { return {room_->in.get(), size_}; }

std::span<const std::complex<float>> Fourier::transform() {
  fftwf_execute_dft_r2c(room_->plan, room_->in.get(), room_->out.get());
  return {reinterpret_cast<const std::complex<float>*>(room_->out.get()), size_ / 2 + 1};
}

}  // namespace antiphon::synth
