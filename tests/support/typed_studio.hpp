// A studio that is typed into, in virtual time.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/agenda.hpp"
#include "bridge/mix_commands.hpp"
#include "bridge/mixer_commands.hpp"
#include "bridge/patch_commands.hpp"
#include "bridge/studio_commands.hpp"

namespace antiphon {

/// Its time stands still until it is told to play.
struct TypedStudio {
  static constexpr int kRate = 48000;
  static constexpr double kTempo = 120;

  synth::Desk desk{synth::SampleRate{kRate}};
  synth::Sequences sequences{desk};
  synth::History history{desk, sequences};
  Agenda agenda{sequences};
  CommandTable table;
  std::vector<std::string> told{};  // of what waited for its bar
  double beat = 0;
  bool running = true;

  TypedStudio() {
    desk.measure(true);
    desk.remember(16);
    addPatchCommands(table, desk);
    addMixerCommands(table, desk);
    addMixCommands(table, desk);
    addStudioCommands(table, sequences);
    addPatternPlay(table, sequences);
    addMeter(table, sequences);
    addAgenda(table, agenda, [this] { return beat; });
    addHistoryCommands(table, history);
  }
  Command::Reply say(std::string_view line) {
    history.begin();
    Command::Reply reply = table.run(line);
    history.done(std::string{line});
    sequences.tend();
    return reply;
  }
  std::string ok(std::string_view line) {
    const auto reply = say(line);
    INFO(line << ": " << reply.text);
    CHECK(reply.ok);
    return reply.text;
  }
  std::string error(std::string_view line) {
    const auto reply = say(line);
    INFO(line << ": " << reply.text);
    CHECK_FALSE(reply.ok);
    return reply.text;
  }
  std::vector<float> hear(double seconds) {
    std::vector<float> left(static_cast<std::size_t>(std::lround(seconds * kRate))), right(left.size());
    for (std::size_t done = 0; done < left.size();) {
      for (std::string& news : agenda.run(beat, [this](const std::string& line) { return say(line); }))
        told.push_back(std::move(news));
      const auto count = static_cast<int>(std::min<std::size_t>(256, left.size() - done));
      desk.machine().render(left.data() + done, right.data() + done, count,
                            {.tempo = kTempo, .beat = beat, .running = running});
      beat += running ? count * kTempo / 60 / kRate : 0;
      done += static_cast<std::size_t>(count);
      desk.tend();
      sequences.tend();
    }
    return left;
  }
};

}  // namespace antiphon
