// Finds the line behind jittered pulses.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "scheduler/time.hpp"

namespace antiphon {

/// The line behind jittered pulses: when the last one truly fell, and how long it is to the next.
///
/// Least-squares lines are laid through the last 2, 3, 4, 6, ... pulses and through all since the last tempo change.
/// The longest is the calmest, and is believed for as long as no shorter one contradicts it; when one does, the tempo
/// has changed, and the longest that still holds takes over. Where no line holds for long the tempo is on a ramp, and
/// parabolas are believed instead. Pulses far off the line wait for their followers to tell a delay from a new tempo.
/// No memory is taken (it is 12 KB in itself), nothing throws; every call: Realtime: yes.
class PulseLine {
 public:
  /// A pulse has arrived; never earlier than the one before it.
  void add(Nanos arrival);
  /// The next pulse has nothing to do with the last one but, most likely, its tempo.
  void breakOff() { known_ = 0; }

  /// The estimated moment of the last pulse.
  Nanos time() const;
  /// The estimated time to the next pulse, always between kFastestBpm and kSlowestBpm.
  Tempo tempo() const { return Tempo::nanosPerTick(period_ / static_cast<double>(kPulse.count)); }

 private:
  /// What a least-squares fit through the last so many pulses needs. Times and ages (in pulses) are counted back from
  /// the newest, so the newest itself adds nothing to the sums.
  struct Sums {
    double pulses = 0;
    double times = 0;
    double aged = 0;       // times weighted by age
    double agedTwice = 0;  // and by the square of the age
    void add(double interval);
  };
  /// Sums since ever, of times and of times weighted by the pulse's number and by its square. They overflow, and that
  /// does no harm: the difference of two is exact whenever it fits.
  struct Total {
    std::uint64_t times = 0;
    std::uint64_t numbered = 0;
    std::uint64_t numberedTwice = 0;
  };
  /// A period expected before any pulse has been heard.
  struct Prior {
    double period;
    double variance;
  };
  struct Fit;
  struct Bounds;
  struct Choice;

  void begin(Nanos time, Prior prior);
  void extend(Nanos time);
  void choose();
  Choice calmest() const;
  Choice calmestLine() const;
  std::optional<Fit> calmestCurve(bool contradicted) const;
  std::size_t turningPoint(std::size_t guess) const;
  void believe(const Fit& fit);
  void learnNoise(Nanos time);
  bool tempoTurned(double surprise);
  void replay(std::size_t pulses, double period);

  Sums last(std::size_t pulses) const;
  Fit line(const Sums& sums, const std::optional<Prior>& prior = {}) const;
  Fit curve(const Sums& sums) const;

  static constexpr std::size_t kRing = 512;
  std::array<Total, kRing> totals_{};  // before pulse number i, at i % kRing
  std::uint64_t number_ = 0;           // of the next pulse
  std::size_t known_ = 0;              // pulses in the ring since the line broke off; 0 while it is broken
  Sums all_{};                         // since the last tempo change
  int patience_ = 0;                   // pulses before the turning point may be sought again
  std::optional<Prior> prior_{};       // before those

  Nanos newest_{};
  double offset_ = 0;  // from the newest pulse as it came to where it should have been
  double period_ = static_cast<double>(Tempo{}.span(kPulse).count());
  double periodVariance_ = 12e6 * 12e6;  // for 120 is only a guess
  double spread_ = 0;                    // variance of the prediction of the next pulse

  double noise_ = 1e6 * 1e6;  // variance of a pulse's arrival; a millisecond is a fair first guess
  double heard_ = 0;          // pulses that it was learnt from
  double nearNext_ = 0;       // the next pulse as a short line predicts it, and the variance of that
  double nearSpread_ = 0;

  static constexpr std::size_t kRemembered = 4;
  std::array<Nanos, kRemembered> arrivals_{};  // the latest, as they came, the newest last
  std::array<double, kRemembered> astray_{};   // how far the last strays were off, the newest last
  std::size_t strays_ = 0;                     // pulses in a row far off the line, on the same side
};

}  // namespace antiphon
