#include "bridge/computer_piano.hpp"

#include <algorithm>
#include <cctype>

namespace antiphon {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kChord = 40ms;     // strokes this close together are meant together
constexpr Nanos kRepeat = 90ms;    // and the same key again this soon is the keyboard's own doing
constexpr Nanos kLongest = 600ms;  // of a note whose end nobody tells
constexpr int kLowestOctave = 0, kHighestOctave = 8, kSoftest = 16, kLoudest = 127, kVelocityStep = 16;

constexpr std::array<std::string_view, 3> kNotes{"awsedftgyhujkolp;'", "awsedftgzhujkolp", "qzsedftgyhujkolpm"};
constexpr std::array<char, 3> kLower{'z', 'y', 'w'};

}  // namespace

ComputerPiano::ComputerPiano(Letters letters, Send send)
    : notes_{kNotes[static_cast<std::size_t>(letters)]},
      lower_{kLower[static_cast<std::size_t>(letters)]},
      higher_{'x'},
      send_{std::move(send)} {}

bool ComputerPiano::take(const KeyStroke& stroke, bool tells, Nanos now) {
  using Kind = KeyStroke::Kind;
  const char letter = static_cast<char>(std::tolower(static_cast<unsigned char>(stroke.key)));
  if (const std::size_t key = notes_.find(letter); letter != 0 && key != std::string_view::npos) {
    if (stroke.kind == Kind::pressed) press(key, tells, now);
    else if (stroke.kind == Kind::released) release(key);
    return true;
  }
  if (letter == ' ') {
    if (stroke.kind == Kind::released) pedal(false);
    else if (stroke.kind == Kind::pressed) pedal(tells || !pedal_);
    return true;
  }
  const int step = letter == lower_ || letter == 'c' ? -1 : 1;
  if (letter == lower_ || letter == higher_) {
    if (stroke.kind == Kind::pressed) octave_ = std::clamp(octave_ + step, kLowestOctave, kHighestOctave);
    return true;
  }
  if (letter == 'c' || letter == 'v') {
    if (stroke.kind == Kind::pressed) velocity_ = std::clamp(velocity_ + step * kVelocityStep, kSoftest, kLoudest);
    return true;
  }
  return false;
}

void ComputerPiano::press(std::size_t key, bool tells, Nanos now) {
  Sounding& struck = sounding_[key];
  if (tells) {
    struck.until = Nanos::max();
  } else {
    if (struck.on && now - struck.since < kRepeat) {
      struck.since = now;
      struck.until = now + kRepeat;
      return;
    }
    if (now - lastStroke_ > kChord) {
      for (std::size_t other = 0; other < kKeys; ++other) release(other);
    }
    struck.until = now + kLongest;
    lastStroke_ = now;
  }
  release(key);
  const int pitch = 12 * (octave_ + 1) + static_cast<int>(key);
  if (pitch > 127) return;
  // After a change of octave another key may sound this pitch still: whoever listens knows notes by pitch alone.
  for (std::size_t other = 0; other < kKeys; ++other) {
    if (sounding_[other].pitch == pitch) release(other);
  }
  struck.on = true;
  struck.pitch = static_cast<std::uint8_t>(pitch);
  struck.since = now;
  send_(MidiMessage::noteOn(0, struck.pitch, static_cast<std::uint8_t>(velocity_)));
}

void ComputerPiano::release(std::size_t key) {
  Sounding& struck = sounding_[key];
  if (!struck.on) return;
  struck.on = false;
  send_(MidiMessage::noteOff(0, struck.pitch));
}

void ComputerPiano::pedal(bool down) {
  if (down == pedal_) return;
  pedal_ = down;
  send_(MidiMessage::controller(0, midi::kSustain, down ? 127 : 0));
}

void ComputerPiano::tend(Nanos now) {
  for (std::size_t key = 0; key < kKeys; ++key) {
    if (sounding_[key].on && sounding_[key].until <= now) release(key);
  }
}

Nanos ComputerPiano::nextDue() const {
  Nanos due = Nanos::max();
  for (const Sounding& struck : sounding_) {
    if (struck.on) due = std::min(due, struck.until);
  }
  return due;
}

void ComputerPiano::letGo() {
  for (std::size_t key = 0; key < kKeys; ++key) release(key);
  pedal(false);
}

std::array<std::string, 3> ComputerPiano::help() const {
  constexpr std::string_view kBlackOrWhite = "wbwbwwbwbwbw";
  const auto capital = [](char letter) { return static_cast<char>(std::toupper(static_cast<unsigned char>(letter))); };
  std::string black = " ", white;
  for (std::size_t key = 0; key < notes_.size(); ++key) {
    if (kBlackOrWhite[key % 12] == 'w') {
      white += {capital(notes_[key]), ' '};
      // Between two white keys without a black one there is a gap above.
      if (key + 1 < notes_.size() && kBlackOrWhite[(key + 1) % 12] == 'w') black += "  ";
    } else {
      black += {capital(notes_[key]), ' '};
    }
  }
  return {black, white + "  from C" + std::to_string(octave_) + " up",
          std::string{capital(lower_), ' ', capital(higher_)} + " octave, C V softer and louder, space: the pedal"};
}

}  // namespace antiphon
