#include "bridge/session_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace antiphon {
namespace {

namespace fs = std::filesystem;

constexpr Nanos kOldest = std::chrono::seconds{1};  // what may be lost
constexpr double kTempoStep = 0.05;                 // BPM; less is the clock's own unrest
constexpr double kAgreement = 0.03;                 // of a beat's length; clocks jitter
constexpr Tick kFarthest{std::int64_t{1} << 40};    // beyond it a position is nonsense, and sums must not overflow

/// Format 1, three tracks, 480 ticks to the quarter.
constexpr std::array<std::uint8_t, 14> kHead{
    'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, 1, 0, 3, kQuarter.count >> 8, kQuarter.count & 0xFF};

Tick sane(Tick at) { return std::clamp(at, -kFarthest, kFarthest); }

/// The first of take-1.mid, take-2.mid ... that is free.
fs::path freeNameBeside(const fs::path& path) {
  for (int number = 1;; ++number) {
    fs::path name = path.parent_path() / path.stem();
    name += "-" + std::to_string(number);
    name += path.extension();
    if (!fs::exists(fs::symlink_status(name))) return name;
  }
}

std::string reason(const std::exception& error) {
  const auto* system = dynamic_cast<const std::system_error*>(&error);
  return system ? system->code().message() : error.what();
}

}  // namespace

SessionFile::SessionFile(fs::path path, Meter meter, Tempo tempo)
    : path_{std::move(path)}, meter_{meter}, conductor_{"Antiphon"}, call_{"Call"}, answer_{"Answer"}, tempo_{tempo} {
  conductor_.setMeter({}, meter);
  try {
    if (fs::is_symlink(path_)) path_ = fs::canonical(path_);  // or the link would be replaced, not the file
    if (fs::exists(path_)) {
      if (!fs::is_regular_file(path_)) throw std::runtime_error{"there is something of that name that is no file"};
      if (fs::file_size(path_) > 0) keptAside_ = freeNameBeside(path_);
    }
    writePart();
    if (!keptAside_.empty()) fs::rename(path_, keptAside_);
    fs::rename(part(), path_);
  } catch (const std::exception& error) {
    std::error_code ignored;
    fs::remove(part(), ignored);
    throw std::runtime_error{"Cannot record to " + path_.string() + ": " + reason(error) + "."};
  }
}

SessionFile::~SessionFile() { close(); }

void SessionFile::write(const JournalEntry& entry, Nanos when) {
  if (closed_) return;
  if (const auto* beat = std::get_if<Beat>(&entry)) arrive(*beat, when);
  if (const auto* move = std::get_if<Relocated>(&entry)) relocate(move->to, when);
  if (const auto* change = std::get_if<PhaseChanged>(&entry)) enter(*change);
  if (const auto* heard = std::get_if<Heard>(&entry)) add(call_, heard->message, heard->at);
  if (const auto* played = std::get_if<Played>(&entry)) add(answer_, played->message, played->at);
  if (dirty_ && std::holds_alternative<TurnEnded>(entry)) {
    save(when);
  } else {
    tend(when);
  }
}

void SessionFile::tend(Nanos now) {
  if (!dirty_ || closed_) return;
  if (saved_ && now < *saved_) saved_ = now;  // another clock: count from here
  if (!saved_ || now - *saved_ >= kOldest) save(now);
}

void SessionFile::close() {
  if (std::exchange(closed_, true)) return;
  save(saved_.value_or(Nanos{}));
}

std::optional<std::string> SessionFile::news() { return std::exchange(news_, std::nullopt); }

void SessionFile::arrive(const Beat& beat, Nanos when) {
  // A move that was not told (it found the journal full) shows itself by a beat that lies behind us.
  if (!placed_ || place(beat.at) < end_ - kQuarter) relocate(beat.at, when);
  standing_ = false;
  const Tick here = place(beat.at);
  noteTempo(here, beat.tempo, when);
  advance(here);
  line_ = {here, when, beat.tempo};
}

void SessionFile::noteTempo(Tick here, Tempo tempo, Nanos when) {
  if (!std::exchange(begun_, true)) {
    tempo_ = tempo;
    dirty_ = true;
    return;
  }
  if (!tempoWritten_) {
    // Where a clock begins with the music, its first beat cannot know the tempo. The time up to the second one tells.
    const auto took = static_cast<double>((when - line_.time).count());
    const auto meant = static_cast<double>(tempo.span(here - line_.tick).count());
    if (std::abs(took - meant) < kAgreement * meant && tempo != tempo_) {
      tempo_ = tempo;
      dirty_ = true;
    }
    conductor_.setTempo({}, tempo_);
    tempoWritten_ = true;
  }
  if (std::abs(tempo.bpm() - tempo_.bpm()) > kTempoStep) {
    conductor_.setTempo(here, tempo);
    tempo_ = tempo;
    dirty_ = true;
  }
}

void SessionFile::relocate(Tick to, Nanos when) {
  const Tick bar = meter_.bar();
  to = sane(to);
  if (!std::exchange(placed_, true)) {
    shift_ = -floorTo(to, bar);
  } else {
    // A loop is told of a little after its bar line; that pulse is no reason for a bar of silence.
    const Tick here = leftOff(when);
    const Tick seam = ceilTo(here - kPulse, bar);
    letGo(std::min(here, seam));  // the keys that are lifted meanwhile are not told of
    // On within the same bar, as after Stop and Continue, is no move at all.
    const bool goesOn = place(to) >= here - kPulse && place(to) <= ceilTo(here, bar);
    if (!goesOn) shift_ = seam - floorTo(to, bar);
  }
  standing_ = false;
  line_ = {end_, when, line_.tempo};
}

/// Where the music is at a moment between beats.
Tick SessionFile::leftOff(Nanos when) const {
  if (standing_) return end_;
  return std::clamp(line_.tickAt(when), end_, end_ + std::max(meter_.beat(), kQuarter));
}

void SessionFile::enter(const PhaseChanged& change) {
  if (placed_ && !standing_ && change.to == Phase::stopped) letGo(place(change.at));
  standing_ = change.to == Phase::stopped;
}

void SessionFile::add(TrackBytes& track, const MidiMessage& message, Tick at) {
  if (!placed_ || standing_) return;  // it has no place in the music
  const Tick here = place(at);
  if (!track.message(here, message)) return;
  dirty_ = true;
  advance(here);
}

Tick SessionFile::place(Tick at) const { return std::max(sane(at) + shift_, Tick{}); }

void SessionFile::advance(Tick to) {
  if (to > end_ && (call_.sounding() || answer_.sounding())) dirty_ = true;  // they last longer now
  end_ = std::max(end_, to);
}

void SessionFile::letGo(Tick at) {
  advance(at);
  call_.letGo(at);
  answer_.letGo(at);
}

/// Never throws: a full disk must not end the music.
void SessionFile::save(Nanos now) {
  saved_ = now;
  try {
    writePart();
    fs::rename(part(), path_);
    dirty_ = false;
    if (std::exchange(failing_, false)) news_ = "The recording " + path_.string() + " is saved again.";
  } catch (const std::exception& error) {
    std::error_code ignored;
    fs::remove(part(), ignored);  // on a full disk it would be in the way
    if (!std::exchange(failing_, true)) {
      news_ = "The recording " + path_.string() + " cannot be saved: " + reason(error) + "; the music goes on.";
    }
  }
}

void SessionFile::writePart() const {
  errno = 0;
  std::ofstream out{part(), std::ios::binary | std::ios::trunc};
  const auto put = [&](std::span<const std::uint8_t> bytes) {
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  };
  const auto putTrack = [&](const TrackBytes& track) {
    const auto ending = track.ending(end_, ceilTo(end_, meter_.bar()));
    put(track.chunkHead(ending.size()));
    put(track.bytes());
    put(ending);
  };
  put(kHead);
  if (tempoWritten_) {
    putTrack(conductor_);
  } else {
    TrackBytes conductor = conductor_;
    conductor.setTempo({}, tempo_);
    putTrack(conductor);
  }
  putTrack(call_);
  putTrack(answer_);
  out.close();
  if (!out) throw std::system_error{errno != 0 ? errno : EIO, std::generic_category()};
}

fs::path SessionFile::part() const {
  fs::path path = path_;
  path += ".part";
  return path;
}

}  // namespace antiphon
