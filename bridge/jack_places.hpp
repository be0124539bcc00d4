// The eight places that a machine has for JACK servers.
#pragma once

#include <string_view>

namespace antiphon {

/// A JACK server that was killed keeps its place for ever, and after eight of them none can start any more. Gives back
/// the places of servers that are dead and whose names begin with `prefix`; other people's servers are not touched, and
/// nothing is where JACK's registry does not look as known.
void giveBackJackPlaces(std::string_view prefix);

}  // namespace antiphon
