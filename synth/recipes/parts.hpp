// What the factory's instruments have in common, as lines of their recipes.
#pragma once

#include <string>
#include <string_view>

#include "synth/recipe.hpp"

namespace antiphon::synth {

/// From the key to a voice that is as loud as it was struck: what sounds is patched into `amp`, and leaves by `force`.
/// How hard the key was struck is `touch`; softly enough that a voice taken over from another key does not click.
inline constexpr std::string_view kVoice = R"(
make touch slew rise=0.002 fall=0.002
make env adsr
make amp vca
make force vca gain=0.08
patch keys.gate > env.gate
patch keys.velocity > touch
patch touch > force.gain amount=0.92
patch env > amp.gain
patch amp > force
keys keys
knob attack env.attack
knob decay env.decay
knob sustain env.sustain
knob release env.release
cc 72 release 0.02 6
cc 73 attack 0.001 3
)";

/// From the voices' place between left and right to the outside: effects are patched between `place` and `swell`.
inline constexpr std::string_view kStage = R"(
make place pan
make swell vca gain=1
make volume vca gain=1
patch swell > volume
knob level volume.level how loud all is
knob expression swell.level how loud it is just now: a pedal's
knob pan place.position
cc 7 level 0 1.27
cc 10 pan -1 1
cc 11 expression 0 1
out volume
)";

/// Where each key is, from low to high: patched into `place.position`. A voice that is taken over goes there at once,
/// but not within a frame.
inline constexpr std::string_view kSpot = R"(
make spot slew rise=0.0005 fall=0.0005
patch keys.pitch > spot
)";

/// The modulation wheel bends pitches to and fro: `vibrato` is patched into an oscillator's pitch.
inline constexpr std::string_view kVibrato = R"(
make swing lfo rate=5.4
make vibrato vca gain=1 level=0
patch swing > vibrato
knob vibrato vibrato.level how far the pitch sways, in semitones
cc 1 vibrato 0 0.6
)";

inline constexpr std::string_view kEightVoices = "make keys keys voices=$voices=8\n";
inline constexpr std::string_view kSixteenVoices = "make keys keys voices=$voices=16\n";
/// One voice that glides from key to key.
inline constexpr std::string_view kOneVoice = R"(
make keys keys voices=$voices=1
knob glide keys.glide
)";

inline constexpr std::string_view kReverb = R"(
knob reverb reverb.mix how much of the room is heard
cc 91 reverb 0 0.7
)";
inline constexpr std::string_view kChorus = R"(
knob chorus chorus.mix how many it seems to be
cc 93 chorus 0 0.8
)";
inline constexpr std::string_view kCutoff = R"(
knob cutoff filter.cutoff
knob resonance filter.resonance
cc 74 cutoff 100 12000
cc 71 resonance 0 0.9
)";
/// `bend` opens the filter, as far as `sweep` goes and as hard as the key was struck.
inline constexpr std::string_view kSweep = R"(
make sweep adsr
make bend vca gain=0.3
patch keys.gate > sweep.gate
patch touch > bend.gain amount=0.7
patch sweep > bend > filter.pitch amount=12
knob env bend.level how many octaves the filter opens
)";

template <typename... Parts>
std::string lines(Parts... parts) {
  std::string all;
  for (const std::string_view part : {std::string_view{parts}...}) (all += part) += '\n';
  return all;
}

Recipe plainVoice();
std::vector<Recipe> struckInstruments();
std::vector<Recipe> heldInstruments();
std::vector<Recipe> lowInstruments();
Recipe drumKit();

}  // namespace antiphon::synth
