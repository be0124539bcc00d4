#include "model/aria/improviser.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <tuple>

#include "model/aria/improvisation.hpp"
#include "model/aria/tokens.hpp"
#include "model/improviser.hpp"
#include "model/native/shape.hpp"

namespace antiphon {
namespace {

using Kind = AriaToken::Kind;

constexpr std::size_t kMostFed = 1024;   // notes that are listened along to
constexpr int kOpening = 4;              // prefixes and <S>, at most
constexpr int kMostNotesInQuarter = 16;  // a bound, not a wish: faster than hands can
constexpr int kMostPedalsInQuarter = 4;  // likewise: let go and caught again with every eighth
constexpr double kSpare = 0.9;           // of what streams, the share that an answer may need
constexpr double kThinnest = 0.25;       // of the call's notes; thinner is no answer to it

bool spoken(Meter meter) { return speaksMeter(meter) && meter.beats <= native::kMostBeats; }

/// What is heard of these notes, in the one order that does not depend on when each of them was told; the newest of
/// them, so many that they take up no more than half of what a model can keep in mind.
std::vector<Note> voiceOf(const std::vector<Note>& notes, const TurnPlan& plan, int capacity) {
  std::vector<Note> voice = leadingVoice(notes);
  std::ranges::sort(voice, {}, [](const Note& n) { return std::tuple{n.tick, n.pitch, n.channel, n.length}; });
  const auto tokens = [&](std::size_t first) {
    const Nanos lasts = plan.tempo.span(voice.back().tick - voice[first].tick);
    return kOpening + kAriaNoteTokens * static_cast<std::int64_t>(voice.size() - first) +
           lasts / std::chrono::milliseconds{kAriaSegment};
  };
  std::size_t first = 0;
  while (first + 1 < voice.size() && tokens(first) > capacity / 2) ++first;
  voice.erase(voice.begin(), voice.begin() + static_cast<std::ptrdiff_t>(first));
  return voice;
}

/// The call in tokens, open at its end.
std::vector<int> tokensOf(const AriaLayout& layout, const std::vector<Note>& voice, Part part) {
  AriaPerformance performance = layout.performance(voice);
  const auto answers = part == Part::drums ? AriaInstrument::drum : AriaInstrument::piano;
  auto& instruments = performance.instruments;
  if (std::ranges::find(instruments, answers) == instruments.end()) instruments.push_back(answers);
  std::ranges::sort(instruments);
  std::vector<int> ids = ariaTokens(performance);
  ids.pop_back();
  return ids;
}

AriaLimits limitsFor(const Wishes& wishes, const GridPhrase& call, Part callPart, Part part, bool pedal) {
  AriaLimits limits;
  limits.part = part;
  limits.scale = scaleOfAnswer(wishes.key, call, callPart, part);
  if (const auto most = voicesOf(part)) limits.notesAtOnce = *most;
  const auto quarters = static_cast<int>((call.meter.bar().count + kQuarter.count - 1) / kQuarter.count);
  limits.notesInBar = kMostNotesInQuarter * quarters;
  if (pedal) limits.pedalsInBar = kMostPedalsInQuarter * quarters;
  return limits;
}

std::string perSecond(double notes) {
  char text[32];
  std::snprintf(text, sizeof text, notes < 10 ? "%.1f" : "%.0f", notes);
  return text;
}

}  // namespace

double ariaBreath(double streamed, double called) {
  if (called <= kSpare * streamed) return 0;
  if (streamed < std::max(1.0, kThinnest * called)) {
    throw std::runtime_error{"the call has " + perSecond(called) + " notes a second, and this machine streams " +
                             perSecond(streamed) + ": the echo answers"};
  }
  return 1000 / (kSpare * streamed);
}

AriaImproviser::AriaImproviser(const AriaModel& model, std::shared_ptr<WishDesk> desk)
    : desk_{std::move(desk)}, thought_{model.engine()} {}

void AriaImproviser::begin(const TurnPlan& plan) {
  plan_ = plan;
  heard_.clear();
}

void AriaImproviser::feed(const Note& note) {
  if (!spoken(plan_.meter) || plan_.answerBars < 1 || heard_.size() >= kMostFed) return;
  heard_.push_back(note);
  const std::vector<Note> voice = voiceOf(heard_, plan_, thought_.capacity());
  const auto bars = static_cast<int>(std::max<std::int64_t>(0, plan_.meter.barOf(voice.back().tick))) + 1;
  const Part part = desk_->read().part.value_or(voice.front().channel == kDrumChannel ? Part::drums : Part::piano);
  thought_.become(tokensOf(AriaLayout{plan_, bars, voice}, voice, part));
  thought_.hear([] { return false; });
}

/// Nobody knows yet how long the notes ring that are still held: the model says it, one after the other. False when
/// nobody waits any more.
bool AriaImproviser::foretellHeld(std::vector<int>& ids, const std::vector<Note>& voice, const TurnPlan& plan,
                                  std::int64_t answer, Sampler& sampler, const AriaThought::GivenUp& givenUp) {
  const Tick line = plan.callBars * plan.meter.bar();
  std::int64_t segment = 0;
  auto note = voice.begin();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const AriaToken token = ariaToken(ids[i]);
    if (token.kind == Kind::segment) segment += kAriaSegment;
    if (token.kind == Kind::onset) {
      const bool held = note->end() == line;
      ++note;
      if (!held || i + 1 >= ids.size() || ariaToken(ids[i + 1]).kind != Kind::length) continue;
      thought_.become(std::span{ids}.first(i + 1));
      const std::span<float> logits = thought_.hear(givenUp);
      if (logits.empty()) return false;
      allowLengths(logits, answer - segment - token.value);
      ids[i + 1] = sampler.choose(logits).index;
    }
  }
  thought_.become(ids);
  return true;
}

