#include "cli/played_session.hpp"

#include <vector>

#include "bridge/agenda.hpp"
#include "bridge/mix_commands.hpp"
#include "bridge/mixer_commands.hpp"
#include "bridge/patch_commands.hpp"
#include "bridge/script.hpp"
#include "bridge/studio_commands.hpp"
#include "cli/exit.hpp"
#include "scheduler/time.hpp"

namespace antiphon {

struct PlayedSession::Studio {
  synth::Desk desk{synth::SampleRate{48000}};
  synth::Sequences sequences{desk};
  Agenda agenda{sequences};
  CommandTable table{};
  double beat = 0, tempo = 120;
};

PlayedSession::PlayedSession(const std::filesystem::path& file) : studio_{std::make_unique<Studio>()} {
  Studio& its = *studio_;
  its.desk.measure(true);
  its.desk.remember(synth::kHeardSeconds + 1);  // the last of which is not looked back at
  addPatchCommands(its.table, its.desk);
  addMixerCommands(its.table, its.desk);
  addMixCommands(its.table, its.desk);
  addStudioCommands(its.table, its.sequences);
  addPatternPlay(its.table, its.sequences);
  addMeter(its.table, its.sequences);
  addAgenda(its.table, its.agenda, [&its] { return its.beat; });
  its.table.add({"tempo",
                 {{"bpm", Command::Real{kSlowestBpm, kFastestBpm}}},
                 "How fast the music is from here on.",
                 [&its](const Command::Arguments& given) -> Command::Reply {
                   its.tempo = given.real("bpm");
                   return {};
                 }});
  std::vector<ScriptLine> lines;
  try {
    lines = readScript(file);
  } catch (const std::runtime_error& error) {
    throw UsageError{error.what()};
  }
  for (const ScriptLine& line : lines) {
    const Command::Reply reply = say(line.text);
    if (!reply.ok) throw UsageError{file.string() + ", line " + std::to_string(line.number) + ": " + reply.text};
  }
}

PlayedSession::~PlayedSession() = default;

Command::Reply PlayedSession::say(const std::string& line) {
  Command::Reply reply = studio_->table.run(line);
  studio_->sequences.tend();
  return reply;
}

void PlayedSession::play(double seconds) {
  constexpr int kAtOnce = 256;
  Studio& its = *studio_;
  const double rate = its.desk.machine().rate().hertz;
  std::vector<float> left(kAtOnce), right(kAtOnce);
  for (double done = 0; done < seconds; done += kAtOnce / rate) {
    its.agenda.run(its.beat, [this](const std::string& line) { return say(line); });
    its.desk.machine().render(left.data(), right.data(), kAtOnce,
                              {.tempo = its.tempo, .beat = its.beat, .running = true});
    its.beat += kAtOnce / rate * its.tempo / 60;
    its.desk.tend();
    its.sequences.tend();
  }
}

std::unique_ptr<synth::SoundStems> PlayedSession::stems() const { return synth::heardStems(studio_->desk); }

synth::Desk& PlayedSession::desk() { return studio_->desk; }

}  // namespace antiphon
