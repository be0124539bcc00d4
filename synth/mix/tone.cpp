#include "synth/mix/tone.hpp"

#include <cmath>
#include <complex>

namespace antiphon::synth {

double ToneBand::powerAt(double frequency) const {
  const double root = std::pow(10, decibels / 40);
  // The frequency at which a shelf turns is where it has half of its decibels.
  const double turns = form == Form::lowShelf    ? hertz / std::sqrt(root)
                       : form == Form::highShelf ? hertz * std::sqrt(root)
                                                 : hertz;
  const std::complex<double> s{0, frequency / turns};
  const double loss = form == Form::peak ? 1 / (q * root) : 1 / q;
  const std::complex<double> below = s * s + loss * s + 1.0;
  if (form == Form::peak) return std::norm((s * s + loss * root * root * s + 1.0) / below);
  if (form == Form::lowShelf) return std::norm((s * s + loss * root * s + root * root) / below);
  return std::norm((root * root * s * s + loss * root * s + 1.0) / below);
}

Barks ToneBand::powers() const {
  Barks all{};
  for (std::size_t i = 0; i < kBarks; ++i) all[i] = static_cast<float>(powerAt(middleOf(i)));
  return all;
}

}  // namespace antiphon::synth