void AriaImproviser::commit(const Call& call, AnswerStream& out) {
  const Wishes wishes = desk_->read();
  TurnPlan plan = call.plan;
  plan.callBars = std::max(1, call.prompt.bars);
  if (!spoken(plan.meter)) {
    throw std::invalid_argument{"the model does not speak " + plan.meter.text() +
                                ": bars may have at most eight quarters"};
  }
  if (call.prompt.notes.empty() || plan.answerBars < 1) return;
  const std::vector<Note> whole = leadingVoice(call.prompt.notes);
  const std::vector<Note> voice = voiceOf(whole, plan, thought_.capacity());
  const AriaLayout layout{plan, plan.callBars, voice};
  const GridPhrase heard = onGrid({plan.meter, plan.callBars, whole});
  const Part callPart = partOfCall(heard, voice.front().channel == kDrumChannel);
  const Part part = wishes.part.value_or(callPart);
  AriaLimits limits = limitsFor(wishes, heard, callPart, part, thought_.shape().vocabulary == kAriaLiveTokens);
  AriaFrame frame = layout.frame();
  limits.firstBy = beginsOnDownbeat(heard) ? frame.begin : layout.firstBeatEnd();
  if (wishes.notesPerSecond) {
    const double called = static_cast<double>(whole.size()) / layout.seconds(plan.callBars * plan.meter.bar());
    limits.breath = ariaBreath(*wishes.notesPerSecond, called);
    if (limits.breath > 0) {
      desk_->remark("the call has " + perSecond(called) + " notes a second, and this machine streams " +
                    perSecond(*wishes.notesPerSecond) + ": the answer is thinner");
    }
  }

  const AriaThought::GivenUp givenUp = [&] { return out.cancelled(); };
  Sampler sampler{seedOf(plan, 0), wishes.sampler};
  std::vector<int> ids = tokensOf(layout, voice, part);
  if (!foretellHeld(ids, voice, plan, frame.begin, sampler, givenUp)) return;
  frame.segments = std::ranges::count(ids, ariaId({.kind = Kind::segment}));
  AriaImprovisation improvisation{thought_, AriaGrammar{frame, limits}, sampler, wishes.sampler.repetition, givenUp};
  Phrase answer{plan.meter, plan.answerBars, {}};
  write(improvisation, layout, answerChannel(voice, part), answer, out);
  thought_.takeBack(static_cast<int>(ids.size()));
  desk_->leave({plan.tempo, call.prompt, std::move(answer)});
}

void AriaImproviser::write(AriaImprovisation& improvisation, const AriaLayout& layout, std::uint8_t channel,
                           Phrase& answer, AnswerStream& out) const {
  const Tick end = answer.length();
  Tick told{0};
  while (!improvisation.over() && !out.cancelled()) {
    if (thought_.length() + 1 >= thought_.capacity()) {
      throw std::runtime_error{"the answer outgrew the " + std::to_string(thought_.capacity()) +
                               " tokens that the model keeps in mind: the echo plays on"};
    }
    const auto whole = improvisation.step();
    if (const auto* note = whole ? std::get_if<AriaNote>(&*whole) : nullptr) {
      const Tick tick = layout.tick(note->at);
      answer.notes.push_back({tick, std::min(layout.length(note->length), end - tick),
                              static_cast<std::uint8_t>(note->pitch), static_cast<std::uint8_t>(note->velocity),
                              channel});
      out.note(answer.notes.back());
    } else if (whole) {
      const auto& pedal = std::get<AriaPedal>(*whole);
      answer.pedals.push_back({layout.tick(pedal.at), pedal.down, channel});
      out.pedal(answer.pedals.back());
    }
    const Tick here = std::min(layout.tick(improvisation.grammar().earliest()), end);
    if (here > told && !improvisation.over()) {
      told = here;
      out.reached(told);
    }
  }
  if (!out.cancelled()) out.reached(end);
}

}  // namespace antiphon
