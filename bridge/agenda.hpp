// What is to be done at a bar that is still to come: at bar 9 play bass.
#pragma once

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "bridge/command_table.hpp"
#include "synth/studio/sequences.hpp"

namespace antiphon {

/// By one thread at a time, that of the commands. Bars are counted from 1, as the music's position is.
class Agenda {
 public:
  static constexpr std::size_t kMost = 256;
  static constexpr int kLastBar = 100'000;
  static constexpr double kNever = std::numeric_limits<double>::infinity();

  explicit Agenda(synth::Sequences& sequences) : sequences_{sequences} {}

  /// `beat`: where the music is, in quarters. Throws PatchError for a bar that has begun, and when there is no room.
  void add(int bar, std::string line, double beat);
  /// "9", or "+2": two bars after the one that is played. Throws PatchError.
  int barCalled(const std::string& text, double beat) const;
  /// Runs what is due. Changes of patterns are asked for in the bar before, so that they come with the bar line itself;
  /// all else is done when it is there. Says what was answered, a sentence each.
  std::vector<std::string> run(double beat, const std::function<Command::Reply(const std::string&)>& obey);
  /// The beat at which there is something to do next.
  double next() const;
  std::string list() const;

 private:
  struct Entry {
    int bar = 1;
    std::string line{};
    bool pattern = false;
    double due = 0;  // beats
  };
  int barAt(double beat) const;

  synth::Sequences& sequences_;
  std::vector<Entry> entries_{};  // in the order in which they are due
};

/// `at bar N COMMAND`, and `agenda`. `beat`: where the music is.
void addAgenda(CommandTable& table, Agenda& agenda, std::function<double()> beat);

}  // namespace antiphon
