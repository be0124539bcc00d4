// Every vector unit that this machine has, one after the other.
#pragma once

#include <hwy/targets.h>

#include <functional>

#include "model/compute/dots.hpp"

namespace antiphon::test {

/// Calls `check` with the kernels of the best unit, then with less and less, down to those of any processor at all.
inline void onEveryVectorUnit(const std::function<void()>& check) {
  const auto use = [](std::int64_t targets) {
    hwy::SetSupportedTargetsForTest(targets);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  };
  use(0);
  check();
  compute::dots::allow(false);
  check();
  compute::dots::allow(true);
#if defined(__x86_64__) || defined(_M_X64)
  if (hwy::SupportedTargets() & HWY_AVX2) {
    use(HWY_AVX2 | HWY_STATIC_TARGET);
    check();
  }
#endif
  use(HWY_STATIC_TARGET);
  check();
  use(0);
}

}  // namespace antiphon::test
