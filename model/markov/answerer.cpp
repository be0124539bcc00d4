#include "model/markov/answerer.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "model/dice.hpp"
#include "model/markov/continuator.hpp"

namespace antiphon {
namespace {

using markov::Continuator;

/// The one voice of a call that is answered.
struct Speaker {
  Phrase phrase{};
  std::uint8_t channel = 0;
  bool drums = false;
};

Speaker speakerOf(const Phrase& prompt) {
  std::array<int, 16> notes{};
  for (const Note& note : prompt.notes) ++notes[note.channel & 15u];
  const int tones = static_cast<int>(prompt.notes.size()) - notes[kDrumChannel];
  Speaker voice{{prompt.meter, std::max(1, prompt.bars), {}}, kDrumChannel, notes[kDrumChannel] > tones};
  if (!voice.drums) {
    notes[kDrumChannel] = -1;
    voice.channel = static_cast<std::uint8_t>(std::ranges::max_element(notes) - notes.begin());
  }
  for (const Note& note : prompt.notes) {
    if ((note.channel == kDrumChannel) == voice.drums && note.pitch < 128) voice.phrase.notes.push_back(note);
  }
  return voice;
}

/// What may come next, so that the answer is one.
class Manners {
 public:
  Manners(Meter meter, int bars, bool drums) : barPulses_{pulsesPerBar(meter)}, bars_{bars}, base_{drums ? 128 : 0} {}

  bool done() const { return bar_ == bars_; }
  const GridNote& newest() const { return note_; }
  int bar() const { return bar_; }
  bool allows(markov::Kind kind, int symbol) const;
  /// True when a note is complete.
  bool take(markov::Kind kind, int symbol);

 private:
  int now() const { return bar_ * barPulses_ + pulse_; }
  bool free(int pitch) const { return silentAt_[static_cast<std::size_t>(pitch)] <= now(); }

  int barPulses_, bars_, base_;
  int bar_ = 0, pulse_ = -1;
  int barNotes_ = 0;
  int lowest_ = 0;  // pitch that may come at this pulse
  bool begun_ = false;
  GridNote note_{};
  std::array<int, 128> silentAt_{};  // pulse of the answer from which on a key is up
};

bool Manners::allows(markov::Kind kind, int symbol) const {
  switch (kind) {
    case native::nextHead:
      if (symbol == native::kNextBar) return begun_;
      if (barNotes_ == MarkovAnswerer::kMostBarNotes) return false;
      if (symbol != native::kNextSame) return symbol > pulse_ && symbol < barPulses_;
      for (int pitch = lowest_; pulse_ >= 0 && pitch < 128; ++pitch) {
        if (free(pitch)) return true;
      }
      return false;
    case native::pitchHead: {
      const int pitch = symbol - base_;
      return pitch >= lowest_ && pitch < 128 && free(pitch);
    }
    case native::lengthHead: return lengthPulses(symbol) <= bars_ * barPulses_ - now();
    default: return true;
  }
}

bool Manners::take(markov::Kind kind, int symbol) {
  switch (kind) {
    case native::nextHead:
      if (symbol == native::kNextBar) {
        ++bar_;
        pulse_ = -1;
        barNotes_ = 0;
        lowest_ = 0;
      } else if (symbol != native::kNextSame) {
        pulse_ = symbol;
        lowest_ = 0;
      }
      return false;
    case native::pitchHead: note_.pitch = static_cast<std::uint8_t>(symbol - base_); return false;
    case native::lengthHead: note_.length = static_cast<std::uint8_t>(symbol); return false;
    default:
      note_.velocity = static_cast<std::uint8_t>(symbol);
      note_.bar = static_cast<std::uint16_t>(bar_);
      note_.pulse = static_cast<std::uint8_t>(pulse_);
      silentAt_[note_.pitch] = now() + lengthPulses(note_.length);
      lowest_ = note_.pitch + 1;
      ++barNotes_;
      begun_ = true;
      return true;
  }
}

int choose(std::span<const double> chances, const Manners& manners, markov::Kind kind, const MarkovSettings& settings,
           Dice& dice) {
  std::array<double, 256> weights{};
  double most = 0.0, sum = 0.0;
  for (std::size_t i = 0; i < chances.size(); ++i) {
    if (manners.allows(kind, static_cast<int>(i))) most = std::max(most, weights[i] = chances[i]);
  }
  for (std::size_t i = 0; i < chances.size(); ++i) {
    if (weights[i] < most * settings.leastShare) weights[i] = 0.0;
    if (weights[i] > 0.0) sum += weights[i] = std::pow(weights[i] / most, 1.0 / settings.temperature);
  }
  double point = dice.unit() * sum;
  int chosen = 0;
  for (std::size_t i = 0; i < chances.size(); ++i) {
    if (weights[i] <= 0.0) continue;
    chosen = static_cast<int>(i);
    point -= weights[i];
    if (point < 0.0) break;
  }
  return chosen;
}

}  // namespace

MarkovAnswerer::MarkovAnswerer(markov::Table table, MarkovSettings settings)
    : table_{std::move(table)}, settings_{settings} {
  if (!(settings.temperature >= 0.05 && settings.temperature <= 5.0)) {
    throw std::invalid_argument{"the temperature must be 0.05 to 5"};
  }
  if (!(settings.leastShare >= 0.0 && settings.leastShare <= 1.0)) {
    throw std::invalid_argument{"the least share must be 0 to 1"};
  }
}

void MarkovAnswerer::commit(const Call& call, AnswerStream& out) {
  const Meter meter = call.plan.meter;
  if (!speaksMeter(meter)) {
    throw std::invalid_argument{"no answer in " + meter.text() + ": its bars do not fit the grid"};
  }
  Phrase prompt = call.prompt;
  prompt.meter = meter;
  const Speaker voice = speakerOf(prompt);
  if (voice.phrase.notes.empty() || call.plan.answerBars < 1) return;

  Continuator continuator{table_, meter, voice.drums};
  markov::recite(onGrid(voice.phrase), voice.drums, [&](markov::Kind, int symbol) { continuator.say(symbol); });
  Manners manners{meter, call.plan.answerBars, voice.drums};
  Dice dice{call.plan.seed, call.plan.id.turn};
  while (!manners.done()) {
    if (out.cancelled()) return;
    const markov::Kind kind = continuator.kind();
    const int symbol = choose(continuator.distribution(), manners, kind, settings_, dice);
    continuator.say(symbol);
    if (manners.take(kind, symbol)) {
      const GridNote& note = manners.newest();
      out.note({meter.barLine(note.bar) + kPulse * note.pulse, kPulse * lengthPulses(note.length), note.pitch,
                static_cast<std::uint8_t>(velocityOf(note.velocity)), voice.channel});
    } else if (kind == native::nextHead) {
      out.reached(meter.barLine(manners.bar()) + kPulse * std::max(0, continuator.line().pulse()));
    }
  }
}

}  // namespace antiphon
