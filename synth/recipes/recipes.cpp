// The factory's instruments. Each is a few modules and what can be turned on them.
#include "synth/recipe.hpp"

namespace antiphon::synth {

const std::vector<Recipe>& allRecipes() {
  static const std::vector<Recipe> all{
      {"voice", "plain", "An oscillator through an envelope, to begin with.", R"(
make keys keys voices=8
make osc $osc=sine
make env adsr
make amp vca
patch keys.pitch > osc.pitch
patch keys.gate > env.gate
patch osc > amp
patch env > amp.gain
knob attack env.attack
knob decay env.decay
knob sustain env.sustain
knob release env.release
knob level amp.level
knob glide keys.glide
keys keys
out amp
)"},
  };
  return all;
}

}  // namespace antiphon::synth
