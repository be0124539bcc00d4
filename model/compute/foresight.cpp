#include "model/compute/foresight.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "model/compute/kernels.hpp"
#include "model/compute/store.hpp"

namespace antiphon::compute {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kTooFew = std::size_t{2} << 20;
constexpr std::size_t kEnough = std::size_t{64} << 20;
constexpr std::size_t kTurns = 5;  // by turns, and their median: what held some of them up was somebody else

constexpr std::size_t at(int index) { return static_cast<std::size_t>(index); }

/// Goes through a model as thinking does, one matrix after the other, round and round.
class Round {
 public:
  explicit Round(std::span<const Packed> matrices) : matrices_{matrices} {
    int deepest = 0, widest = 0;
    for (const Packed& matrix : matrices) {
      deepest = std::max(deepest, groupsFor(Format::int8, matrix.depth) * groupOf(Format::int8));
      widest = std::max(widest, matrix.panels() * kPanel);
    }
    numbers_ = Floats(at(deepest));
    whole_ = Aligned<std::int16_t>(at(deepest));
    coarse_ = Aligned<std::int8_t>(at(deepest));
    scales_ = Floats(at(deepest));
    sums_ = Aligned<std::int32_t>(at(deepest));
    out_ = Floats(at(widest));
    in_ = {numbers_.data(), whole_.data(), coarse_.data(), at(deepest), scales_.data(), sums_.data(), at(deepest), 1};
  }

  /// Nanoseconds a byte, of some matrices that follow; once through all of them at most. So a model that is larger than
  /// the caches comes from the main memory, and a smaller one from where it will lie.
  double turn(Foresight foresight) {
    relyOn(foresight);
    std::size_t bytes = 0;
    const auto begin = Clock::now();
    for (std::size_t many = 0; many < matrices_.size() && bytes < kEnough; ++many) {
      const Packed& matrix = matrices_[next_];
      multiply(matrix, 0, matrix.panels(), in_, out_.data(), out_.size());
      bytes += matrix.bytes();
      next_ = (next_ + 1) % matrices_.size();
    }
    return std::chrono::duration<double, std::nano>(Clock::now() - begin).count() / static_cast<double>(bytes);
  }

 private:
  std::span<const Packed> matrices_;
  std::size_t next_ = 0;
  Floats numbers_{}, scales_{}, out_{};
  Aligned<std::int16_t> whole_{};
  Aligned<std::int8_t> coarse_{};
  Aligned<std::int32_t> sums_{};
  InputView in_{};
};

}  // namespace

void chooseForesight(std::span<const Packed> matrices) {
  std::size_t bytes = 0;
  for (const Packed& matrix : matrices) bytes += matrix.bytes();
  if (bytes < kTooFew) return;
  Round round{matrices};
  std::array<std::array<double, kTurns>, kForesights.size()> times{};
  for (std::size_t turn = 0; turn < kTurns; ++turn) {
    for (std::size_t i = 0; i < kForesights.size(); ++i) times[i][turn] = round.turn(kForesights[i]);
  }
  std::size_t best = 0;
  for (std::size_t i = 0; i < kForesights.size(); ++i) {
    std::ranges::sort(times[i]);
    if (times[i][kTurns / 2] < times[best][kTurns / 2]) best = i;
  }
  relyOn(kForesights[best]);
}

}  // namespace antiphon::compute
