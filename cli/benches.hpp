// What `antiphon bench` measures beside timing and thinking: each adds itself under it, and returns what to do when it
// was chosen.
#pragma once

#include "cli/commands.hpp"

namespace antiphon {

/// How many times faster than it sounds the synth plays.
Action addSynthBench(CLI::App& bench);
/// How it keeps up in the whole program, over a JACK server.
Action addSoundBench(CLI::App& bench);
/// How quickly what other programs ask for is heard.
Action addControlBench(CLI::App& bench);
/// Whether a module of one's own can be written anew while it sounds.
Action addReloadBench(CLI::App& bench);
/// Whether the music goes on while HTTP is asked for much.
Action addHttpBench(CLI::App& bench);
/// Whether heavy patches should be played by two cores.
Action addCoresBench(CLI::App& bench);
/// Whether what is generated is what was asked for, and how soon it is there.
Action addGenerationBench(CLI::App& bench);
/// How mixes whose gains were left to chance are levelled.
Action addMixBench(CLI::App& bench);
/// How often the ears are right, beside others.
Action addEarsBench(CLI::App& bench);

}  // namespace antiphon
