// The computer's keys, played as a piano's: the middle row is the white keys from C on, the row above it the black
// ones.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/key_reader.hpp"
#include "scheduler/midi_message.hpp"
#include "scheduler/time.hpp"

namespace antiphon {

/// Which letters stand where.
enum class Letters : std::uint8_t { qwerty, qwertz, azerty };

/// A terminal that tells when a key is let go is played as a piano is. From any other, a note lasts until the next one,
/// and not much longer than a beat; keys pressed almost together are a chord. For one ordinary thread.
class ComputerPiano {
 public:
  using Send = std::function<void(const MidiMessage&)>;
  ComputerPiano(Letters letters, Send send);
  ~ComputerPiano() { letGo(); }
  ComputerPiano(const ComputerPiano&) = delete;
  ComputerPiano& operator=(const ComputerPiano&) = delete;

  /// False: this key has nothing to do here. `tells`: the terminal tells when keys are let go.
  bool take(const KeyStroke& stroke, bool tells, Nanos now);
  /// Lets go what has sounded for long enough.
  void tend(Nanos now);
  /// When tend() is needed next; Nanos::max() for never.
  Nanos nextDue() const;
  void letGo();

  /// What the keys do: the black ones above the white ones, as they lie there, and what else there is. Three lines.
  std::array<std::string, 3> help() const;

 private:
  static constexpr std::size_t kKeys = 18;  // an octave and a half
  struct Sounding {
    bool on = false;
    std::uint8_t pitch = 0;  // the octave may be another by the time it is let go
    Nanos since{}, until{};
  };

  void press(std::size_t key, bool tells, Nanos now);
  void release(std::size_t key);
  void pedal(bool down);

  std::string_view notes_;
  char lower_, higher_;
  Send send_;
  std::array<Sounding, kKeys> sounding_{};
  Nanos lastStroke_{};
  int octave_ = 4;
  int velocity_ = 96;
  bool pedal_ = false;
};

}  // namespace antiphon
