#include "synth/vector_unit.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "synth/vector_unit.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

int unit() { return static_cast<int>(HWY_TARGET); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(unit);

std::string vectorUnit() { return hwy::TargetName(HWY_DYNAMIC_DISPATCH(unit)()); }

void withoutWideVectors() {
  hwy::DisableTargets(HWY_AVX2 | HWY_AVX3 | HWY_AVX3_DL);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace antiphon::synth
#endif
