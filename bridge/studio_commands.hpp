// What a studio is asked for by typing: patterns, and who plays them.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "bridge/command_table.hpp"
#include "synth/studio/sequences.hpp"

namespace antiphon {

/// `meter`: the music's, for what is said in bars and beats.
void addStudioCommands(CommandTable& table, synth::Sequences& sequences, Meter meter);

/// `play` and `quantize` mean other things as well where answers are played, and are added apart.
void addPatternPlay(CommandTable& table, synth::Sequences& sequences, Meter meter);
Command::Reply playPatterns(synth::Sequences& sequences, const std::string& what);
inline constexpr std::array<std::string_view, 4> kChangesCome{"bar", "beat", "step", "now"};
Command::Reply quantizeChanges(synth::Sequences& sequences, Meter meter, std::string_view when);

}  // namespace antiphon
