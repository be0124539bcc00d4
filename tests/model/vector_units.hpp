// Every vector unit that this machine has, one after the other.
#pragma once

#include <hwy/targets.h>

#include <functional>

namespace antiphon::test {

/// Calls `check` with the kernels of the best unit, then with those of any processor at all.
inline void onEveryVectorUnit(const std::function<void()>& check) {
  const auto use = [](std::int64_t targets) {
    hwy::SetSupportedTargetsForTest(targets);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  };
  use(0);
  check();
  use(HWY_STATIC_TARGET);
  check();
  use(0);
}

}  // namespace antiphon::test
