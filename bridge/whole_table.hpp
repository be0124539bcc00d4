// Everything that can be asked for, put together in one place: for the daemon, and for whoever lists it.
#pragma once

#include <functional>
#include <memory>

#include "bridge/command_table.hpp"
#include "bridge/daw/daw_line.hpp"
#include "bridge/ensemble.hpp"
#include "bridge/live_commands.hpp"
#include "bridge/mix_commands.hpp"
#include "bridge/model_commands.hpp"
#include "bridge/pattern_answers.hpp"
#include "bridge/studio_files.hpp"

namespace antiphon {

/// Whom the commands reach; all have to outlive the table.
struct Reached {
  Settings& wanted;  // as the live commands change them
  LiveDoors live;
  std::shared_ptr<WishDesk> desk{};  // null: another answerer plays
  ModelDoors model;
  std::function<Command::Reply(double seconds)> wait;
  FileDoors files{};
  Ensemble* ensemble = nullptr;       // null: nothing sounds here
  PatternAnswers* answers = nullptr;  // of what sounds
  MixDoors mix = alone();
  DawLine* daw = nullptr;  // null: none was named
};

void addWholeTable(CommandTable& table, Reached reached);

/// A studio with answers that nobody plays and nobody hears: its table is that of one that is played.
class UnplayedStudio {
 public:
  UnplayedStudio();
  UnplayedStudio(const UnplayedStudio&) = delete;
  UnplayedStudio& operator=(const UnplayedStudio&) = delete;

  CommandTable& table() { return table_; }
  Ensemble& ensemble() { return ensemble_; }

 private:
  Settings settings_{};
  SilentSink nowhere_{};
  Ensemble ensemble_;
  PatternAnswers answers_;
  CommandTable table_{};
};

}  // namespace antiphon
