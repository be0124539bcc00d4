#include "bridge/pattern_answers.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "bridge/pattern_notes.hpp"
#include "bridge/trying.hpp"
#include "model/at_once.hpp"
#include "model/tokens/phrase.hpp"

namespace antiphon {
namespace {

using synth::NotationError;
using synth::PatchError;
using synth::Sequences;

constexpr std::size_t kLongestText = 3900;  // it is a line of a file when it is saved
constexpr double kTooNear = 0.3;            // quarters: so near a bar line not everybody might still come in with it
constexpr double kUsualBpm = 120;
constexpr std::int64_t kUsualBars = 4;

double beatsOf(Tick ticks) { return static_cast<double>(ticks.count) / static_cast<double>(kQuarter.count); }

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

PatternAnswers::~PatternAnswers() {
  stop_.request_stop();
  if (thinking_.valid()) thinking_.wait();
}

/// The bar that begins next, counted from 0; the one that begins now is one.
std::int64_t PatternAnswers::nextBar(double beat) const {
  return static_cast<std::int64_t>(std::ceil(beat / beatsOf(sequences_.meter().bar()) - 1e-6));
}

/// Empty: it has a pitch.
std::string PatternAnswers::drumOf(const std::string& name) const {
  const synth::PlacedModule* const module = desk_.patch().find(name);
  return sequences_.isStruck(name) && module != nullptr ? std::string{module->type->name} : std::string{};
}

/// What is played in the bars before this line.
std::vector<Note> PatternAnswers::callOf(const std::string& name, Tick line, int bars) const {
  const Stretch stretch{line - bars * sequences_.meter().bar(), line};
  if (!sequences_.isStruck(name)) return notesOf(sequences_, desk_.patch(), sequences_.at(name), stretch, 0);
  std::vector<Note> notes;
  for (const Sequences::Sequence& sequence : sequences_.all()) {
    if (!sequence.plays || sequence.muted || !sequences_.isStruck(sequence.name)) continue;
    const auto more = notesOf(sequences_, desk_.patch(), sequence, stretch, kDrumChannel);
    notes.insert(notes.end(), more.begin(), more.end());
  }
  std::ranges::stable_sort(notes, {}, &Note::tick);
  return notes;
}

std::string PatternAnswers::ask(const std::string& name, int bars, const std::string& by, double beat) {
  const Sequences::Sequence& sequence = sequences_.at(name);
  if (!sequence.plays) throw PatchError{name + " does not play: what is answered is what plays; say play " + name};
  if (thinking_.valid())
    throw PatchError{asked_.name + " is being answered: one answer is thought of at a time, ask again in a moment"};
  const Meter meter = sequences_.meter();
  const Tick length = sequences_.pattern(sequence).length;
  const int callBars = static_cast<int>(std::clamp<std::int64_t>(-floorDiv(-length, meter.bar()), 1, kMostCallBars));
  asked_ = {name, by.empty() ? name : by, {}};
  asked_.call.plan = {.id = {++turns_, 0},
                      .meter = meter,
                      .callBars = callBars,
                      .answerBars = bars,
                      .tempo = Tempo::bpm(kUsualBpm),
                      .seed = doors_.seed};
  if (const double bpm = doors_.bpm ? doors_.bpm() : 0; bpm > 0)
    asked_.call.plan.tempo = Tempo::bpm(std::clamp(bpm, kSlowestBpm, kFastestBpm));
  asked_.call.prompt = {meter, callBars, callOf(name, meter.barLine(nextBar(beat)), callBars), {}};
  if (asked_.call.prompt.notes.empty()) throw PatchError{name + " is silent in these bars: there is nothing to answer"};
  if (!sequences_.isStruck(asked_.by)) sequences_.engage(asked_.by);
  thinking_ = std::async(std::launch::async, [this, stop = stop_.get_token()] {
    if (answerer_ == nullptr) answerer_ = doors_.make();
    return answerAtOnce(*answerer_, asked_.call, stop);
  });
  return name + " is answered: " + counted(static_cast<std::size_t>(bars), "bar") +
         (asked_.by == name ? "" : " by " + asked_.by) + ", from a bar line on";
}

std::vector<std::string> PatternAnswers::tend(double beat) {
  if (!thinking_.valid() || thinking_.wait_for(std::chrono::seconds{0}) != std::future_status::ready) return {};
  const double line = beatsOf(sequences_.meter().barLine(nextBar(beat)));
  // One answer may wait behind the one that plays. After a jump back there is none.
  const bool waits = beat < begins_ && begins_ < beat + 2 * beatsOf(kMostBars * sequences_.meter().bar());
  if (line - beat < kTooNear || waits) return {};
  return finish(beat);
}

std::vector<std::string> PatternAnswers::finish(double beat) {
  if (!thinking_.valid()) return {};
  try {
    last_ = thinking_.get();
    return {play(*last_, beat)};
  } catch (const std::exception& error) {
    return {asked_.name + " is not answered: " + error.what()};
  }
}

/// Of a drum its own strokes, on the key of its pads; of all else the tones.
synth::Pattern PatternAnswers::patternFor(const std::string& name, const Phrase& answer) const {
  const std::string drum = drumOf(name);
  synth::Pattern pattern{answer.length(), {}};
  for (const Note& note : answer.notes) {
    const bool struck = note.channel == kDrumChannel;
    if (note.tick >= pattern.length || struck == drum.empty() || (struck && antiphon::drumOf(note.pitch) != drum))
      continue;
    pattern.strokes.push_back({.at = note.tick,
                               .length = note.length,
                               .key = struck ? sequences_.keyOf(name) : static_cast<float>(note.pitch),
                               .force = static_cast<float>(note.velocity) / 127.0f});
  }
  // Several keys of one drum, struck together, are one stroke.
  if (!drum.empty()) {
    const auto same = [](const synth::Stroke& a, const synth::Stroke& b) { return a.at == b.at; };
    pattern.strokes.erase(std::unique(pattern.strokes.begin(), pattern.strokes.end(), same), pattern.strokes.end());
  }
  return pattern;
}

std::string PatternAnswers::play(const Phrase& answer, double beat) {
  std::vector<std::string> players;
  const bool drums = !answer.notes.empty() && answer.notes.front().channel == kDrumChannel;
  if (!drums) players.push_back(asked_.by);
  for (const Sequences::Sequence& sequence : sequences_.all()) {
    if (drums && sequence.plays && sequences_.isStruck(sequence.name)) players.push_back(sequence.name);
  }
  if (answer.notes.empty()) throw PatchError{"the answer is silence; ask again"};
  if (players.empty() || (!drums && sequences_.isStruck(asked_.by)))
    throw PatchError{drums ? "the answer is for drums, and none plays here"
                           : "the answer has a pitch, and " + asked_.by + " is a drum; say answer " + asked_.name +
                                 " by=NAME, an instrument"};
  std::size_t played = 0;
  std::string names;
  for (const std::string& player : players) {
    synth::Pattern pattern = patternFor(player, answer);
    played += pattern.strokes.size();
    sequences_.playOnce(player, std::move(pattern));
    names += (names.empty() ? "" : ", ") + player;
  }
  const double bar = beatsOf(sequences_.meter().bar());
  const bool behind = until_ > beat && until_ < beat + bar * kMostBars;
  begins_ = behind ? until_ : static_cast<double>(nextBar(beat)) * bar;
  until_ = begins_ + beatsOf(answer.length());
  return names + (players.size() == 1 ? " answers: " : " answer: ") + counted(played, "note") + " from bar " +
         std::to_string(std::llround(begins_ / bar) + 1) + " on";
}

std::string PatternAnswers::take(const std::string& name, std::optional<Tick> step) {
  std::optional<Phrase> answer = last_;
  if (doors_.desk) {
    if (auto turn = doors_.desk->lastTurn()) answer = std::move(turn->answer);
  }
  if (!answer || answer->notes.empty())
    throw PatchError{"there is no answer yet: say answer NAME, of a pattern that plays"};
  synth::Pattern pattern = patternFor(name, *answer);
  if (pattern.strokes.empty())
    throw PatchError{sequences_.isStruck(name) ? "the last answer has no " + drumOf(name) + " for " + name
                                               : "the last answer is of drums, and " + name + " is none"};
  if (step) {
    for (synth::Stroke& stroke : pattern.strokes) {
      stroke.at = roundTo(stroke.at, *step);
      stroke.length = std::max(*step, roundTo(stroke.length, *step));
    }
    std::erase_if(pattern.strokes, [&](const synth::Stroke& stroke) { return stroke.at >= pattern.length; });
  }
  synth::Written written = sequences_.isStruck(name) ? synth::drumWrittenFrom(pattern) : synth::writtenFrom(pattern);
  if (written.text.size() > kLongestText)
    throw NotationError{"the last answer is too long for one pattern: " + counted(pattern.strokes.size(), "note")};
  sequences_.write(name, std::move(written));
  const Sequences::Sequence& sequence = sequences_.at(name);
  return name + ": " + sequence.written.text + "  in " + synth::nameOf(sequence.written.step) +
         (sequence.plays ? "" : "  (play " + name + ", and it is heard)");
}

void addPatternAnswers(CommandTable& table, PatternAnswers& answers, std::function<double()> beat) {
  table.topic("patterns");
  table.add({"answer",
             {{"name", Command::Text{kLongestName}},
              {"bars", Command::Integer{1, PatternAnswers::kMostBars}, "", Command::Value{kUsualBars}},
              {"by", Command::Text{kLongestName}, "", Command::Value{std::string{}}}},
             "Lets a pattern that plays be answered, once, by itself or by another instrument.",
             trying([&answers, beat = std::move(beat)](const Command::Arguments& given) {
               return answers.ask(given.text("name"), static_cast<int>(given.integer("bars")), given.text("by"),
                                  beat());
             })});
  table.add({"take",
             {{"name", Command::Text{kLongestName}}, {"step", Command::Text{8}, "", Command::Value{std::string{}}}},
             "Makes the last answer a pattern; with a step, such as 1/16, its notes go to the nearest one.",
             trying([&answers](const Command::Arguments& given) {
               const std::string& text = given.text("step");
               const auto step = synth::stepCalled(text);
               if (!text.empty() && !step)
                 throw NotationError{"a step is written like 1/16, 1/8t (triplet) or 1/4d (dotted), not '" + text +
                                     "'"};
               return answers.take(given.text("name"), step);
             })});
}

}  // namespace antiphon
