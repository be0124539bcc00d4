// Whether the processor or the loops look ahead: the answer is this machine's.
#pragma once

#include <span>

#include "model/compute/packed.hpp"

namespace antiphon::compute {

/// Multiplies a model's matrices each way by turns, and lets products rely on the fastest (see Foresight). Takes at
/// most some tens of milliseconds; weights that lie in the near cache anyway decide nothing.
void chooseForesight(std::span<const Packed> matrices);

}  // namespace antiphon::compute
