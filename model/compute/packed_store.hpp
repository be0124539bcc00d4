// All packed matrices of one model, one after the other in one large stretch of memory.
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "model/compute/packed.hpp"
#include "model/compute/store.hpp"

namespace antiphon::compute {

/// How large a matrix is, and what of it belongs to a unit when it is cut into units: some of its outputs, from each of
/// so many strands that follow one another, or a part of its depth; a panel at least.
struct Sheet {
  enum class Cut : std::uint8_t { outputs, depth };
  int outputs = 0;
  int depth = 0;
  Cut cut = Cut::outputs;
  int strands = 1;
};

class PackedStore {
 public:
  PackedStore() = default;
  /// Room for matrices of packedBytes() in all. Throws std::bad_alloc.
  PackedStore(Format format, std::size_t bytes) : format_{format}, store_{bytes} {}

  Format format() const { return format_; }
  /// The place of the next matrix, whatever stands there. Throws std::logic_error when there is no room.
  Packed next(int outputs, int depth);
  /// The same, and packs it.
  Packed next(int outputs, int depth, std::span<const float> rows);
  /// Places of matrices that are cut into so many units: everything of the first unit, everything of the second, ...
  /// With one unit they are whole.
  std::vector<Packed> next(std::span<const Sheet> sheets, int units);
  static std::size_t bytesFor(Format format, std::span<const Sheet> sheets, int units);
  /// Packs a matrix into its place.
  void fill(const Packed& matrix, std::span<const float> rows);

  /// What is whole, matrices and pieces, as it lies in memory.
  std::span<const Packed> matrices() const { return matrices_; }
  std::span<std::byte> bytes() { return {store_.data(), store_.size()}; }
  std::span<const std::byte> bytes() const { return {store_.data(), store_.size()}; }

 private:
  Format format_ = Format::f32;
  Store store_{};
  std::size_t used_ = 0;
  std::vector<Packed> matrices_{};
  std::deque<std::vector<Packed>> pieces_{};  // they stay where they are
};

}  // namespace antiphon::compute
