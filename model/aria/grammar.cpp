#include "model/aria/grammar.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace antiphon {
namespace {

using Kind = AriaToken::Kind;

constexpr float kFaintestSaid = -1e30f;

void require(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument{what};
}

std::int64_t upToStep(double ms) { return static_cast<std::int64_t>(std::ceil(ms / kAriaStep)) * kAriaStep; }

float finite(float logit) {
  return std::isnan(logit) ? kFaintestSaid : std::clamp(logit, kFaintestSaid, -kFaintestSaid);
}

}  // namespace

AriaGrammar::AriaGrammar(const AriaFrame& frame, const AriaLimits& limits)
    : frame_{frame},
      limits_{limits},
      permitted_{permittedPitches(limits.part, limits.range, limits.scale)},
      segment_{frame.segments},
      last_{frame.begin},
      together_{frame.begin} {
  require(frame.begin >= 0 && frame.end > frame.begin, "aria: the answer's frame holds no onset");
  require(frame.begin % kAriaStep == 0 && frame.end % kAriaStep == 0, "aria: the frame is not in whole steps");
  require(frame.segments >= 0 && frame.segments * kAriaSegment <= frame.begin, "aria: the answer begins in the past");
  require(frame.bar >= 1, "aria: a bar has a length");
  require(limits.firstBy >= frame.begin && limits.firstBy < frame.end && limits.firstBy % kAriaStep == 0,
          "aria: the first onset lies outside the answer");
  require(limits.notesInBar >= 1 && limits.notesAtOnce >= 1 && limits.pedalsInBar >= 0, "aria: a limit is too low");
  require(limits.breath >= 0 && limits.breath <= 1e6, "aria: no such breath");
}

std::int64_t AriaGrammar::earliest() const {
  if (awaits_ == Kind::onset) return next_;
  if (awaits_ == Kind::length) return last_;  // the note is not told yet
  std::int64_t at = std::max(last_, segment_ * kAriaSegment);
  if (atOnce_ >= limits_.notesAtOnce) at = std::max(at, together_ + kAriaTogether);
  if (inBar_ >= limits_.notesInBar) at = std::max(at, nextBar());
  return std::max(at, upToStep(static_cast<double>(frame_.begin) + (notes_ + pedals_) * limits_.breath));
}

std::int64_t AriaGrammar::nextBar() const {
  return upToStep(static_cast<double>(frame_.begin + (barOf(last_) + 1) * frame_.bar));
}

std::int64_t AriaGrammar::onsetsEnd() const {
  const std::int64_t end = std::min(frame_.end, segmentEnd());
  return first() ? std::min(end, limits_.firstBy + kAriaStep) : end;
}

std::int64_t AriaGrammar::earliestOf(int pitch) const {
  return std::max(earliest(), again_[static_cast<std::size_t>(pitch)]);
}

std::int64_t AriaGrammar::earliestPedal() const {
  const std::int64_t at = std::max(earliest(), pedalAgain_);
  return pedalsInBar_ < limits_.pedalsInBar ? at : std::max(at, nextBar());
}

std::optional<int> AriaGrammar::pedal() const {
  if (awaits_ != Kind::note || ended_ || first() || limits_.pedalsInBar == 0 || limits_.part == Part::drums) return {};
  if (earliestPedal() >= onsetsEnd()) return {};
  return ariaId({.kind = pedalDown_ ? Kind::pedalUp : Kind::pedalDown});
}

bool AriaGrammar::over() const { return ended_ || (awaits_ == Kind::note && earliest() >= frame_.end); }

bool AriaGrammar::allowsPitch(int pitch) const {
  return awaits_ == Kind::note && permitted_.test(static_cast<std::size_t>(pitch)) && earliestOf(pitch) < onsetsEnd();
}

