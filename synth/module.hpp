// What a module is, and how it declares itself: help, the list of modules, the checking of settings and docs/modules.md
// all come from the declaration.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "synth/signal.hpp"

namespace antiphon::synth {

enum class Unit : std::uint8_t { plain, hertz, seconds, decibels, semitones, beats, choice };
enum class Curve : std::uint8_t { linear, exponential };

/// Where a number or a cable goes in. What is set and what is patched add up, and are held within least and most.
struct Inlet {
  std::string_view name, purpose;
  Unit unit = Unit::plain;
  double least = -1e9, most = 1e9, usual = 0;
  Curve curve = Curve::linear;              // how a knob for it should turn
  std::vector<std::string_view> choices{};  // of Unit::choice: 0, 1, 2 ...
  bool each = false;                        // hears every voice by itself, though the module is in the room
};
/// A plain signal, of any size.
Inlet signalInlet(std::string_view name, std::string_view purpose);
Inlet knob(std::string_view name, std::string_view purpose, Unit unit, double least, double most, double usual,
           Curve curve = Curve::linear);
Inlet choice(std::string_view name, std::string_view purpose, std::vector<std::string_view> choices, int usual = 0);

struct Outlet {
  std::string_view name, purpose;
};

/// The music's time, for what is in step with it.
struct Transport {
  double tempo = 120;    // quarters a minute
  double beat = 0;       // quarters since the music began, at the block's first frame
  bool running = false;  // else `beat` stands still
};

/// A key that goes down or up, a pedal, a wheel: for modules that are played.
struct Gesture {
  enum class Kind : std::uint8_t { keyDown, keyUp, pedal, bend, allUp };
  Kind kind = Kind::keyDown;
  float key = 60;    // MIDI's number, with what is between two keys
  float amount = 1;  // how hard, 0 .. 1; how far the pedal is down; semitones of bend
};

/// What a module is given to do.
struct Block {
  std::span<const Heard> in;  // one for each inlet, in the order of their declaration
  std::span<Made> out;        // likewise
  int frames = kBlock;        // 1 .. kBlock
  int groups = 1;             // to make; inlets of Inlet::each have their own number
  Transport time{};
};

class Module {
 public:
  virtual ~Module() = default;
  /// Makes the next frames of all outlets. Realtime: yes.
  virtual void play(const Block& block) = 0;
  /// Back to silence, as it was made. Realtime: yes.
  virtual void calm() = 0;
  /// Something is played, at this frame of the block that comes next. Realtime: yes.
  virtual void hear(const Gesture&, int /*frame*/) {}
};

class Recording;

/// Where a module is going to stand.
struct Place {
  SampleRate rate{};
  int groups = 1;
  std::uint64_t seed = 1;                        // of all that is left to chance
  std::shared_ptr<const Recording> recording{};  // of its file, if it asks for one
  std::shared_ptr<const void> code{};            // of its type
  bool voices = false;                           // its lanes are; else they are a room's
};

enum class Spread : std::uint8_t {
  follows,  // as many voices as what is patched into it
  room,     // one group; what comes in is summed
  voices    // it is played, and begins the voices
};

struct ModuleType {
  std::string_view name, family, purpose;
  std::vector<Inlet> inlets;
  std::vector<Outlet> outlets;
  Spread spread = Spread::follows;
  std::string_view file{};  // the sound file that it asks for: which; empty: none
  std::unique_ptr<Module> (*make)(const Place&) = nullptr;
  std::shared_ptr<const void> code{};  // what it was compiled to; empty: the factory's

  /// -1: there is none. An empty name is the first.
  int inlet(std::string_view called) const;
  int outlet(std::string_view called) const;
};

}  // namespace antiphon::synth
