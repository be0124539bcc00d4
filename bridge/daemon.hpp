// The bridge as it runs: opens the ports, lets the band play, and tells what happens.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bridge/computer_piano.hpp"
#include "bridge/daw/daw.hpp"
#include "bridge/ensemble.hpp"
#include "bridge/http/http_door.hpp"
#include "bridge/midi_backend.hpp"
#include "bridge/osc_door.hpp"
#include "model/answerer.hpp"
#include "model/wishes.hpp"
#include "scheduler/settings.hpp"

namespace antiphon {

struct DaemonPlan {
  Settings settings{};
  PortNames ports{};
  std::string backend = "auto";
  std::function<std::unique_ptr<Answerer>()> lead;
  std::shared_ptr<WishDesk> desk{};  // where the live commands reach the model; nothing when another answerer leads
  std::string foreword{};            // of the answerer, said before playing
  std::string recordFile{};
  std::string turnLogFile{};
  std::string logLevel = "info";
  char recordKey = 'r';
  char playKey = 'p';
  int turns = 0;  // end after so many; 0: play on

  std::optional<EnsembleWish> ensemble{};  // what is played sounds here
  bool studio = false;                     // what is typed is the instrument: nobody else has to play
  bool json = false;                       // and its answers are for a program
  std::optional<OscPlace> osc{};
  std::optional<std::filesystem::path> socket{};
  std::optional<HttpPlace> http{};
  std::string version{};  // of the program, for those who ask
  std::optional<std::filesystem::path> statusFile{};
  std::unique_ptr<Daw> daw{};  // null: none
  std::string model{};         // who answers, as the status file calls him; nothing: the one at the desk is asked
  // On the loopback back end somebody has to play: a person at the computer's keys, these calls in turn, or the
  // demonstration.
  std::optional<Letters> piano{};
  std::vector<std::vector<Note>> calls{};
};

/// Runs until it is told to stop, by a command or a signal. Returns the exit code; throws with a sentence for the
/// player when it cannot begin.
int runDaemon(DaemonPlan plan);

}  // namespace antiphon
