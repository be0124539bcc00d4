#include "synth/studio/sequencer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "synth/steps.hpp"

namespace antiphon::synth {
namespace {

constexpr std::size_t kChanges = 1024, kHeld = 1024, kDue = 2048;
constexpr double kNever = std::numeric_limits<double>::infinity();
// A clock that is followed is put right by less than this; what is more is a jump to another place.
constexpr double kJump = 0.1;  // quarters
// The music may have begun by so much before anybody hears of it: its first stroke is played all the same.
constexpr double kLate = 0.02;  // s
constexpr double kSame = 1e-6;  // quarters: rounding, no more

double beatsOf(Tick ticks) { return static_cast<double>(ticks.count) / static_cast<double>(kQuarter.count); }

}  // namespace

double swung(const Feel& feel, double beat) {
  if (feel.swing <= 0.5f || beat == kNever) return beat;
  const double pair = 2 * beatsOf(feel.swung), first = static_cast<double>(feel.swing);
  const double whole = std::floor((beat + kSame) / pair), within = std::max(0.0, beat / pair - whole);
  const double moved = within < 0.5 ? within * 2 * first : first + (within - 0.5) * 2 * (1 - first);
  return (whole + moved) * pair;
}

Sequencer::Sequencer(SampleRate rate) : rate_{rate}, changes_{kChanges}, retired_{2 * kChanges} {
  held_.reserve(kHeld);
  due_.reserve(kDue);
}

bool Sequencer::play(int track, const Pattern* pattern, Tick quantum) {
  return changes_.push({.kind = Change::Kind::play, .track = track, .pattern = pattern, .quantum = quantum});
}
bool Sequencer::playOnce(int track, const Pattern* pattern, Tick quantum, Tick lasts) {
  const bool told = changes_.push(
      {.kind = Change::Kind::play, .track = track, .pattern = pattern, .quantum = quantum, .lasts = lasts});
  // It is nobody else's from now on.
  if (told) tracks_[static_cast<std::size_t>(track)].sounds.store(true, std::memory_order_relaxed);
  return told;
}
bool Sequencer::aim(int track, NodeId node) {
  return changes_.push({.kind = Change::Kind::aim, .track = track, .node = node});
}
bool Sequencer::mute(int track, bool muted) {
  return changes_.push({.kind = Change::Kind::mute, .track = track, .muted = muted});
}
bool Sequencer::feel(const Feel& feel) { return changes_.push({.kind = Change::Kind::feel, .feel = feel}); }

void Sequencer::retire(const Pattern* pattern) {
  if (pattern != nullptr) retired_.push(pattern);
}

void Sequencer::obey() {
  Change change;
  while (changes_.pop(change)) {
    const auto number = static_cast<std::size_t>(change.track);
    told_ = std::max(told_, number + 1);
    Track& track = tracks_[number];
    switch (change.kind) {
      case Change::Kind::play:
        if (change.pattern == nullptr || (change.lasts > Tick{} && track.changes))
          retire(std::exchange(track.waits.pattern, nullptr));
        if (change.lasts > Tick{} && track.changes) {
          track.waits = change;
          break;
        }
        if (track.changes) retire(track.then);  // it was never heard
        track.changes = true;
        track.then = change.pattern;
        track.quantum = change.quantum;
        track.lasts = change.lasts;
        track.from = kUnknown;
        tell(track);
        break;
      case Change::Kind::aim: track.node = change.node; break;
      case Change::Kind::mute: track.muted = change.muted; break;
      case Change::Kind::feel: feel_ = change.feel; break;
    }
  }
}

void Sequencer::tell(Track& track) {
  track.sounds.store(track.pattern != nullptr || (track.changes && track.then != nullptr), std::memory_order_relaxed);
}

/// What is played once, and had to wait, is next: from this beat on, or from where the music begins.
void Sequencer::behind(Track& track, double beat) {
  if (track.waits.pattern == nullptr) return;
  const double quantum = beatsOf(track.waits.quantum);
  track.changes = true;
  track.then = std::exchange(track.waits.pattern, nullptr);
  track.quantum = track.waits.quantum;
  track.lasts = track.waits.lasts;
  track.from = !running_ || beat == kUnknown ? kUnknown
               : quantum > 0                 ? std::ceil((beat - kSame) / quantum) * quantum
                                             : beat;
}

/// What was told to come comes now.
void Sequencer::change(Track& track) {
  track.changes = track.lasts > Tick{};
  track.origin = track.changes ? track.from : 0;
  std::swap(track.pattern, track.then);
  if (track.changes) {  // what was played before comes back
    track.from += beatsOf(std::exchange(track.lasts, Tick{}));
  } else {
    retire(std::exchange(track.then, nullptr));
    behind(track, track.from);
  }
  tell(track);
}

/// The next stroke is the first at this beat or later.
void Sequencer::locate(Track& track, double beat) {
  if (track.pattern == nullptr) return;
  const double length = beatsOf(track.pattern->length);
  const double round = std::floor((beat - track.origin + kSame) / length);
  const double within = beat - track.origin - round * length;
  const auto& strokes = track.pattern->strokes;
  const auto next = std::ranges::find_if(strokes, [&](const Stroke& s) { return beatsOf(s.at) >= within - kSame; });
  track.round = static_cast<std::int64_t>(round) + (next == strokes.end() ? 1 : 0);
  track.next = next == strokes.end() ? 0 : static_cast<std::size_t>(next - strokes.begin());
}

double Sequencer::nextStroke(const Track& track) const {
  if (track.pattern == nullptr || track.pattern->strokes.empty()) return kNever;
  return track.origin + beatsOf(track.pattern->length * track.round + track.pattern->strokes[track.next].at);
}

Frame Sequencer::frameOf(double beat) const { return std::max(now_, now_ + std::llround((beat - beat_) / perFrame_)); }

void Sequencer::strike(std::size_t number, double beat) {
  const Track& track = tracks_[number];
  const Stroke& stroke = track.pattern->strokes[track.next];
  if (held_.size() == held_.capacity() || due_.size() + 2 > due_.capacity()) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  double off = 0;
  if (feel_.humanize > 0) {
    const float chance = chanceOf(number, track.round * 8191 + static_cast<std::int64_t>(track.next));
    off = (static_cast<double>(chance) * 2 - 1) * static_cast<double>(feel_.humanize) * rate_.hertz * perFrame_;
  }
  Frame at = frameOf(felt(beat) + off);
  using Kind = Gesture::Kind;
  // Who listens knows notes by key alone: one that still sounds ends where it is struck anew.
  const auto before =
      std::ranges::find_if(held_, [&](const Held& held) { return held.node == track.node && held.key == stroke.key; });
  if (before != held_.end()) {
    at = std::max(at, before->since);  // what came too early for a hand may come before what was too late
    due_.push_back({before->node, {Kind::keyUp, before->key, 0}, at});
    held_.erase(before);
  }
  due_.push_back({track.node, {Kind::keyDown, stroke.key, stroke.force}, at});
  held_.push_back({track.node, stroke.key, at, felt(beat + beatsOf(stroke.length)) + off});
}

void Sequencer::letGo(double before) {
  std::erase_if(held_, [&](const Held& held) {
    if (held.until >= before || due_.size() == due_.capacity()) return false;
    due_.push_back({held.node, {Gesture::Kind::keyUp, held.key, 0}, std::max(held.since, frameOf(held.until))});
    return true;
  });
}

void Sequencer::letAllGo() {
  std::erase_if(held_, [&](const Held& held) {
    if (due_.size() == due_.capacity()) return false;
    // What was found early may not have begun yet.
    due_.push_back({held.node, {Gesture::Kind::keyUp, held.key, 0}, std::max(held.since, now_)});
    return true;
  });
}

const std::vector<Sequencer::Due>& Sequencer::due(const Transport& time, Frame now, Frame end) {
  due_.clear();
  obey();
  const double expected = beat_ + static_cast<double>(now - now_) * perFrame_;
  now_ = now;
  if (!time.running || !(time.tempo > 0)) {
    letAllGo();
    running_ = false;
    for (std::size_t number = 0; number < told_; ++number) {
      Track& track = tracks_[number];
      if (track.changes && track.lasts == Tick{}) change(track);
    }
    return due_;
  }
  const bool jumps = !running_ || std::abs(time.beat - expected) > kJump;
  running_ = true;
  beat_ = time.beat;
  perFrame_ = time.tempo / 60 / rate_.hertz;
  const double horizon = beat_ + static_cast<double>(end - now) * perFrame_;
  if (jumps) letAllGo();
  letGo(horizon);
  for (std::size_t number = 0; number < told_; ++number) goOn(number, horizon, jumps);
  letGo(horizon);
  return due_;
}

void Sequencer::goOn(std::size_t number, double horizon, bool jumps) {
  Track& track = tracks_[number];
  const double here = jumps ? beat_ - kLate * rate_.hertz * perFrame_ : beat_;
  if (track.changes && (jumps || track.from == kUnknown)) {
    const double quantum = beatsOf(track.quantum);
    track.from = quantum > 0 ? std::ceil((here - kSame) / quantum) * quantum : here;
  }
  if (jumps) locate(track, here);
  // One that may be early has to be found as much earlier.
  const double early = static_cast<double>(feel_.humanize) * rate_.hertz * perFrame_;
  for (;;) {
    const double beat = nextStroke(track);
    if (track.changes && track.from < horizon + early && beat >= track.from - kSame) {
      const double from = track.from;
      change(track);
      locate(track, from);
      continue;
    }
    if (felt(beat) >= horizon + early) return;
    if (!track.muted) strike(number, beat);
    if (++track.next == track.pattern->strokes.size()) {
      track.next = 0;
      ++track.round;
    }
  }
}

}  // namespace antiphon::synth
