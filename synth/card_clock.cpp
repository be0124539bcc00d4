#include "synth/card_clock.hpp"

#include <algorithm>
#include <cmath>

namespace antiphon::synth {
namespace {

constexpr double kRateError = 1e-4;   // of a crystal, as bought
constexpr double kWander = 1e-8;      // of its rate, in a second, as it gets warmer
constexpr double kFirstJitter = 3e5;  // ns, until it is known better
constexpr double kLeastJitter = 5e3;  // ns
constexpr double kFewCalls = 16;      // that the first guess of the jitter is worth
constexpr double kManyCalls = 256;    // over which the jitter is averaged
constexpr double kSlack = 0.25e6;     // ns that a note may be sent late
constexpr double kFar = 4;            // times the jitter: astray
constexpr int kCallsAstray = 8;       // and so many in a row,
constexpr double kAstrayFor = 100e6;  // ns long: the card has left frames out
constexpr double kWatch = 0.33e9;     // ns: calls that are too early in each of
constexpr int kWatches = 3;           // so many stretches in a row are the card's way

}  // namespace

CardClock::CardClock(SampleRate rate)
    : usual_{1e9 / rate.hertz}, drift_{kWander * kWander / rate.hertz * usual_ * usual_}, slack_{kSlack / usual_} {}

void CardClock::restart() {
  line_ = {};
  published_.write(line_);
  publishedToo_.write(line_);
  early_ = {};
}

void CardClock::begin(double frame, double at) {
  line_.frame = frame;
  line_.at = at;
  jitter_ = kFirstJitter * kFirstJitter;
  learned_ = kFewCalls;
  atVariance_ = jitter_;
  bothVariance_ = 0;
  rateVariance_ = kRateError * kRateError * usual_ * usual_;
  astray_ = 0;
}

void CardClock::called(Frame first, int frames, Nanos when, bool gap) {
  const auto frame = static_cast<double>(first.value);
  if (line_.perFrame == 0) {
    line_.origin = when;
    line_.perFrame = usual_;
    line_.lead = frames + slack_;
    begin(frame, 0);
  } else {
    const double n = frame - line_.frame;
    line_.frame = frame;
    line_.at += n * line_.perFrame;
    atVariance_ += n * (2 * bothVariance_ + n * rateVariance_);
    bothVariance_ += n * rateVariance_;
    rateVariance_ += n * drift_;
    const double error = static_cast<double>((when - line_.origin).count()) - line_.at;
    astrayFor_ += n * usual_;
    if (gap) begin(frame, line_.at + error);
    else if (!strays(error)) learn(error);
  }
  keepAhead(frame + frames, static_cast<double>((when - line_.origin).count()));
  latency_.store(static_cast<int>(std::lround(line_.lead)), std::memory_order_relaxed);
  published_.write(line_);
  publishedToo_.write(line_);
}

bool CardClock::strays(double error) {
  if (std::abs(error) <= kFar * std::sqrt(jitter_ + atVariance_)) {
    astray_ = 0;
    return false;
  }
  if (astray_ == 0 || (error > 0) != (astrayBy_ > 0)) astray_ = 0, astrayFor_ = 0, astrayBy_ = 0;
  astrayBy_ += error;
  ++astray_;
  if (astray_ >= kCallsAstray && astrayFor_ >= kAstrayFor) begin(line_.frame, line_.at + astrayBy_ / astray_);
  return true;
}

void CardClock::learn(double error) {
  const double all = atVariance_ + jitter_;
  const double toAt = atVariance_ / all, toRate = bothVariance_ / all;
  line_.at += toAt * error;
  line_.perFrame += toRate * error;
  rateVariance_ -= toRate * bothVariance_;
  bothVariance_ -= toAt * bothVariance_;
  atVariance_ -= toAt * atVariance_;
  learned_ = std::min(learned_ + 1, kManyCalls);
  jitter_ = std::max(jitter_ + (error * error - jitter_) / learned_, kLeastJitter * kLeastJitter);
}

/// A card may call for sound earlier than the line says, regularly even (where one period of its own is several of
/// ours). What is made then must not be made without the notes whose moments are still to come.
void CardClock::keepAhead(double end, double at) {
  const double needed = end - (line_.frame + (at - line_.at) / line_.perFrame);
  if (needed > line_.lead) {
    early_.any = true;
    early_.needed = std::max(early_.needed, needed);
  }
  if (end < early_.until) return;
  early_.inARow = early_.any ? early_.inARow + 1 : 0;
  if (early_.inARow == kWatches) line_.lead = early_.needed + slack_;
  if (early_.inARow == kWatches || !early_.any) {
    early_.needed = 0;
    early_.inARow = 0;
  }
  early_.any = false;
  early_.until = end + kWatch / usual_;
}

Nanos CardClock::momentOf(Frame frame) const {
  const double frames = static_cast<double>(frame.value) - line_.frame - line_.lead;
  return line_.origin + Nanos{std::llround(line_.at + frames * line_.perFrame)};
}

Frame CardClock::frameOf(Nanos when) {
  const Line& line = published_.read();
  if (line.perFrame == 0) return last_;
  return last_ = std::max(last_, Frame{std::llround(frameOn(line, when))});
}

std::optional<Frame> CardClock::frameFor(Nanos when) {
  const Line& line = publishedToo_.read();
  if (line.perFrame == 0) return {};
  return Frame{std::llround(frameOn(line, when))};
}

double CardClock::frameOn(const Line& line, Nanos when) {
  const double after = static_cast<double>((when - line.origin).count()) - line.at;
  return line.frame + line.lead + after / line.perFrame;
}

}  // namespace antiphon::synth
