// The factory's instruments.
#include "synth/recipes/parts.hpp"

namespace antiphon::synth {

const std::vector<Recipe>& allRecipes() {
  static const std::vector<Recipe> all = [] {
    std::vector<Recipe> recipes{plainVoice()};
    for (const auto& some : {struckInstruments(), heldInstruments(), lowInstruments()})
      recipes.insert(recipes.end(), some.begin(), some.end());
    recipes.push_back(drumKit());
    return recipes;
  }();
  return all;
}

}  // namespace antiphon::synth
