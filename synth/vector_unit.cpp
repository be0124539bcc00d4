#include "synth/vector_unit.hpp"

#define ANTIPHON_PLAYED_MUCH
#define ANTIPHON_VECTORS "synth/vector_unit.cpp"
#include "synth/module_begin-inl.hpp"

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
