// The spectrum of real numbers, by FFTW in single precision. Any thread may ask at any time: a plan is made once for
// each size, behind a lock, since FFTW's planner is not made for two; with it, all work at once.
#pragma once

#include <complex>
#include <cstddef>
#include <memory>
#include <span>

namespace antiphon::synth {

class Fourier {
 public:
  /// A power of two.
  explicit Fourier(std::size_t size);
  ~Fourier();
  Fourier(Fourier&&) noexcept;
  Fourier& operator=(Fourier&&) noexcept;

  std::size_t size() const { return size_; }
  /// Where the numbers go in; the transform leaves them as they are.
  std::span<float> in();
  /// From zero to half the rate: size / 2 + 1 of them.
  std::span<const std::complex<float>> transform();

 private:
  struct Room;
  std::size_t size_;
  std::unique_ptr<Room> room_;
};

}  // namespace antiphon::synth