bool AriaGrammar::allows(int id) const {
  if (id < 0 || id >= kAriaLiveTokens || over()) return false;
  const AriaToken token = ariaToken(id);
  const bool drums = limits_.part == Part::drums;
  switch (token.kind) {
    case Kind::note:
      return !drums && token.instrument == AriaInstrument::piano && token.velocity > 0 && allowsPitch(token.value);
    case Kind::drum: return drums && allowsPitch(token.value);
    case Kind::onset: {
      const std::int64_t at = segment_ * kAriaSegment + token.value;
      return awaits_ == Kind::onset && at >= next_ && at < onsetsEnd();
    }
    case Kind::length: return awaits_ == Kind::length && token.value > 0;
    case Kind::pedalDown:
    case Kind::pedalUp: return pedal() == id;
    case Kind::segment: return awaits_ == Kind::note && (!first() || segmentEnd() <= limits_.firstBy);
    case Kind::end:
      return awaits_ == Kind::note && limits_.closesEarly && !first() && earliest() + frame_.bar >= frame_.end;
    default: return false;
  }
}

AriaGrammar::Ids AriaGrammar::among() const {
  switch (awaits_) {
    case Kind::onset:
      return {ariaId({.kind = Kind::onset}), ariaId({.kind = Kind::onset, .value = kAriaSegment - kAriaStep}) + 1};
    case Kind::length:
      return {ariaId({.kind = Kind::length}), ariaId({.kind = Kind::length, .value = kAriaSegment}) + 1};
    default:  // the marks are the first of all
      return {0, 1 + (limits_.part == Part::drums ? ariaId({Kind::drum, AriaInstrument::drum, kAriaHighestDrum, 0})
                                                  : ariaId({Kind::note, AriaInstrument::piano, 127, 120}))};
  }
}

void AriaGrammar::allow(std::span<float> logits, int first) const {
  for (std::size_t i = 0; i < logits.size(); ++i)
    logits[i] = allows(first + static_cast<int>(i)) ? finite(logits[i]) : kUnsayable;
}

std::optional<int> AriaGrammar::forced() const {
  if (over()) return std::nullopt;
  if (awaits_ == Kind::note && earliest() >= segmentEnd()) return ariaId({.kind = Kind::segment});
  if (awaits_ == Kind::onset && next_ + kAriaStep == onsetsEnd())
    return ariaId({.kind = Kind::onset, .value = static_cast<int>(next_ - segment_ * kAriaSegment)});
  return std::nullopt;
}

void AriaGrammar::choose(int id) {
  if (!allows(id)) throw std::logic_error{"aria: this may not be said"};
  const AriaToken token = ariaToken(id);
  switch (token.kind) {
    case Kind::segment: ++segment_; break;
    case Kind::end: ended_ = true; break;
    case Kind::onset:
      if (note_.kind == Kind::note || note_.kind == Kind::drum) strike(segment_ * kAriaSegment + token.value);
      else movePedal(segment_ * kAriaSegment + token.value);
      awaits_ = note_.kind == Kind::note ? Kind::length : Kind::note;
      break;
    case Kind::length: awaits_ = Kind::note; break;
    case Kind::pedalDown:
    case Kind::pedalUp:
      next_ = earliestPedal();
      note_ = token;
      awaits_ = Kind::onset;
      break;
    default:
      next_ = earliestOf(token.value);
      note_ = token;
      awaits_ = Kind::onset;
  }
}

void AriaGrammar::strike(std::int64_t at) {
  goTo(at);
  if (first() || at >= together_ + kAriaTogether) {
    together_ = at;
    atOnce_ = 0;
  }
  again_[static_cast<std::size_t>(note_.value)] = at + kAriaTogether;
  ++inBar_;
  ++atOnce_;
  ++notes_;
}

void AriaGrammar::movePedal(std::int64_t at) {
  goTo(at);
  pedalDown_ = note_.kind == Kind::pedalDown;
  pedalAgain_ = at + kAriaTogether;
  ++pedalsInBar_;
  ++pedals_;
}

void AriaGrammar::goTo(std::int64_t at) {
  if (barOf(at) != barOf(last_)) inBar_ = pedalsInBar_ = 0;
  last_ = at;
}

void allowLengths(std::span<float> logits, std::int64_t least) {
  const std::int64_t shortest = std::clamp<std::int64_t>(least, kAriaStep, kAriaSegment);
  for (std::size_t id = 0; id < logits.size(); ++id) {
    const AriaToken token = ariaToken(static_cast<int>(id));
    logits[id] = token.kind == Kind::length && token.value >= shortest ? finite(logits[id]) : kUnsayable;
  }
}

}  // namespace antiphon
