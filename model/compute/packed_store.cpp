#include "model/compute/packed_store.hpp"

#include <algorithm>
#include <stdexcept>

namespace antiphon::compute {
namespace {

constexpr std::size_t many(int number) { return static_cast<std::size_t>(number); }

struct Size {
  int outputs, depth;
};
Size pieceOf(const Sheet& sheet, int units, int unit) {
  const auto count = [&](int size) { return pieceBegin(size, units, unit + 1) - pieceBegin(size, units, unit); };
  if (sheet.cut == Sheet::Cut::depth) return {sheet.outputs, count(sheet.depth)};
  return {count(sheet.outputs / sheet.strands), sheet.depth};
}
int strandsOf(const Sheet& sheet) { return sheet.cut == Sheet::Cut::outputs ? sheet.strands : 1; }

}  // namespace

Packed PackedStore::next(int outputs, int depth) {
  const Packed matrix{store_.data() + used_, format_, outputs, depth};
  if (matrix.bytes() > store_.size() - used_) throw std::logic_error{"packed store: no room for another matrix"};
  used_ += matrix.bytes();
  matrices_.push_back(matrix);
  return matrix;
}

Packed PackedStore::next(int outputs, int depth, std::span<const float> rows) {
  const Packed matrix = next(outputs, depth);
  fill(matrix, rows);
  return matrix;
}

std::vector<Packed> PackedStore::next(std::span<const Sheet> sheets, int units) {
  std::vector<Packed> all;
  if (units == 1) {
    for (const Sheet& sheet : sheets) all.push_back(next(sheet.outputs, sheet.depth));
    return all;
  }
  for (const Sheet& sheet : sheets) {
    std::vector<Packed>& pieces = pieces_.emplace_back(many(units * strandsOf(sheet)));
    all.push_back({nullptr, format_, sheet.outputs, sheet.depth, pieces});
  }
  const std::size_t first = pieces_.size() - sheets.size();
  for (int unit = 0; unit < units; ++unit) {
    for (std::size_t i = 0; i < sheets.size(); ++i) {
      const Size size = pieceOf(sheets[i], units, unit);
      for (int strand = 0; strand < strandsOf(sheets[i]); ++strand)
        pieces_[first + i][many(strand * units + unit)] = next(size.outputs, size.depth);
    }
  }
  return all;
}

std::size_t PackedStore::bytesFor(Format format, std::span<const Sheet> sheets, int units) {
  std::size_t bytes = 0;
  for (const Sheet& sheet : sheets) {
    if (units == 1) bytes += packedBytes(format, sheet.outputs, sheet.depth);
    for (int unit = 0; units > 1 && unit < units; ++unit) {
      const Size size = pieceOf(sheet, units, unit);
      bytes += many(strandsOf(sheet)) * packedBytes(format, size.outputs, size.depth);
    }
  }
  return bytes;
}

void PackedStore::fill(const Packed& matrix, std::span<const float> rows) {
  const std::size_t depth = many(matrix.depth);
  if (rows.size() != many(matrix.outputs) * depth)
    throw std::invalid_argument{"packed store: a matrix needs as many weights as outputs times depth"};
  if (matrix.isWhole()) {
    pack(rows, matrix.outputs, matrix.depth, format_, store_.data() + (matrix.data - store_.data()));
    return;
  }
  std::vector<float> some;
  std::size_t begin = 0;
  for (const Packed& piece : matrix.pieces) {
    if (!matrix.isCutDeep()) {
      fill(piece, rows.subspan(begin * depth, many(piece.outputs) * depth));
      begin += many(piece.outputs);
      continue;
    }
    some.clear();
    for (std::size_t row = 0; row < rows.size(); row += depth) {
      const std::span<const float> part = rows.subspan(row + begin, many(piece.depth));
      some.insert(some.end(), part.begin(), part.end());
    }
    fill(piece, some);
    begin += many(piece.depth);
  }
}

}  // namespace antiphon::compute
