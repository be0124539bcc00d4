#include "scheduler/reply.hpp"

#include <algorithm>

namespace antiphon {

Reply::Reply() {
  for (auto& part : voices_) {
    part.notes.reserve(kMostNotes);
    part.pedals.reserve(kMostPedals);
  }
}

void Reply::expect(const TurnPlan& plan, const Settings& settings) {
  plan_ = plan;
  settings_ = settings;
  decided_ = 0;
  current_ = Rung::rest;
  lateNotes_ = 0;
  for (auto& part : voices_) {
    part.notes.clear();
    part.pedals.clear();
    part.used = part.pedalsUsed = 0;
    part.reached = Tick{0};
    part.lastOnset = Tick{-1};
    part.done = part.failed = false;
  }
}

void Reply::take(const Thought& thought) {
  VoicePart& part = voices_[thought.voice == Voice::lead ? 0 : 1];
  if (part.done || part.failed) return;
  switch (thought.kind) {
    case Thought::Kind::done: part.done = true; return;
    case Thought::Kind::failed: part.failed = true; return;
    case Thought::Kind::reached: part.reached = std::max(part.reached, thought.note.tick); return;
    case Thought::Kind::note: takeNote(part, thought.note); return;
    case Thought::Kind::pedal: takePedal(part, thought.pedal); return;
  }
}

void Reply::takeNote(VoicePart& part, const Note& note) {
  const bool sound = note.tick >= Tick{0} && note.tick < length() && note.length >= Tick{1} && note.pitch < 128 &&
                     note.velocity >= 1 && note.velocity < 128 && note.channel < 16 && note.tick >= part.lastOnset;
  if (!sound || part.notes.size() == kMostNotes) return;
  part.lastOnset = note.tick;
  part.reached = std::max(part.reached, note.tick);
  part.notes.push_back(note);
}

void Reply::takePedal(VoicePart& part, const Pedal& pedal) {
  const Tick last = part.pedals.empty() ? Tick{0} : part.pedals.back().tick;
  if (pedal.tick < last || pedal.tick >= length() || pedal.channel >= 16 || part.pedals.size() == kMostPedals) return;
  part.reached = std::max(part.reached, pedal.tick);
  part.pedals.push_back(pedal);
}

bool Reply::ready(const VoicePart& part, int bar) const {
  const Tick start = plan_.meter.barLine(bar);
  if (part.done) return true;
  // A thinker that broke off may have left a bar half thought: only a whole one will do.
  if (part.failed) return part.reached >= plan_.meter.barLine(bar + 1);
  return part.lastOnset >= start || part.reached > start;
}

Rung Reply::decide(int bar, Tick begin, Outbox& outbox) {
  const Tick start = plan_.meter.barLine(bar);
  const Tick end = plan_.meter.barLine(bar + 1);
  VoicePart& lead = voices_[0];
  VoicePart& understudy = voices_[1];
  decided_ = bar + 1;
  const Rung before = current_;
  if (ready(lead, bar)) current_ = Rung::answer;
  else if (settings_.late != Late::rest && ready(understudy, bar)) current_ = Rung::echo;
  else current_ = Rung::rest;
  if (current_ != before) {
    outbox.liftPedals(begin + start);
    lead.pedalsUsed = understudy.pedalsUsed = 0;
  }
  if (current_ == Rung::answer) hand(lead, start, end, length(), begin, outbox);
  // The lead may have the next bar again, so the understudy's notes do not ring into it.
  if (current_ == Rung::echo) hand(understudy, start, end, end, begin, outbox);
  return current_;
}

void Reply::hand(VoicePart& part, Tick from, Tick to, Tick cut, Tick begin, Outbox& outbox) {
  handPedals(part, from, to, begin, outbox);
  for (; part.used < part.notes.size(); ++part.used) {
    const Note& note = part.notes[part.used];
    const Tick onset = onGrid(note.tick);
    if (onset >= to) return;
    if (onset >= from) outbox.add(placed(note, begin, cut));
    else if (&part == &voices_[0]) ++lateNotes_;
  }
}

void Reply::handPedals(VoicePart& part, Tick from, Tick to, Tick begin, Outbox& outbox) {
  for (; part.pedalsUsed < part.pedals.size(); ++part.pedalsUsed) {
    const Pedal& pedal = part.pedals[part.pedalsUsed];
    const Tick at = onGrid(pedal.tick);
    if (at >= to) return;
    outbox.add(Pedal{begin + std::max(at, from), pedal.down, settings_.outChannel.value_or(pedal.channel)});
  }
}

void Reply::deliver(Tick begin, Tick earliest, Outbox& outbox) {
  if (decided_ == 0 || current_ != Rung::answer) return;
  VoicePart& lead = voices_[0];
  const Tick from = plan_.meter.barLine(decided_ - 1);
  const Tick to = plan_.meter.barLine(decided_);
  handPedals(lead, std::clamp(earliest - begin, from, to - Tick{1}), to, begin, outbox);
  for (; lead.used < lead.notes.size(); ++lead.used) {
    const Note& note = lead.notes[lead.used];
    const Tick onset = onGrid(note.tick);
    if (onset >= to) break;
    if (onset < from || begin + onset < earliest) {
      ++lateNotes_;
    } else {
      outbox.add(placed(note, begin, length()));
    }
  }
}

Note Reply::placed(const Note& note, Tick begin, Tick cut) const {
  Note placed = note;
  const Tick onset = onGrid(note.tick);
  placed.tick = begin + onset;
  placed.length = std::max(Tick{1}, std::min(onset + note.length, cut) - onset);
  placed.channel = settings_.outChannel.value_or(note.channel);
  return placed;
}

Tick Reply::onGrid(Tick onset) const {
  if (settings_.quantize == Tick{0}) return onset;
  const Tick nearest = roundTo(onset, settings_.quantize);
  return nearest < length() ? nearest : floorTo(onset, settings_.quantize);
}

}  // namespace antiphon
