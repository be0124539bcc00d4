// A drum kit, by General MIDI's keys.
#include "synth/recipes/parts.hpp"

namespace antiphon::synth {

Recipe drumKit() {
  return {"drums", "A drum kit, played by General MIDI's keys: 36 kick, 38 snare, 42 hi-hat ...", lines(R"(
make pads pads
keys pads
make kick kick freq=52 decay=0.5 sweep=30 drop=0.05 click=0.35 drive=0.3
make snare snare freq=190 decay=0.36 snap=0.6
make stick snare freq=430 decay=0.09 snap=0.2 tone=3000
make clap clap decay=0.45
make hat hihat decay=0.11 tone=7000
make tom tom freq=110 decay=0.7
make crash hihat decay=3.6 tone=3600 tune=5 open=0
make hiss hihat noise=white decay=2.6 tone=5000
make ride hihat decay=2.4 tone=5200 tune=9
make ping cowbell freq=900 decay=1.4
make cowbell cowbell
make shaker hihat noise=white decay=0.1 tone=6000
patch pads.kick > kick
patch pads.snare > snare
patch pads.stick > stick
patch pads.clap > clap
patch pads.hat > hat
patch pads.open > hat.open
patch pads.tom > tom
patch pads.pitch > tom.tune
patch pads.crash > crash
patch pads.crash > hiss
patch pads.ride > ride
patch pads.ride > ping
patch pads.cowbell > cowbell
patch pads.shaker > shaker
make drums mix level1=0.6 level2=1 level3=0.8 level4=0.65
make hats mix level1=0.55 level2=0.4
make cymbals mix level1=0.35 level2=0.2
make rides mix level1=0.32 level2=0.07 level3=0.4
patch kick > drums.in1
patch snare > drums.in2
patch clap > drums.in3
patch stick > drums.in4
patch hat > hats.in1
patch shaker > hats.in2
patch crash > cymbals.in1
patch hiss > cymbals.in2
patch ride > rides.in1
patch ping > rides.in2
patch cowbell > rides.in3
make middle pan
make right pan position=0.3
make left pan position=-0.4
make farright pan position=0.45
make toms pan
make tomlevel vca gain=0.65
patch drums > middle
patch hats > right
patch cymbals > left
patch rides > farright
patch tom > tomlevel > toms
patch pads.pitch > toms.position amount=-0.05
make bus compressor threshold=-10 ratio=2 attack=0.012 release=0.12 makeup=0
make reverb reverb mix=0.07 decay=0.9 size=0.6 damping=0.5
make place pan
make swell vca gain=1
make volume vca gain=1
patch middle > bus
patch right > bus
patch left > bus
patch farright > bus
patch toms > bus
patch bus > reverb > place > swell > volume
out volume
knob level volume.level how loud all is
knob expression swell.level how loud it is just now: a pedal's
knob pan place.position
knob kick drums.level1 how loud the bass drum is
knob snare drums.level2 how loud the snare drum is
knob clap drums.level3 how loud the clap is
knob hat hats.level1 how loud the hi-hat is
knob toms tomlevel.level how loud the toms are
knob crash cymbals.level1 how loud the crash is
knob ride rides.level1 how loud the ride is
knob kick_tune kick.tune
knob kick_decay kick.decay
knob kick_style kick.style
knob snare_tune snare.tune
knob snare_decay snare.decay
knob snare_style snare.style
knob hat_decay hat.decay
knob tom_tune tom.freq
knob tom_decay tom.decay
knob reverb reverb.mix how much of the room is heard
cc 7 level 0 1.27
cc 10 pan -1 1
cc 11 expression 0 1
cc 91 reverb 0 0.5
)")};
}

}  // namespace antiphon::synth
