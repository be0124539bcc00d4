// Products of bytes in fours, as AVX-512 with VNNI has them: a vector of weights and one instruction make what takes
// three elsewhere. Highway as Debian 12 has it does not reach them. For int8 and q4; the sums are the same to the last
// bit as those of AVX-512 without.
#pragma once

#include <cstddef>
#include <cstdint>

#include "model/compute/kernels.hpp"

namespace antiphon::compute::dots {

/// Whether this processor has them.
bool there();
/// Tests do without, to hear what processors play that have no such products.
void allow(bool allowed);
bool allowed();

/// compute::roundFinely, and split as multiply() wants it: of each four whole numbers their upper bytes, rounded up
/// when the lower byte is below zero, then their lower ones, in the order of the weights.
void roundFinely(const float* in, int depth, std::int16_t* whole, float* scales, std::int32_t* sums);

/// compute::multiply of a whole matrix for int8 (with rows that were rounded here) and q4.
void multiply(const Packed& matrix, int first, int count, const InputView& in, float* out, std::size_t outStride,
              Foresight foresight);

}  // namespace antiphon::compute::dots
