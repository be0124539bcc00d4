// What a corner that fits into the sampled band has over a sharp one. Added to a plainly drawn wave wherever it jumps
// or bends, it leaves nothing that folds back.
#pragma once

namespace antiphon::synth {

inline constexpr int kEdgeReach = 16;  // frames it begins before its corner, and so what a wave with corners is late by
inline constexpr int kEdgeTaps = 2 * kEdgeReach;
inline constexpr int kEdgeRows = 128;  // places between two frames

/// Of a jump by 1, and of a bend by 1 a frame. Row r is of a corner r / kEdgeRows before its frame; the last is the
/// first, a frame on, so that there is always a next row to go halfway to.
struct EdgeTables {
  alignas(64) float jump[kEdgeRows + 1][kEdgeTaps], bend[kEdgeRows + 1][kEdgeTaps];
};
/// Made when it is first asked for. Realtime: no.
const EdgeTables& edgeTables();

}  // namespace antiphon::synth
