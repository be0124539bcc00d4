// Whether the processor or the loops look ahead: the answer is this machine's.
#pragma once

#include <cstddef>
#include <span>

namespace antiphon::compute {

/// Reads some of the weights both ways by turns, and lets products rely on the faster (see Foresight). Takes at most
/// some tens of milliseconds; weights that lie in the near cache anyway decide nothing.
void chooseForesight(std::span<const std::byte> weights);

}  // namespace antiphon::compute
