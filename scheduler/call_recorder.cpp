#include "scheduler/call_recorder.hpp"

#include <algorithm>
#include <tuple>

namespace antiphon {

CallRecorder::CallRecorder() {
  notes_.reserve(kMostNotes);
  scratch_.reserve(kMostNotes);
  bars_.reserve(kMostCallMeasures + 2);
  open_.fill(kNone);
}

void CallRecorder::clear() {
  notes_.clear();
  bars_.clear();
  open_.fill(kNone);
}

bool CallRecorder::press(Tick bar, const Note& struck, Tick pressed) {
  auto& open = openAt(struck.channel, struck.pitch);
  if (open != kNone) close(open, pressed);
  if (bars_.empty() || bars_.back() < bar) {
    bars_.push_back(bar);
    if (bars_.size() > kMostCallMeasures + 1) dropOldestBar();
  }
  if (notes_.size() == kMostNotes) return false;
  open = static_cast<std::int16_t>(notes_.size());
  notes_.push_back({struck, bar, pressed, true, false});
  return true;
}

std::optional<Note> CallRecorder::release(std::uint8_t channel, std::uint8_t pitch, Tick at) {
  auto& open = openAt(channel, pitch);
  if (open == kNone) return std::nullopt;
  if (pedalDown_[channel]) {
    notes_[static_cast<std::size_t>(open)].released = true;
    return std::nullopt;
  }
  return close(open, at);
}

const Note& CallRecorder::close(std::int16_t& open, Tick at) {
  Taken& taken = notes_[static_cast<std::size_t>(open)];
  open = kNone;
  taken.open = false;
  // A note struck early is written later than it was pressed: a short one keeps the length it was held for.
  const Tick held = std::min(at - taken.pressed, kAnticipation);
  taken.note.length = std::max({Tick{1}, held, at - taken.note.tick});
  return taken.note;
}

void CallRecorder::dropOldestBar() {
  const Tick oldest = bars_.front();
  bars_.erase(bars_.begin());
  std::erase_if(notes_, [oldest](const Taken& taken) { return taken.bar <= oldest; });
  open_.fill(kNone);
  for (std::size_t i = 0; i < notes_.size(); ++i) {
    const Taken& taken = notes_[i];
    if (taken.open) openAt(taken.note.channel, taken.note.pitch) = static_cast<std::int16_t>(i);
  }
}

bool CallRecorder::hasNotesIn(Tick bar) const { return std::find(bars_.begin(), bars_.end(), bar) != bars_.end(); }

int CallRecorder::barsBefore(Tick end) const {
  return static_cast<int>(std::count_if(bars_.begin(), bars_.end(), [end](Tick bar) { return bar < end; }));
}

int CallRecorder::notesBefore(Tick end) const {
  return static_cast<int>(
      std::count_if(notes_.begin(), notes_.end(), [end](const Taken& taken) { return taken.bar < end; }));
}

std::optional<Tick> CallRecorder::firstBar() const {
  return bars_.empty() ? std::nullopt : std::optional{bars_.front()};
}

CallRecorder::Prompt CallRecorder::prompt(int most, Tick end, Meter meter) {
  const auto stop = std::lower_bound(bars_.begin(), bars_.end(), end);
  const auto start = stop - std::min<std::ptrdiff_t>(most, stop - bars_.begin());
  const int bars = static_cast<int>(stop - start);

  scratch_.clear();
  for (const Taken& taken : notes_) {
    const auto bar = std::find(start, stop, taken.bar);
    if (bar == stop) continue;
    // Silent bars are left out of the prompt, so a note rings on only while the bars behind it follow without a gap.
    auto last = bar;
    while (last + 1 != stop && *(last + 1) == *last + meter.bar()) ++last;
    const Tick limit = *last + meter.bar();
    const Tick over = taken.open ? limit : std::min(taken.note.end(), limit);
    Note note = taken.note;
    note.length = std::max(Tick{1}, over - note.tick);
    note.tick = (bar - start) * meter.bar() + (note.tick - *bar);
    scratch_.push_back(note);
  }
  std::sort(scratch_.begin(), scratch_.end(), [](const Note& a, const Note& b) {
    return std::tie(a.tick, a.pitch, a.channel, a.length) < std::tie(b.tick, b.pitch, b.channel, b.length);
  });
  return {bars, scratch_};
}

}  // namespace antiphon
