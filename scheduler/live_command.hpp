// What the player can ask for while the music runs.
#pragma once

#include <variant>

#include "scheduler/settings.hpp"

namespace antiphon {

struct Panic {};   // silence, now
struct Again {};   // answer the same call anew, at the next bar line
struct Record {};  // manual mode: the call begins here
struct Play {};    // manual mode: answer at the next bar line

/// Settings take effect from the next turn on; a tempo at once.
using LiveCommand = std::variant<Settings, Panic, Again, Record, Play>;

}  // namespace antiphon
