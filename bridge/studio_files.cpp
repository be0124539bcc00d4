#include "bridge/studio_files.hpp"

#include <algorithm>

#include "bridge/mixer_commands.hpp"
#include "bridge/patch_commands.hpp"
#include "bridge/script.hpp"
#include "bridge/studio_commands.hpp"
#include "bridge/trying.hpp"
#include "synth/patch_text.hpp"

namespace antiphon {
namespace {

using Arguments = Command::Arguments;
using synth::Desk;
using synth::PatchError;
using synth::Sequences;
using synth::Written;

constexpr std::string_view kSuffix = ".studio";
constexpr std::size_t kMostLines = 20000;

std::string inLines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

/// A groove that is found where it was looked for, or the sentence with what is there.
std::filesystem::path found(const std::filesystem::path& folder, const std::string& name) {
  const auto file = fileCalled(folder, name, kSuffix);
  if (std::filesystem::exists(file)) return file;
  std::string there;
  for (const std::string& other : namesIn(folder, kSuffix)) there += (there.empty() ? "" : ", ") + other;
  throw ShelfError{"there is no " + file.string() + (there.empty() ? "" : "; there are " + there)};
}

/// A float as it was said, times so much.
std::string timesText(float value, double times) {
  const std::string usual = decimal(static_cast<double>(value) * times);
  return static_cast<float>(std::stod(usual) / times) == value
             ? usual
             : synth::writtenNumber(static_cast<double>(value) * times);
}

std::string filesListed(const std::filesystem::path& folder, const std::string& what) {
  std::string text;
  for (const std::string& name : namesIn(folder, kSuffix)) text += (text.empty() ? "" : ", ") + name;
  return what + " in " + folder.string() + ": " + (text.empty() ? "none" : text);
}

/// A studio that nobody hears, where lines are followed to see what becomes of them.
class Aside {
 public:
  Aside(synth::SampleRate rate, Meter meter) : desk_{rate}, sequences_{desk_, meter} {
    addPatchCommands(table_, desk_);
    addMixerCommands(table_, desk_);
    addStudioCommands(table_, sequences_);
    addPatternPlay(table_, sequences_);
    addMeter(table_, sequences_);
    table_.add({"tempo",
                {{"bpm", Command::Real{kSlowestBpm, kFastestBpm}}},
                "The speed of our own clock.",
                [this](const Arguments& given) -> Command::Reply {
                  tempo_ = given.real("bpm");
                  return {};
                }});
  }

  Command::Reply follow(std::string_view line) {
    Command::Reply reply = table_.run(line);
    float left = 0, right = 0;
    desk_.machine().render(&left, &right, 1, {});  // it takes what it was told
    desk_.tend();
    sequences_.tend();
    return reply;
  }
  StudioFile outcome() const { return {desk_.patch(), sequences_.state(), tempo_}; }

