// A piece of the corpus as voices on the grid: who plays what, bar by bar.
#pragma once

#include <vector>

#include "model/midi_file.hpp"
#include "model/tokens/phrase.hpp"

namespace antiphon {

/// One voice from beginning to end; `GridNote::bar` counts the piece's bars.
struct Stream {
  Part part = Part::melody;
  std::vector<GridNote> notes{};
};

struct Piece {
  std::vector<Meter> bars{};  // the metre of each
  std::vector<Stream> streams{};
};

/// Takes a piece apart: the staves of one keyboard become one stream, every other track (and channel) is a stream of
/// its own. A track's part is read from its name, its channel and how it moves. Bars in a metre that the model does not
/// speak stay empty.
Piece streamsOf(const MidiFile& file);

}  // namespace antiphon
