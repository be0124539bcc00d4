// All packed matrices of one model, one after the other in one large stretch of memory.
#pragma once

#include <span>
#include <vector>

#include "model/compute/packed.hpp"
#include "model/compute/store.hpp"

namespace antiphon::compute {

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

  /// In the order in which they were asked for.
  std::span<const Packed> matrices() const { return matrices_; }
  std::span<std::byte> bytes() { return {store_.data(), store_.size()}; }
  std::span<const std::byte> bytes() const { return {store_.data(), store_.size()}; }

 private:
  Format format_ = Format::f32;
  Store store_{};
  std::size_t used_ = 0;
  std::vector<Packed> matrices_{};
};

}  // namespace antiphon::compute
