// How full the answer may be: within a factor of one and a half of the call, on the whole.
#pragma once

#include <algorithm>
#include <cstdint>

namespace antiphon::echo {

/// Keeps account bar by bar. Until the last bar the account stays closer to the call than it must, so that the last bar
/// is free to thin out.
class Density {
 public:
  struct Range {
    int low, high;
    Range upTo(int most) const { return {std::min(low, most), std::min(high, most)}; }
  };

  /// `least` notes in every bar come before all else.
  Density(int callNotes, int callBars, int answerBars, int least)
      : notes_{callNotes}, callBars_{callBars}, answerBars_{answerBars}, least_{least} {}

  /// Notes that the next bar may have.
  Range next() const {
    const std::int64_t after = bars_ + 1;
    const bool last = after == answerBars_;
    const std::int64_t low =
        (last ? ceilOf(2 * notes_ * after, 3 * callBars_) : ceilOf(17 * notes_ * after, 20 * callBars_));
    const std::int64_t high = (last ? 3 * notes_ * after / (2 * callBars_) : 5 * notes_ * after / (4 * callBars_));
    if (low > high) return both((2 * notes_ * after + callBars_) / (2 * callBars_) - spent_);
    const int most = both(high - spent_).high;
    return {std::min(both(low - spent_).low, most), most};
  }
  void spend(int notes) {
    spent_ += notes;
    ++bars_;
  }

 private:
  static std::int64_t ceilOf(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
  Range both(std::int64_t n) const {
    const int notes = std::max(static_cast<int>(n), least_);
    return {notes, notes};
  }

  std::int64_t notes_;
  std::int64_t callBars_;
  std::int64_t answerBars_;
  int least_;
  std::int64_t bars_ = 0;
  std::int64_t spent_ = 0;
};

}  // namespace antiphon::echo
