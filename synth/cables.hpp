// How a node hears what its knobs say and what is patched into it.
#pragma once

#include "synth/machine.hpp"

namespace antiphon::synth {

/// Before a node plays: what each of its inlets hears in so many frames. Realtime: yes.
void listen(const Plan::Turn& turn, int frames);

/// After all have played: keeps what was made for the cable that will bring it late. Realtime: yes.
void remember(Cable& cable, int frames);

}  // namespace antiphon::synth
