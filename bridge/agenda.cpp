#include "bridge/agenda.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "bridge/trying.hpp"

namespace antiphon {
namespace {

using synth::PatchError;

// Commands whose changes wait for a bar line by themselves.
constexpr std::array<std::string_view, 9> kOfPatterns{"play",   "stop", "sequence", "melody", "euclid",
                                                      "random", "vary", "arp",      "fill"};

double quarters(Tick ticks) { return static_cast<double>(ticks.count) / static_cast<double>(kQuarter.count); }

std::string firstWord(const std::string& line) { return foldedName(line.substr(0, line.find(' '))); }

/// The words of a command as one line again.
std::string lineFrom(const Command::Words& words) {
  const auto quoted = [](const std::string& text) {
    if (!text.empty() && text.find_first_of(" \t\"\\=") == std::string::npos) return text;
    std::string safe = "\"";
    for (const char c : text) safe += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
    return safe + "\"";
  };
  std::string line;
  for (const Command::Word& word : words)
    line += (line.empty() ? "" : " ") + (word.key.empty() ? "" : word.key + "=") + quoted(word.text);
  return line;
}

}  // namespace

int Agenda::barAt(double beat) const {
  return static_cast<int>(std::floor(beat / quarters(sequences_.meter().bar()))) + 1;
}

int Agenda::barCalled(const std::string& text, double beat) const {
  const bool ahead = text.starts_with('+');
  int number = 0;
  const char* const begin = text.data() + (ahead ? 1 : 0);
  const auto read = std::from_chars(begin, text.data() + text.size(), number);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || number < 1 || number > kLastBar)
    throw PatchError{"a bar is a number up to " + std::to_string(kLastBar) +
                     ", or as many bars ahead as +2 says, not '" + text.substr(0, 20) + "'"};
  return ahead ? barAt(beat) + number : number;
}

void Agenda::add(int bar, std::string line, double beat) {
  const double length = quarters(sequences_.meter().bar());
  const int now = barAt(beat);
  if (bar <= now) throw PatchError{"bar " + std::to_string(bar) + " has begun: it is bar " + std::to_string(now)};
  if (entries_.size() == kMost) throw PatchError{"at most " + std::to_string(kMost) + " things wait for their bar"};
  const bool pattern = std::ranges::find(kOfPatterns, firstWord(line)) != kOfPatterns.end();
  // Well inside the bar before: on its line itself, that one would be meant.
  const double due = pattern ? (bar - 1.75) * length : (bar - 1) * length;
  const auto later = std::ranges::upper_bound(entries_, due, {}, &Entry::due);
  entries_.insert(later, {bar, std::move(line), pattern, due});
}

std::vector<std::string> Agenda::run(double beat, const std::function<Command::Reply(const std::string&)>& obey) {
  constexpr double kEarly = 0.01;  // quarters: who looks seldom is rather early than late
  std::vector<std::string> told;
  while (!entries_.empty() && entries_.front().due <= beat + kEarly) {
    const Entry entry = std::move(entries_.front());
    entries_.erase(entries_.begin());
    sequences_.byTheBar(entry.pattern);
    const Command::Reply reply = obey(entry.line);
    sequences_.byTheBar(false);
    told.push_back("bar " + std::to_string(entry.bar) + ": " + entry.line + (reply.ok ? "" : ": " + reply.text));
  }
  return told;
}

double Agenda::next() const { return entries_.empty() ? kNever : entries_.front().due; }

std::string Agenda::list() const {
  std::string text;
  for (const Entry& entry : entries_)
    text += (text.empty() ? "" : "\n") + ("bar " + std::to_string(entry.bar)) + ": " + entry.line;
  return text.empty() ? "nothing waits for its bar: say for instance at bar 9 play bass" : text;
}

void addAgenda(CommandTable& table, Agenda& agenda, std::function<double()> beat) {
  table.topic("time");
  table.add({"at",
             {{"unit", Command::Choice{{"bar"}}},
              {"number", Command::Text{8}},
              {"command", Command::Rest{"COMMAND ...", 4096}}},
             "Does something at a bar that is still to come: at bar 9 play bass; +2: two bars after this one.",
             trying([&table, &agenda, beat = std::move(beat)](const Command::Arguments& given) {
               const std::string line = lineFrom(given.rest("command"));
               if (line.empty() || firstWord(line) == "at")
                 throw PatchError{"say at bar 9 COMMAND: at bar 9 play bass"};
               if (const std::string wrong = table.wrongIn(line); !wrong.empty()) throw PatchError{wrong};
               const double now = beat();
               const int bar = agenda.barCalled(given.text("number"), now);
               agenda.add(bar, line, now);
               return "bar " + std::to_string(bar) + ": " + line;
             })});
  table.add({"agenda", {}, "Lists what waits for its bar.", [&agenda](const Command::Arguments&) -> Command::Reply {
               return {true, agenda.list()};
             }});
}

}  // namespace antiphon
