// All that is said of a mix: advice and levels, from one hearing.
#pragma once

#include "synth/mix/advice.hpp"
#include "synth/mix/file_stems.hpp"
#include "synth/mix/level.hpp"

namespace antiphon::synth {

struct MixReport {
  MixMeasure measure{};
  Advice advice{};
  Levelled levels{};
};

struct MixWish {
  double target = kUsualTarget;  // LUFS
  bool advice = true, levels = true;
};

/// Throws MixError. Any thread; what it needs of memory does not grow with the length of the stems.
MixReport report(Stems& stems, const MixWish& wish = {}, const MixWatch& watch = {});
MixReport report(const std::vector<StemFile>& files, const MixWish& wish = {}, const MixWatch& watch = {});

}  // namespace antiphon::synth
