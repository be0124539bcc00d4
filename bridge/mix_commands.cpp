#include "bridge/mix_commands.hpp"

#include "bridge/live_mix.hpp"
#include "synth/mix/sound_stems.hpp"

namespace antiphon {
namespace {

using Arguments = Command::Arguments;

/// What cannot be judged is said like what cannot be patched.
template <typename Do>
Command::Handler judging(Do&& act) {
  return [act](const Arguments& given) -> Command::Reply {
    try {
      return act(given);
    } catch (const synth::MixError& error) {
      return {false, error.what()};
    } catch (const synth::PatchError& error) {
      return {false, error.what()};
    }
  };
}

synth::MixReport judged(synth::Desk& desk, const MixDoors& doors, const synth::MixWish& wish) {
  std::unique_ptr<synth::SoundStems> stems;
  doors.within([&] { stems = synth::heardStems(desk); });
  return synth::report(*stems, wish);
}

}  // namespace

MixDoors alone() {
  return {[](const std::function<void()>& act) { act(); },
          [](const std::string&, const std::function<Command::Reply()>& act) { return act(); }};
}

void addMixCommands(CommandTable& table, synth::Desk& desk, MixDoors doors) {
  table.topic("mixing");
  const Command::Parameter target{"target", Command::Real{synth::kQuietestTarget, synth::kLoudestTarget}, "LUFS",
                                  synth::kUsualTarget};
  Command advise{
      "advise",
      {target},
      "Says what could be better in the mix that sounds, each with the command that does it, and how good it is.",
      judging([&desk, doors](const Arguments& given) -> Command::Reply {
        return {true, told(judged(desk, doors, {.target = given.real("target"), .levels = false}))};
      })};
  advise.beside = true;
  table.add(std::move(advise));
  Command level{
      "auto_level",
      {target, {"apply", Command::Flag{}, "", false}},
      "Says where the faders belong, so that all are as loud beside each other as is usual and all together is "
      "this loud; apply=yes moves them.",
      judging([&desk, doors](const Arguments& given) -> Command::Reply {
        const double wanted = given.real("target");
        const synth::Levelled levels = judged(desk, doors, {.target = wanted, .advice = false}).levels;
        if (!given.flag("apply")) return {true, "not moved: " + told(levels)};
        return doors.change("auto_level target=" + decimal(wanted) + " apply=yes", [&]() -> Command::Reply {
          return {true, (apply(desk, levels) ? "" : "nothing has to move: ") + told(levels)};
        });
      })};
  level.beside = true;
  table.add(std::move(level));
}

}  // namespace antiphon
