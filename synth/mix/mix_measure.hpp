// What was measured of a mix: of each track, and of all together.
#pragma once

#include "synth/mix/role.hpp"
#include "synth/mix/stems.hpp"
#include "synth/mix/track_meter.hpp"

namespace antiphon::synth {

struct MixTrack {
  TrackStrip strip{};
  Role role = Role::lead;
  TrackMeasure measure{};
};

struct MixMeasure {
  std::vector<MixTrack> tracks{};
  MasterStrip master{};
  double seconds = 0;
  double loudness = Programme::kSilent,
         truePeak = Programme::kSilent;   // of the sum; behind the master where it is heard
  double left = 0, right = 0, width = 0;  // as of a track

  double balance() const;
};

/// Throws MixError: nothing to measure, or no more wanted.
MixMeasure measured(Stems& stems, const MixWatch& watch = {});

}  // namespace antiphon::synth
