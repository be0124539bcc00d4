#include "bridge/live_commands.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "bridge/studio_commands.hpp"
#include "bridge/trying.hpp"

namespace antiphon {
namespace {

using Arguments = Command::Arguments;
using CommandReply = Command::Reply;

struct Grid {
  std::string_view name;
  Tick tick;
};
constexpr std::array<Grid, 5> kGrids{{{"off", {}}, {"8", {240}}, {"8t", {160}}, {"16", {120}}, {"16t", {80}}}};

/// The values of an enum as a player calls them, in the order of the enum.
const std::vector<std::string> kLate{"echo", "rest", "wait"};
const std::vector<std::string> kOverlap{"ignore", "yield"};

template <typename Enum>
Enum chosen(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<Enum>(std::find(names.begin(), names.end(), name) - names.begin());
}

constexpr auto kFromNextTurn = ", from the next turn";

/// What all live commands share.
struct Line {
  Settings& settings;
  LiveDoors doors;

  CommandReply send(const LiveCommand& command, std::string done) const {
    if (!doors.send(command)) return {false, "The bridge has no room for a command right now; please try again."};
    return {true, std::move(done)};
  }

  /// Sends the settings with a change, and keeps it once it is sent.
  template <typename Change>
  CommandReply change(std::string done, Change&& change) const {
    Settings wanted = settings;
    change(wanted);
    CommandReply reply = send(wanted, std::move(done));
    if (reply.ok) settings = wanted;
    return reply;
  }
};

using Shared = std::shared_ptr<const Line>;

/// A setting that is a count: `NAME <unit least..most>`.
template <typename Set>
Command count(const Shared& line, std::string name, std::string unit, int least, int most, std::string help, Set set) {
  const auto handler = [=](const Arguments& given) {
    const int number = static_cast<int>(given.integer(unit));
    return line->change(name + " " + std::to_string(number) + kFromNextTurn, [&](Settings& s) { set(s, number); });
  };
  return {name, {{unit, Command::Integer{least, most}, unit}}, std::move(help), handler};
}

/// A setting that is one of some words: `NAME <how a|b|c>`.
template <typename Set>
Command choice(const Shared& line, std::string name, std::vector<std::string> names, std::string help, Set set) {
  const auto handler = [=](const Arguments& given) {
    const std::string& word = given.text("how");
    return line->change(name + " " + word + kFromNextTurn, [&](Settings& s) { set(s, word); });
  };
  return {name, {{"how", Command::Choice{std::move(names)}}}, std::move(help), handler};
}

/// The answer's notes have a grid, and patterns change on another; the words tell which is meant.
void addQuantize(CommandTable& table, const Shared& line) {
  std::vector<std::string> names;
  for (const Grid& grid : kGrids) names.emplace_back(grid.name);
  if (line->doors.patterns != nullptr) names.insert(names.end(), kChangesCome.begin(), kChangesCome.end());
  table.add({"quantize",
             {{"how", Command::Choice{std::move(names)}}},
             line->doors.patterns != nullptr ? "The grid that the answer's notes begin on; or when patterns change."
                                             : "The grid that the answer's notes begin on.",
             [line](const Arguments& given) {
               const std::string& how = given.text("how");
               const auto grid = std::ranges::find(kGrids, how, &Grid::name);
               if (grid == kGrids.end()) return quantizeChanges(*line->doors.patterns, how);
               return line->change("quantize " + how + kFromNextTurn, [&](Settings& s) { s.quantize = grid->tick; });
             }});
}

void addTurnSettings(CommandTable& table, const Shared& line) {
  table.add(count(line, "measures", "bars", 1, kMostMeasures, "How many bars an answer has.",
                  [](Settings& s, int bars) { s.measures = bars; }));
  table.add(count(line, "human-measures", "bars", 1, kMostCallMeasures, "How many bars you play before an answer.",
                  [](Settings& s, int bars) { s.humanMeasures = bars; }));
  table.add(count(line, "prompt-measures", "bars", 1, kMostCallMeasures, "How many of your bars the answerer sees.",
                  [](Settings& s, int bars) { s.promptMeasures = bars; }));
  table.add(choice(line, "late", kLate, "What stands in for an answer that is not ready.",
                   [](Settings& s, const std::string& how) { s.late = chosen<Late>(kLate, how); }));
  table.add(choice(line, "overlap", kOverlap, "What your playing does while an answer sounds.",
                   [](Settings& s, const std::string& how) { s.overlap = chosen<Overlap>(kOverlap, how); }));

  addQuantize(table, line);
  table.add(count(line, "guard", "pulses", 1, kMostGuardPulses,
                  "How many clock pulses before your bar ends the answer is asked for.",
                  [](Settings& s, int pulses) { s.guard = pulses * kPulse; }));

  const double mostMs = static_cast<double>(kMostOffset.count()) / 1e6;
  table.add({"offset",
             {{"ms", Command::Real{-mostMs, mostMs}, "ms"}},
             "Sends the answer this much later, or earlier when negative.",
             [line](const Arguments& given) {
               const double ms = given.real("ms");
               return line->change("offset " + decimal(ms) + " ms" + kFromNextTurn,
                                   [&](Settings& s) { s.offset = Nanos{std::llround(ms * 1e6)}; });
             }});
  table.add({"seed",
             {{"number", Command::Integer{0, std::numeric_limits<std::int64_t>::max()}}},
             "The same seed and the same call give the same answer.",
             [line](const Arguments& given) {
               const std::int64_t number = given.integer("number");
               return line->change("seed " + std::to_string(number) + kFromNextTurn,
                                   [&](Settings& s) { s.seed = static_cast<std::uint64_t>(number); });
             }});
}

void addTempo(CommandTable& table, const Shared& line) {
  table.add({"tempo",
             {{"bpm", Command::Real{kSlowestBpm, kFastestBpm}, "BPM"}},
             "The speed of the internal clock.",
             [line](const Arguments& given) {
               if (line->settings.clock != ClockSource::internal) {
                 return CommandReply{
                     false, "The tempo comes from the MIDI clock; set it there, or start with --clock internal."};
               }
               const double bpm = given.real("bpm");
               return line->change("tempo " + decimal(bpm) + " BPM, at once",
                                   [&](Settings& s) { s.tempo = Tempo::bpm(bpm); });
             }});
}

void addDeeds(CommandTable& table, const Shared& line) {
  const auto manual = [line](std::string name, LiveCommand command, std::string done) {
    return [line, name = std::move(name), command, done = std::move(done)](const Arguments&) {
      if (line->settings.mode != Mode::manual) {
        return CommandReply{false, name + " is for manual mode; start with --mode manual to decide yourself."};
      }
      return line->send(command, done);
    };
  };
  const Command::Handler call = manual("record", Record{}, "recording the call");
  if (line->doors.recorder == nullptr) {
    table.add({"record", {}, "Manual mode: the call begins here.", call});
  } else {
    table.add({"record",
               {{"words", Command::Rest{"[NAME [bars N] | stop]"}}},
               "Records what is heard into a file, for so many bars from the next one on or until record stop; in "
               "manual mode, record alone begins the call.",
               [line, call](const Arguments& given) {
                 const Command::Words& words = given.rest("words");
                 if (words.empty() && line->settings.mode == Mode::manual) return call(given);
                 return trying([&](const Arguments&) { return line->doors.recorder->ask(words); })(given);
               }});
  }
  const Command::Handler answer = manual("play", Play{}, "answering at the next bar line");
  if (line->doors.patterns == nullptr) {
    table.add({"play", {}, "Manual mode: answer at the next bar line.", answer});
  } else {
    table.add({"play",
               {{"what", Command::Text{100}, "", Command::Value{std::string{}}}},
               "Plays a pattern, or all of them; in manual mode, play alone answers at the next bar line.",
               [line, answer](const Arguments& given) {
                 const std::string& what = given.text("what");
                 if (what.empty() && line->settings.mode == Mode::manual) return answer(given);
                 return playPatterns(*line->doors.patterns, what.empty() ? "all" : what);
               }});
  }
  table.add({"again", {}, "Answers the same call anew, at the next bar line.", [line](const Arguments&) {
               return line->send(Again{}, "the same call again, at the next bar line");
             }});
  table.add(
      {"panic", {}, "Silence, now.", [line](const Arguments&) { return line->send(Panic{}, "every note is off"); }});
  table.add({"status", {}, "Where the music is, and what is set.", [line](const Arguments&) {
               return CommandReply{true, line->doors.status()};
             }});
  table.add({"quit", {}, "Ends Antiphon; every note is closed.", [line](const Arguments&) {
               line->doors.quit();
               return CommandReply{true, "closing"};
             }});
}

}  // namespace

void addLiveCommands(CommandTable& table, Settings& settings, LiveDoors doors) {
  table.topic("playing");
  const auto line = std::make_shared<const Line>(Line{settings, std::move(doors)});
  addTurnSettings(table, line);
  addTempo(table, line);
  addDeeds(table, line);
}

}  // namespace antiphon
