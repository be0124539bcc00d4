// How an instrument is put together, in words:
//
//   make NAME TYPE [param=value ...]    a module of the instrument
//   set NAME param=value ...
//   patch A > B > C [amount=NUMBER]
//   knob NAME MODULE.INLET [PURPOSE]    what the whole instrument can be set to
//   cc NUMBER KNOB LEAST MOST           a MIDI controller that turns a knob
//   keys MODULE   in MODULE.INLET   out MODULE
//   choose WORD ONE [ANOTHER ...]       what create may be given for a word; without it, the first
//
// $word=fallback in a line is replaced by what create was given for `word`, and $word by what was chosen. A line behind
// `word=this:` or `word!=this:` holds only when that was chosen, or was not.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "synth/writing.hpp"

namespace antiphon::synth {

struct Recipe {
  std::string_view name, purpose;
  std::string text;
};

/// The factory's.
const std::vector<Recipe>& allRecipes();
/// The factory's, or one's own. Null: there is none. Throws PatchError when there is one, and it is no good.
const Recipe* recipeCalled(std::string_view name);
/// Whether it leaves this word to choose.
bool asksFor(const Recipe& recipe, std::string_view word);

/// Makes an instrument. Throws PatchError.
void make(Patch& patch, const std::string& name, const Recipe& recipe, std::span<const PatchWord> words);

}  // namespace antiphon::synth
