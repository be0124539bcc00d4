#include "model/compute/packed_store.hpp"

#include <stdexcept>

namespace antiphon::compute {

Packed PackedStore::next(int outputs, int depth) {
  const Packed matrix{store_.data() + used_, format_, outputs, depth};
  if (matrix.bytes() > store_.size() - used_) throw std::logic_error{"packed store: no room for another matrix"};
  used_ += matrix.bytes();
  matrices_.push_back(matrix);
  return matrix;
}

Packed PackedStore::next(int outputs, int depth, std::span<const float> rows) {
  std::byte* const to = store_.data() + used_;
  const Packed matrix = next(outputs, depth);
  pack(rows, outputs, depth, format_, to);
  return matrix;
}

}  // namespace antiphon::compute
