#include "synth/mix/report.hpp"

#include <cmath>
#include <cstdio>

namespace antiphon::synth {

MixReport report(Stems& stems, const MixWish& wish, const MixWatch& watch) {
  if (!(wish.target >= kQuietestTarget && wish.target <= kLoudestTarget)) {
    char text[120];
    std::snprintf(text, sizeof text, "a mix can be levelled to %.0f .. %.0f LUFS, not to %g", kQuietestTarget,
                  kLoudestTarget, wish.target);
    throw MixError{text};
  }
  MixReport all{.measure = measured(stems, watch)};
  if (wish.advice) all.advice = adviceOn(all.measure, wish.target);
  if (wish.levels) all.levels = autoLevel(stems, all.measure, wish.target, {.stop = watch.stop});
  return all;
}

MixReport report(const std::vector<StemFile>& files, const MixWish& wish, const MixWatch& watch) {
  FileStems stems{files};
  MixReport all = report(stems, wish, watch);
  for (std::string& note : stems.notes()) all.advice.notes.push_back(std::move(note));
  return all;
}

}  // namespace antiphon::synth
