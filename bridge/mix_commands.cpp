#include "bridge/mix_commands.hpp"

#include "bridge/live_mix.hpp"
#include "bridge/trying.hpp"
#include "synth/mix/sound_stems.hpp"

namespace antiphon {
namespace {

using Arguments = Command::Arguments;

/// What cannot be judged is said like what cannot be patched.
template <typename Do>
Command::Handler judging(Do&& act) {
  return trying([act](const Arguments& given) {
    try {
      return act(given);
    } catch (const synth::MixError& error) {
      throw synth::PatchError{error.what()};
    }
  });
}

}  // namespace

void addMixCommands(CommandTable& table, synth::Desk& desk) {
  table.topic("mixing");
  const Command::Parameter target{"target", Command::Real{synth::kQuietestTarget, synth::kLoudestTarget}, "LUFS",
                                  synth::kUsualTarget};
  table.add(
      {"advise",
       {target},
       "Says what could be better in the mix that sounds, each with the command that does it, and how good it is.",
       judging([&desk](const Arguments& given) {
         const auto stems = synth::heardStems(desk);
         return told(synth::report(*stems, {.target = given.real("target"), .levels = false}));
       })});
  table.add({"auto_level",
             {target, {"apply", Command::Flag{}, "", false}},
             "Says where the faders belong, so that all are as loud beside each other as is usual and all together is "
             "this loud; apply=yes moves them.",
             judging([&desk](const Arguments& given) {
               const auto stems = synth::heardStems(desk);
               const synth::MixReport report = synth::report(*stems, {.target = given.real("target"), .advice = false});
               if (!given.flag("apply")) return "not moved: " + told(report.levels);
               return (apply(desk, report.levels) ? "" : "nothing has to move: ") + told(report.levels);
             })});
}

}  // namespace antiphon
