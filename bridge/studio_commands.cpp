#include "bridge/studio_commands.hpp"

#include <algorithm>
#include <cmath>

#include "bridge/trying.hpp"
#include "synth/quantity.hpp"
#include "synth/studio/invention.hpp"

namespace antiphon {
namespace {

using Arguments = Command::Arguments;
using CommandReply = Command::Reply;
using synth::NotationError;
using synth::PatchError;
using synth::Sequences;
using synth::Written;

constexpr double kLongestWait = 3600;  // s
constexpr double kLeastSwing = 50, kMostSwing = 75, kMostHumanize = 0.05;
const std::vector<std::string> kWays{"up", "down", "updown", "random"};

/// "x...x... in 1/16"
std::string patternLine(const Written& written) { return written.text + "  in " + synth::nameOf(written.step); }

/// What a pattern has become.
std::string told(const Sequences::Sequence& sequence) {
  return sequence.name + ": " + patternLine(sequence.written) +
         (sequence.plays ? "" : "  (play " + sequence.name + ", and it is heard)");
}

std::string listed(const Sequences& sequences) {
  if (sequences.all().empty()) return "nothing is written: say for instance sequence kick: x...x...x...x...";
  std::string text;
  for (const Sequences::Sequence& sequence : sequences.all()) {
    text += (text.empty() ? "" : "\n") + sequence.name + ": " + patternLine(sequence.written) +
            (sequence.muted   ? "  muted"
             : sequence.plays ? "  plays"
                              : "  silent") +
            (sequences.isThere(sequence.name) ? "" : "; there is no " + sequence.name);
  }
  return text;
}

NotationError noStep(const std::string& text) {
  return NotationError{"a step is written like 1/16, 1/8t (triplet) or 1/4d (dotted), not '" + text.substr(0, 40) +
                       "'"};
}

/// NAME [STEP][:] PATTERN, as it came in words.
struct Heading {
  std::string name{};
  Tick step{};
  std::string text{};
};

Heading apart(const Arguments& given, Tick usual) {
  Heading heading{.name = given.text("name"), .step = usual};
  bool open = true;
  const auto closes = [&open](std::string& word) {
    if (!word.ends_with(':')) return false;
    word.pop_back();
    open = false;
    return true;
  };
  closes(heading.name);
  for (const Command::Word& word : given.rest("pattern")) {
    std::string text = word.key.empty() ? word.text : word.key + "=" + word.text;
    if (open && heading.text.empty()) {
      const bool closed = closes(text);
      if (text.empty()) continue;
      if (const auto step = synth::stepCalled(text)) {
        heading.step = *step;  // a colon may still come
        continue;
      }
      if (closed) throw noStep(text);
      open = false;
    }
    heading.text += (heading.text.empty() ? "" : " ") + text;
  }
  return heading;
}

Tick stepOf(const Arguments& given) {
  const std::string& name = given.text("step");
  if (const auto step = synth::stepCalled(name)) return *step;
  throw noStep(name);
}

std::string write(Sequences& sequences, const std::string& name, Written written) {
  sequences.write(name, std::move(written));
  return told(sequences.at(name));
}

void addWriting(CommandTable& table, Sequences& sequences) {
  const Command::Parameter name{"name", Command::Text{kLongestName}};
  const auto writes = [&](std::string command, Written::As as, Tick usual, std::string shape, std::string help) {
    table.add({std::move(command),
               {name, {"pattern", Command::Rest{std::move(shape), 4096}}},
               std::move(help),
               trying([&sequences, as, usual](const Arguments& given) {
                 Heading heading = apart(given, usual);
                 return write(sequences, heading.name, {as, heading.step, std::move(heading.text)});
               })});
  };
  writes("sequence", Written::As::steps, synth::kUsualStep, "[1/16]: x...X.-x 37|",
         "Writes a pattern in steps: x hit, X accent, 1-9 how hard, . rest, - hold.");
  writes("melody", Written::As::notes, synth::kUsualNote, "[1/4]: C2 Eb2:2 . G2/60 [C3 E3]",
         "Writes a pattern in notes: :2 two steps long, /60 how hard, . rest, - hold, [ ] chord.");
}

void addInventing(CommandTable& table, Sequences& sequences) {
  const Command::Parameter name{"name", Command::Text{kLongestName}};
  const Command::Parameter step{"step", Command::Text{8}, "", Command::Value{std::string{"1/16"}}};
  const Command::Parameter seed{"seed", Command::Integer{0, 1'000'000'000}, "", Command::Value{std::int64_t{1}}};
  const Command::Parameter steps{"steps", Command::Integer{1, synth::kMostSteps}, "", Command::Value{std::int64_t{16}}};
  table.add({"euclid",
             {name,
              {"hits", Command::Integer{0, synth::kMostSteps}},
              steps,
              {"turn", Command::Integer{-synth::kMostSteps, synth::kMostSteps}, "", Command::Value{std::int64_t{0}}},
              step},
             "Writes so many hits, as evenly as they go into the steps.",
             trying([&sequences](const Arguments& given) {
               const auto hits = static_cast<int>(given.integer("hits")),
                          count = static_cast<int>(given.integer("steps"));
               if (hits > count) throw NotationError{"there are more hits than steps"};
               return write(sequences, given.text("name"),
                            {Written::As::steps, stepOf(given),
                             synth::evenly(hits, count, static_cast<int>(given.integer("turn")))});
             })});
  table.add({"random",
             {name, {"density", Command::Real{0, 1}, "", Command::Value{0.4}}, steps, seed, step},
             "Writes hits by chance; the same again from the same seed.",
             trying([&sequences](const Arguments& given) {
               return write(sequences, given.text("name"),
                            {Written::As::steps, stepOf(given),
                             synth::byChance(given.real("density"), static_cast<int>(given.integer("steps")),
                                             static_cast<std::uint64_t>(given.integer("seed")))});
             })});
  table.add({"vary",
             {name, {"amount", Command::Real{0, 1}, "", Command::Value{0.2}}, seed},
             "Changes about this part of a pattern by chance.",
             trying([&sequences](const Arguments& given) {
               const std::string& who = given.text("name");
               return write(sequences, who,
                            synth::varied(sequences.at(who).written, given.real("amount"),
                                          static_cast<std::uint64_t>(given.integer("seed"))));
             })});
  table.add({"arp",
             {name,
              {"way", Command::Choice{kWays}, "", Command::Value{std::string{"up"}}},
              step,
              {"octaves", Command::Text{4}, "", Command::Value{std::string{"1"}}},
              seed},
             "Breaks the chords of a melody up.",
             trying([&sequences](const Arguments& given) {
               std::string octaves = given.text("octaves");  // "2", or "2oct"
               if (octaves.ends_with("oct")) octaves.erase(octaves.size() - 3);
               if (octaves.size() != 1 || octaves[0] < '1' || octaves[0] > '8')
                 throw NotationError{"an arpeggio has 1 to 8 octaves: 2oct"};
               const std::string& who = given.text("name");
               const auto way = std::ranges::find(kWays, given.text("way")) - kWays.begin();
               return write(sequences, who,
                            synth::brokenUp(sequences.at(who).written, static_cast<synth::Way>(way), stepOf(given),
                                            octaves[0] - '0', static_cast<std::uint64_t>(given.integer("seed"))));
             })});
  table.add({"fill",
             {{"what", Command::Text{kLongestName}, "", Command::Value{std::string{"all"}}},
              {"amount", Command::Real{0, 1}, "", Command::Value{0.6}}},
             "Lets the next bar of a pattern in steps lead on to the one after it.",
             trying([&sequences](const Arguments& given) {
               const std::string& what = given.text("what");
               const double amount = given.real("amount");
               std::string names = what;
               if (what != "all") sequences.fill(what, amount);
               else names.clear();
               for (const Sequences::Sequence& sequence : sequences.all()) {
                 if (what != "all" || !sequence.plays || sequence.written.as != Written::As::steps) continue;
                 sequences.fill(sequence.name, amount);
                 names += (names.empty() ? "" : ", ") + sequence.name;
               }
               if (names.empty()) throw NotationError{"no pattern in steps plays: a fill leads on from what plays"};
               return "the next bar leads on: " + names;
             })});
  table.add({"clear", {name}, "Forgets a pattern.", trying([&sequences](const Arguments& given) {
               sequences.clear(given.text("name"));
               return given.text("name") + " has no pattern";
             })});
  table.add({"patterns", {}, "Lists what is written, and who plays.", [&sequences](const Arguments&) -> CommandReply {
               return {true, listed(sequences)};
             }});
}

void addMuting(CommandTable& table, Sequences& sequences) {
  table.add({"stop",
             {{"what", Command::Text{kLongestName}, "", Command::Value{std::string{"all"}}}},
             "Ends a pattern, or all of them.",
             trying([&sequences](const Arguments& given) {
               const std::string& what = given.text("what");
               if (what == "all") sequences.stopAll();
               else sequences.stop(what);
               return what == "all" ? std::string{"all patterns end"} : what + " ends";
             })});
  table.add({"mute",
             {{"name", Command::Text{kLongestName}},
              {"how", Command::Choice{{"on", "off"}}, "", Command::Value{std::string{"on"}}}},
             "Lets a pattern run unheard.",
             trying([&sequences](const Arguments& given) {
               const bool muted = given.text("how") == "on";
               sequences.mute(given.text("name"), muted);
               return given.text("name") + (muted ? " is muted" : " is heard");
             })});
  table.add({"solo",
             {{"name", Command::Text{kLongestName}}},
             "Lets one pattern be heard alone; solo off: all.",
             trying([&sequences](const Arguments& given) {
               const std::string& name = given.text("name");
               if (name != "off") static_cast<void>(sequences.at(name));
               for (const Sequences::Sequence& sequence : sequences.all())
                 sequences.mute(sequence.name, name != "off" && sequence.name != name);
               return name == "off" ? std::string{"all are heard"} : name + " is heard alone";
             })});
}

void addFeel(CommandTable& table, Sequences& sequences) {
  table.add({"swing",
             {{"percent", Command::Real{kLeastSwing, kMostSwing}, "%"},
              {"of", Command::Choice{{"16", "8"}}, "", Command::Value{std::string{"16"}}}},
             "Where the second of two sixteenths (or eighths) falls; 50 is even, 66 a triplet.",
             trying([&sequences](const Arguments& given) {
               synth::Feel feel = sequences.feel();
               feel.swing = static_cast<float>(given.real("percent") / 100);
               feel.swung = Tick{kQuarter.count * 4 / (given.text("of") == "16" ? 16 : 8)};
               sequences.feel(feel);
               return "swing " + decimal(given.real("percent")) + " %";
             })});
  table.add({"humanize",
             {{"time", Command::Text{16}}},
             "Lets strokes be early and late by up to so much: 8ms; 0: none.",
             trying([&sequences](const Arguments& given) {
               const auto seconds = synth::secondsIn(given.text("time"));
               if (!seconds || *seconds < 0 || *seconds > kMostHumanize)
                 throw NotationError{"humanize takes 0ms to 50ms, not '" + given.text("time") + "'"};
               synth::Feel feel = sequences.feel();
               feel.humanize = static_cast<float>(*seconds);
               sequences.feel(feel);
               return "humanize " + decimal(std::round(*seconds * 1e4) / 10) + " ms";
             })});
}

}  // namespace

CommandReply playPatterns(Sequences& sequences, const std::string& what) {
  return trying([&](const Arguments&) -> std::string {
    if (what != "all") {
      sequences.play(what);
      return what + " plays";
    }
    if (sequences.all().empty()) throw PatchError{listed(sequences)};
    sequences.playAll();
    std::string names, missing;
    for (const Sequences::Sequence& sequence : sequences.all()) {
      std::string& list = sequences.isThere(sequence.name) ? names : missing;
      list += (list.empty() ? "" : ", ") + sequence.name;
    }
    if (names.empty()) throw PatchError{"nothing plays: there is no " + missing};
    return "play: " + names + (missing.empty() ? "" : "; there is no " + missing);
  })({});
}

CommandReply quantizeChanges(Sequences& sequences, std::string_view when) {
  const Meter meter = sequences.meter();
  sequences.quantize(when == "bar"    ? meter.bar()
                     : when == "beat" ? meter.beat()
                     : when == "step" ? synth::kUsualStep
                                      : Tick{});
  return {true, when == "now" ? "changes come at once" : "changes come with the next " + std::string{when}};
}

void addPatternPlay(CommandTable& table, Sequences& sequences) {
  table.topic("patterns");
  table.add({"play",
             {{"what", Command::Text{kLongestName}, "", Command::Value{std::string{"all"}}}},
             "Plays a pattern, or all of them.",
             [&sequences](const Arguments& given) { return playPatterns(sequences, given.text("what")); }});
  table.add({"quantize",
             {{"how", Command::Choice{std::vector<std::string>(kChangesCome.begin(), kChangesCome.end())}}},
             "When a change of a pattern comes in.",
             [&sequences](const Arguments& given) { return quantizeChanges(sequences, given.text("how")); }});
}

void addMeter(CommandTable& table, Sequences& sequences, bool answered) {
  table.topic("time");
  table.add({"meter",
             {{"meter", Command::Text{8}}},
             "How long bars are from here on: 4/4, 7/8.",
             trying([&sequences, answered](const Arguments& given) {
               if (answered)
                 throw NotationError{"calls and answers have bars of " + sequences.meter().text() +
                                     ": another meter is said at the start, --meter 7/8"};
               const auto meter = parseMeter(given.text("meter"));
               if (!meter)
                 throw NotationError{"a meter is written like 4/4, 3/4 or 7/8, not '" + given.text("meter") + "'"};
               sequences.meter(*meter);
               return "bars of " + meter->text();
             })});
}

void addHistoryCommands(CommandTable& table, synth::History& history) {
  table.topic("keeping");
  table.add({"undo", {}, "Takes the last change back.", trying([&history](const Arguments&) {
               return "undone: " + history.undo();
             })});
  table.add({"redo", {}, "Makes the change again that was taken back last.", trying([&history](const Arguments&) {
               return "done again: " + history.redo();
             })});
}

void addWait(CommandTable& table, std::function<CommandReply(double seconds)> wait) {
  table.topic("time");
  table.add({"wait",
             {{"seconds", Command::Text{16}}},
             "Lets time go by before the next line.",
             [wait = std::move(wait)](const Arguments& given) -> CommandReply {
               const auto seconds = synth::secondsIn(given.text("seconds"));
               if (!seconds || *seconds < 0 || *seconds > kLongestWait)
                 return {false, "wait takes a time up to an hour: 0.5, 2s or 300ms"};
               return wait(*seconds);
             }});
}

void addStudioCommands(CommandTable& table, Sequences& sequences) {
  table.topic("patterns");
  addWriting(table, sequences);
  addInventing(table, sequences);
  addMuting(table, sequences);
  addFeel(table, sequences);
}

}  // namespace antiphon