 private:
  Desk desk_;
  Sequences sequences_;
  CommandTable table_;
  double tempo_ = 0;
};

std::vector<std::string> feelingOf(const Sequences& sequences) {
  const synth::Feel& feel = sequences.feel();
  const Tick quantum = sequences.quantum();
  std::vector<std::string> lines{"meter " + sequences.meter().text()};
  lines.push_back("quantize " + std::string{quantum == sequences.meter().bar()    ? "bar"
                                            : quantum == sequences.meter().beat() ? "beat"
                                            : quantum == synth::kUsualStep        ? "step"
                                                                                  : "now"});
  if (feel.swing != 0.5f)
    lines.push_back("swing " + timesText(feel.swing, 100) + (feel.swung == synth::kUsualStep ? "" : " of=8"));
  if (feel.humanize > 0) lines.push_back("humanize " + timesText(feel.humanize, 1000) + "ms");
  return lines;
}

std::vector<std::string> linesOf(const Sequences::Sequence& sequence) {
  const Written& written = sequence.written;
  std::vector<std::string> lines{(written.as == Written::As::steps ? "sequence " : "melody ") + sequence.name + " " +
                                 synth::nameOf(written.step) + ": " + written.text};
  if (sequence.muted) lines.push_back("mute " + sequence.name);
  if (sequence.plays) lines.push_back("play " + sequence.name);
  return lines;
}

/// As it is written, and whose patterns nobody plays any more: they are left out.
struct Session {
  std::string text{}, orphans{};
};

/// The patch, then who plays what. Who is given a pattern is made playable and heard: where that was undone by hand,
/// the last lines undo it.
Session sessionOf(Desk& desk, const Sequences& sequences) {
  std::vector<std::string> lines = synth::linesOf(desk.patch());
  for (std::string& line : feelingOf(sequences)) lines.push_back(std::move(line));
  Aside aside{desk.machine().rate(), sequences.meter()};
  for (const std::string& line : lines) {
    if (const auto reply = aside.follow(line); !reply.ok) throw ShelfError{line + ": " + reply.text};
  }
  Session session{inLines(lines), {}};
  for (const Sequences::Sequence& sequence : sequences.all()) {
    const std::vector<std::string> its = linesOf(sequence);
    const bool plays = std::ranges::all_of(its, [&](const std::string& line) { return aside.follow(line).ok; });
    if (plays) session.text += inLines(its);
    else session.orphans += (session.orphans.empty() ? "" : ", ") + sequence.name;
  }
  session.text += inLines(synth::linesBetween(aside.outcome().patch, desk.patch()));
  return session;
}

}  // namespace

StudioFile readStudioFile(const std::filesystem::path& file, synth::SampleRate rate, Meter meter) {
  std::vector<ScriptLine> lines;
  try {
    lines = readScript(file);
  } catch (const std::runtime_error& error) {
    throw ShelfError{error.what()};
  }
  if (lines.size() > kMostLines)
    throw ShelfError{file.string() + " has more than " + std::to_string(kMostLines) + " lines"};
  Aside aside{rate, meter};
  for (const ScriptLine& line : lines) {
    const Command::Reply reply = aside.follow(line.text);
    if (!reply.ok) throw ShelfError{file.string() + ", line " + std::to_string(line.number) + ": " + reply.text};
  }
  return aside.outcome();
}

void addFileCommands(CommandTable& table, Desk& desk, Sequences& sequences, Shelf shelf, FileDoors doors) {
  table.topic("keeping");
  table.add({"save",
             {{"what", Command::Choice{{"patch", "session"}}}, {"name", Command::Text{kLongestName}}},
             "Writes the patch, or patch and patterns, into a file of commands.",
             trying([&desk, &sequences, shelf, doors](const Arguments& given) {
               const bool whole = given.text("what") == "session";
               const auto file = fileCalled(whole ? shelf.sessions() : shelf.patches(), given.text("name"), kSuffix);
               std::string text = whole ? "# an Antiphon session\n" : "# an Antiphon patch\n";
               if (const double bpm = whole && doors.tempo ? doors.tempo() : 0; bpm > 0)
                 text += "tempo " + decimal(bpm) + "\n";
               const auto [lines, orphans] =
                   whole ? sessionOf(desk, sequences) : Session{inLines(synth::linesOf(desk.patch())), {}};
               writeWhole(file, text + lines);
               return "written to " + file.string() +
                      (orphans.empty() ? "" : "; left out, since nobody can play it: " + orphans);
             })});
  table.add({"load",
             {{"what", Command::Choice{{"patch", "session"}}}, {"name", Command::Text{kLongestName}}},
             "Puts what was saved, patch or session, in the place of what is there.",
             trying([&desk, &sequences, shelf, doors](const Arguments& given) {
               const bool whole = given.text("what") == "session";
               const auto file = found(whole ? shelf.sessions() : shelf.patches(), given.text("name"));
               const StudioFile read = readStudioFile(file, desk.machine().rate(), sequences.meter());
               desk.load(read.patch);
               if (whole) sequences.adopt(read.sequences);
               sequences.tend();
               if (whole && read.tempo > 0 && doors.setTempo) doors.setTempo(read.tempo);
               if (doors.loaded) doors.loaded();
               return file.string() + ": " + std::to_string(read.patch.modules().size() - 1) + " modules" +
                      (whole ? ", " + std::to_string(read.sequences.all.size()) + " patterns" : std::string{});
             })});
  table.add(
      {"saved", {}, "Lists the patches and sessions that were saved.", [shelf](const Arguments&) -> Command::Reply {
         return {true, filesListed(shelf.patches(), "patches") + "\n" + filesListed(shelf.sessions(), "sessions")};
       }});
}

}  // namespace antiphon
