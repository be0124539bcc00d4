#include "bridge/ensemble_commands.hpp"

#include <algorithm>

namespace antiphon {

void addEnsembleCommands(CommandTable& table, Ensemble& ensemble) {
  table.topic("instruments");
  const std::vector<std::string> seats(kSeats.begin(), kSeats.end());
  table.add({"voice",
             {{"who", Command::Choice{seats}}, {"instrument", Command::Text{100}}},
             "Gives you, the answer, or one of its parts an instrument.",
             [&ensemble](const Command::Arguments& given) -> Command::Reply {
               const std::string &who = given.text("who"), &instrument = given.text("instrument");
               const auto seat = std::ranges::find(kSeats, who) - kSeats.begin();
               try {
                 ensemble.give(static_cast<Seat>(seat), instrument);
               } catch (const synth::PatchError& error) {
                 return {false, error.what()};
               }
               return {true, who + " on " + instrument};
             }});
  table.add({"click",
             {{"how", Command::Choice{{"on", "off"}}}},
             "Whether the beat is heard.",
             [&ensemble](const Command::Arguments& given) -> Command::Reply {
               ensemble.click(given.text("how") == "on");
               return {true, "click " + given.text("how")};
             }});
}

}  // namespace antiphon
