#include "model/grammar.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace antiphon {
namespace {

constexpr std::array<PitchRange, kParts> kRanges{{{48, 96}, {21, 108}, {36, 88}, {24, 60}, {35, 81}}};
constexpr int kSixteenthPulses = kPulsesPerQuarter / 4, kTripletPulses = kPulsesPerQuarter / 3;
constexpr float kForbidden = -std::numeric_limits<float>::infinity();
constexpr float kFaintest = -1e30f;

void demand(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument{what};
}

}  // namespace

PitchRange rangeOf(Part part) { return kRanges[static_cast<std::size_t>(part)]; }

std::bitset<128> permittedPitches(Part part, const std::optional<PitchRange>& given,
                                  const std::optional<std::uint16_t>& tones) {
  PitchRange range = given.value_or(rangeOf(part));
  demand(range.low >= 0 && range.low <= range.high && range.high <= 127, "grammar: the pitch range is none");
  const std::uint16_t scale = part == Part::drums ? 0xFFF : tones.value_or(0xFFF);
  demand(scale != 0 && scale <= 0xFFF, "grammar: the scale is none");
  const PitchRange most = part == Part::drums ? rangeOf(part) : PitchRange{};
  std::bitset<128> permitted;
  while (true) {
    for (int pitch = std::max(range.low, most.low); pitch <= std::min(range.high, most.high); ++pitch) {
      if ((scale >> (pitch % 12) & 1) != 0) permitted.set(static_cast<std::size_t>(pitch));
    }
    if (permitted.any()) return permitted;
    range = {range.low - 1, range.high + 1};
  }
}

Grammar::Grammar(const native::Brief& brief, const Limits& limits)
    : part_{brief.answerPart},
      limits_{limits},
      permitted_{permittedPitches(brief.answerPart, limits.range, limits.scale)},
      barPulses_{0},
      bars_{brief.answerBars} {
  demand(speaksMeter(brief.meter), "grammar: the metre is not spoken");
  demand(bars_ >= 1, "grammar: an answer has at least one bar");
  demand(!limits.restless || (limits.notesInBar > 0 && limits.onsetsInBar > 0), "grammar: restless without notes");
  demand(limits.notesInBar >= 0 && limits.onsetsInBar >= 0 && limits.notesAtOnce >= 1, "grammar: a limit is too low");
  barPulses_ = pulsesPerBar(brief.meter);
  for (int pitch = 0; pitch < 128; ++pitch) {
    if (permitted_.test(static_cast<std::size_t>(pitch))) highest_ = pitch;
  }
}

bool Grammar::allowsPitch(int choice) const {
  const bool drum = choice >= 128;
  if (drum != (part_ == Part::drums)) return false;
  const int pitch = choice % 128;
  return pitch > lastPitch_ && permitted_.test(static_cast<std::size_t>(pitch));
}

/// Every bar that is over holds a note, so the first pulse of the next one is never too late.
bool Grammar::tooSilent(int choice) const {
  if (!limits_.restless || choice == native::kNextSame) return false;
  if (choice == native::kNextBar && notesInBar_ == 0) return true;
  const int at = choice == native::kNextBar ? (bar_ + 1) * barPulses_ : bar_ * barPulses_ + choice;
  return at > lastOnset_ + barPulses_;
}

bool Grammar::allowsNext(int choice) const {
  if (tooSilent(choice)) return false;
  const bool opening = bar_ == 0 && pulse_ < 0 && limits_.notesInBar > 0 && limits_.onsetsInBar > 0;
  if (limits_.fromDownbeat && opening) return choice == 0;
  if (choice == native::kNextBar) return true;
  if (notesInBar_ >= limits_.notesInBar) return false;
  if (choice == native::kNextSame) return noted_ && notesAtOnce_ < limits_.notesAtOnce && lastPitch_ < highest_;
  if (limits_.straight && choice % kSixteenthPulses != 0 && choice % kTripletPulses != 0) return false;
  return choice > pulse_ && choice < barPulses_ && onsetsInBar_ < limits_.onsetsInBar;
}

bool Grammar::allows(native::Head head, int choice) const {
  if (choice < 0 || choice >= native::kHeadChoices[head] || over()) return false;
  switch (head) {
    case native::pitchHead: return pulse_ >= 0 && allowsPitch(choice);
    case native::lengthHead: return pulse_ >= 0 && lengthPulses(choice) <= (bars_ - bar_) * barPulses_ - pulse_;
    case native::velocityHead: return pulse_ >= 0;
    default: return allowsNext(choice);
  }
}

void Grammar::allow(native::Head head, std::span<float> logits) const {
  for (int choice = 0; choice < static_cast<int>(logits.size()); ++choice) {
    float& logit = logits[static_cast<std::size_t>(choice)];
    if (!allows(head, choice)) {
      logit = kForbidden;
    } else if (std::isnan(logit)) {
      logit = kFaintest;
    } else {
      logit = std::clamp(logit, kFaintest, -kFaintest);
    }
  }
}

void Grammar::choose(native::Head head, int choice) {
  if (!allows(head, choice)) throw std::logic_error{"grammar: this may not be chosen"};
  if (head == native::pitchHead) {
    lastPitch_ = choice % 128;
    noted_ = true;
    ++notesInBar_;
    ++notesAtOnce_;
  } else if (head == native::nextHead && choice == native::kNextBar) {
    ++bar_;
    pulse_ = lastPitch_ = -1;
    noted_ = false;
    notesInBar_ = onsetsInBar_ = notesAtOnce_ = 0;
  } else if (head == native::nextHead && choice != native::kNextSame) {
    pulse_ = choice;
    lastOnset_ = bar_ * barPulses_ + pulse_;
    lastPitch_ = -1;
    noted_ = false;
    ++onsetsInBar_;
    notesAtOnce_ = 0;
  }
}

}  // namespace antiphon
