#include "bridge/whole_table.hpp"

#include <utility>

#include "bridge/ensemble_commands.hpp"
#include "bridge/patch_commands.hpp"
#include "bridge/studio_commands.hpp"

namespace antiphon {
namespace {

/// A machine without a sound card.
class NoAudio final : public synth::AudioSystem {
 public:
  std::vector<synth::DeviceInfo> devices() override { return {}; }
  std::unique_ptr<synth::AudioDevice> open(const synth::DeviceInfo&, synth::SampleRate, int) override {
    throw synth::AudioError{"There is no sound device on this machine."};
  }
};

}  // namespace

void addWholeTable(CommandTable& table, Reached reached) {
  if (reached.ensemble != nullptr) reached.live.patterns = &reached.ensemble->sequences();
  addLiveCommands(table, reached.wanted, std::move(reached.live));
  addModelCommands(table, std::move(reached.desk), std::move(reached.model));
  addWait(table, std::move(reached.wait));
  if (reached.ensemble == nullptr) return;
  addPatchCommands(table, reached.ensemble->desk());
  addStudioCommands(table, reached.ensemble->sequences());
  addEnsembleCommands(table, *reached.ensemble);
}

UnplayedStudio::UnplayedStudio()
    : ensemble_{EnsembleWish{.audio = {.device = std::string{synth::AudioWish::kNobody}}}, std::make_unique<NoAudio>(),
                nowhere_} {
  settings_.clock = ClockSource::internal;
  addWholeTable(table_, {.wanted = settings_,
                         .live = {.send = [](const LiveCommand&) { return true; },
                                  .status = [] { return std::string{"nobody plays"}; },
                                  .quit = [] {}},
                         .model = {.again = [] { return true; }},
                         .wait = [](double) { return Command::Reply{}; },
                         .ensemble = &ensemble_});
}

}  // namespace antiphon
