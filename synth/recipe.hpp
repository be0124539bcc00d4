// How an instrument is put together, in words:
//
//   make NAME TYPE [param=value ...]   a module of the instrument
//   patch A > B > C [amount=NUMBER]
//   knob NAME MODULE.INLET             what the whole instrument can be set to
//   keys MODULE   in MODULE.INLET   out MODULE
//
// $word=fallback in a line is replaced by what create was given for `word`.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "synth/writing.hpp"

namespace antiphon::synth {

struct Recipe {
  std::string_view name, family, purpose;
  std::string_view text;
};

/// The factory's.
const std::vector<Recipe>& allRecipes();
/// Null: there is none.
const Recipe* recipeCalled(std::string_view name);

/// Makes an instrument. Throws PatchError.
void make(Patch& patch, const std::string& name, const Recipe& recipe, std::span<const PatchWord> words);

}  // namespace antiphon::synth
