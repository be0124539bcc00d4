// How a program that somebody has written declares itself as a module: its sliders are inlets, `freq`, `gate` and
// `gain` make it an instrument's voice, `trigger` a drum.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "synth/module.hpp"
#include "synth/program.hpp"
#include "synth/recipe.hpp"

namespace antiphon::synth {

/// What an inlet is for.
struct InletRole {
  enum class Kind : std::uint8_t { audio, pitch, velocity, control };
  Kind kind = Kind::control;
  int control = -1;      // that it sets; of pitch: the frequency
  float scale = 1;       // the control's unit for each of the inlet's
  bool strikes = false;  // what changes in it changes on its very frame
};

/// What a module's type is compiled to.
struct OwnCode {
  std::shared_ptr<const Program> program;
  std::vector<InletRole> roles{};  // of each inlet
  bool voice = false;              // played by keys: as loud as they are struck
  int loudness = -1;               // the control that the velocity sets; -1: none, so it is done for it
};

/// A module's type, and all the words that it speaks of.
struct OwnType {
  ModuleType type{};
  std::deque<std::string> words{};

  OwnType(const std::string& name, std::shared_ptr<const Program> program);
  OwnType(const OwnType&) = delete;
  OwnType& operator=(const OwnType&) = delete;
};

/// Whether it is played by keys: `create lead NAME` then makes an instrument of it.
bool isPlayable(const Program& program);
/// What a playable program's own type is called.
std::string voiceOf(const std::string& name);
/// The instrument's recipe, in the words of synth/recipe.hpp.
std::string recipeFor(const ModuleType& voice);
/// Whether two types have the same inlets and outlets, to the last bound.
bool sameShape(const ModuleType& a, const ModuleType& b);

}  // namespace antiphon::synth
