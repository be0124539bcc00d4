#include "bridge/whole_table.hpp"

#include <utility>

#include "bridge/agenda.hpp"
#include "bridge/daw/daw_commands.hpp"
#include "bridge/ensemble_commands.hpp"
#include "bridge/mix_commands.hpp"
#include "bridge/mixer_commands.hpp"
#include "bridge/module_commands.hpp"
#include "bridge/patch_commands.hpp"
#include "bridge/studio_commands.hpp"
#include "bridge/studio_midi.hpp"
#include "model/echo.hpp"

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

EnsembleWish unheard() {
  EnsembleWish wish;
  wish.audio.device = synth::AudioWish::kNobody;
  wish.home = "/dev/null/nowhere";  // and nothing is kept
  return wish;
}

constexpr double kTempoThere = 120;

/// The last answer, or a pattern, for a DAW.
DawMusic musicCalled(const std::string& name, const WishDesk* desk, Ensemble* ensemble, const FileDoors& files) {
  if (name == "answer") {
    const auto turn = desk == nullptr ? std::nullopt : desk->lastTurn();
    if (!turn) throw std::runtime_error{"there is no answer yet that could be given away"};
    return {"answer", turn->answer, turn->tempo};
  }
  if (ensemble == nullptr) throw std::runtime_error{"nothing sounds here, so there are no patterns; possible: answer"};
  NamedPhrase pattern = phraseOf(ensemble->sequences(), ensemble->desk().patch(), name);
  const double bpm = files.tempo ? files.tempo() : 0;
  return {pattern.name, std::move(pattern.phrase), Tempo::bpm(bpm > 0 ? bpm : kTempoThere)};
}

}  // namespace

void addWholeTable(CommandTable& table, Reached reached) {
  if (reached.ensemble != nullptr) {
    reached.live.patterns = &reached.ensemble->sequences();
    reached.live.recorder = &reached.ensemble->recorder();
  }
  addLiveCommands(table, reached.wanted, std::move(reached.live));
  addDawCommands(
      table, {reached.daw, [desk = reached.desk, ensemble = reached.ensemble, files = reached.files](
                               const std::string& name) { return musicCalled(name, desk.get(), ensemble, files); }});
  addModelCommands(table, std::move(reached.desk), std::move(reached.model));
  addWait(table, std::move(reached.wait));
  if (reached.ensemble == nullptr) return;
  Ensemble& ensemble = *reached.ensemble;
  addPatchCommands(table, ensemble.desk());
  addMixerCommands(table, ensemble.desk());
  addMixCommands(table, ensemble.desk(), std::move(reached.mix));
  addStudioCommands(table, ensemble.sequences());
  addPatternAnswers(table, *reached.answers, [&ensemble] { return ensemble.beat(); });
  addMeter(table, ensemble.sequences(), ensemble.hasSeats());
  addAgenda(table, ensemble.agenda(), [&ensemble] { return ensemble.beat(); });
  addHistoryCommands(table, ensemble.history());
  addFileCommands(table, ensemble.desk(), ensemble.sequences(), ensemble.shelf(), reached.files);
  addExport(table, ensemble.desk(), ensemble.sequences(), ensemble.shelf(), reached.files);
  addModuleCommands(table, ensemble.workshop());
  addEnsembleCommands(table, ensemble);
}

UnplayedStudio::UnplayedStudio()
    : ensemble_{unheard(), std::make_unique<NoAudio>(), nowhere_},
      answers_{ensemble_.desk(), ensemble_.sequences(), {.make = [] { return std::make_unique<EchoAnswerer>(); }}} {
  settings_.clock = ClockSource::internal;
  addWholeTable(table_, {.wanted = settings_,
                         .live = {.send = [](const LiveCommand&) { return true; },
                                  .status = [] { return std::string{"nobody plays"}; },
                                  .quit = [] {}},
                         .model = {.again = [] { return true; }},
                         .wait = [](double) { return Command::Reply{}; },
                         .ensemble = &ensemble_,
                         .answers = &answers_});
}

}  // namespace antiphon
