// What a studio is asked for by typing: patterns, and who plays them.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>

#include "bridge/command_table.hpp"
#include "synth/studio/history.hpp"
#include "synth/studio/sequences.hpp"

namespace antiphon {

void addStudioCommands(CommandTable& table, synth::Sequences& sequences);

/// `play` and `quantize` mean other things as well where answers are played, and are added apart.
void addPatternPlay(CommandTable& table, synth::Sequences& sequences);
Command::Reply playPatterns(synth::Sequences& sequences, const std::string& what);
inline constexpr std::array<std::string_view, 4> kChangesCome{"bar", "beat", "step", "now"};
Command::Reply quantizeChanges(synth::Sequences& sequences, std::string_view when);

/// `meter`. `answered`: there are calls and answers, whose bars were said when the program was started.
void addMeter(CommandTable& table, synth::Sequences& sequences, bool answered = false);

/// undo, redo.
void addHistoryCommands(CommandTable& table, synth::History& history);

/// `wait SECONDS`, where lines come from a file or a pipe.
void addWait(CommandTable& table, std::function<Command::Reply(double seconds)> wait);

}  // namespace antiphon
