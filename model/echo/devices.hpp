// What a player does with a figure to say it differently. None of them changes which scale it is in, and none moves an
// onset by anything but multiples of the call's grid.
#pragma once

#include "model/dice.hpp"
#include "model/echo/figure.hpp"

namespace antiphon::echo {

// Pitches.

void transpose(Figure& figure, int steps);
/// From gesture `pivot` on, up where it went down: a question turned into an answer.
void turnTail(Figure& figure, std::size_t pivot);
/// Its pitches backwards, on its own rhythm.
void retrograde(Figure& figure);
/// The chords in another position: triads turned over, upwards or downwards; fuller ones opened by their second tone
/// from the top going an octave down; wide ones closed.
void revoice(Figure& figure, int octave, bool up);

// Rhythm.

/// The first gesture on the bar line: whole beats of rest before it are cut, less than a beat is reached over.
void startOnDownbeat(Figure& figure, const Grid& grid);
/// The first half again, `steps` higher, in place of the second.
void repeatHead(Figure& figure, const Grid& grid, int steps);
void swapHalves(Figure& figure, const Grid& grid);
/// One gesture a step early or late, where there is room; the first one stays. False when nothing could move.
bool displace(Figure& figure, const Grid& grid, Dice& dice);

// Density.

/// A passing or neighbour tone (a chord: its own echo) in the widest spaces. False when there is no space.
bool ornament(Figure& figure, const Grid& grid, Dice& dice);
/// Leaves out what stands weakest until at most `high` notes are left, and at least `low`. The first gesture stays when
/// `keepFirst` says so.
void thin(Figure& figure, const Grid& grid, int low, int high, bool keepFirst, Dice& dice);

// Endings.

enum class Close { onTonic, onFifth, open };  // open: the second tone of the scale, or the fifth
/// Ends on a strong place with room to ring, on the tone asked for, which is reached by step. At least `low` notes
/// stay.
void close(Figure& figure, const Material& material, Close how, int low, Dice& dice);

}  // namespace antiphon::echo
