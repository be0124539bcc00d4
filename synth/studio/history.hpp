// What was, before each change, so that it can be so again.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "synth/desk.hpp"
#include "synth/studio/sequences.hpp"

namespace antiphon::synth {

/// By one thread at a time, the desk's. Undoing throws PatchError when there is nothing to undo.
class History {
 public:
  static constexpr std::size_t kMost = 200;

  History(Desk& desk, Sequences& sequences);

  /// What was changed otherwise (a knob of MIDI) belongs to no command. Before each.
  void begin();
  /// The command has been done. Where it changed nothing, there is nothing to remember. A knob that is turned on and on
  /// goes back in one step.
  void done(std::string_view command);

  /// The command that has been undone, or done again.
  std::string undo();
  std::string redo();

 private:
  struct Moment {
    Patch patch{};
    Sequences::State sequences{};
    bool operator==(const Moment&) const = default;
  };
  struct Step {
    std::string command{};
    std::shared_ptr<const Moment> before{}, after{};
  };
  bool isNow(const Moment& moment) const;
  std::shared_ptr<const Moment> now() const;
  void restore(const Moment& moment);

  Desk& desk_;
  Sequences& sequences_;
  std::shared_ptr<const Moment> current_{};
  std::deque<Step> past_{};
  std::vector<Step> future_{};
};

}  // namespace antiphon::synth
