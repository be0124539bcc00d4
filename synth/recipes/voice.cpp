// An instrument of which it is told in words what it is made of.
#include "synth/recipes/parts.hpp"

namespace antiphon::synth {

Recipe plainVoice() {
  return {"voice", "An oscillator, a filter and envelopes, to begin with: osc=saw filter=lowpass; a recording: osc=sample file=PATH.", lines(R"(
choose osc sine saw square triangle supersaw noise fm wavetable sample
choose filter lowpass highpass bandpass notch ladder none
make keys keys voices=$voices=8
osc!=sample: make osc $osc
osc=sample: make osc sample file=$file=
osc=sample: patch keys.gate > osc.gate
make touch slew rise=0.002 fall=0.002
make force vca gain=0.08
make env adsr
make amp vca
osc!=noise: patch keys.pitch > osc.pitch
osc!=noise: make swing lfo rate=5.4
osc!=noise: make vibrato vca gain=1 level=0
osc!=noise: patch swing > vibrato > osc.pitch
patch keys.gate > env.gate
patch keys.velocity > touch
patch touch > force.gain amount=0.92
filter=none: patch osc > force
filter=lowpass: make filter svf cutoff=20000
filter=highpass: make filter svf cutoff=20
filter=bandpass: make filter svf cutoff=1000
filter=notch: make filter svf cutoff=1000
filter=ladder: make filter ladder cutoff=20000
filter!=none: patch osc > filter.in
filter=lowpass: patch filter.low > force
filter=highpass: patch filter.high > force
filter=bandpass: patch filter.band > force
filter=notch: patch filter.notch > force
filter=ladder: patch filter.out > force
patch force > amp
patch env > amp.gain
keys keys
out amp
knob attack env.attack
knob decay env.decay
knob sustain env.sustain
knob release env.release
knob level amp.level
knob glide keys.glide
osc!=noise: knob vibrato vibrato.level how far the pitch sways, in semitones
osc!=noise: cc 1 vibrato 0 0.6
cc 5 glide 0 0.5
cc 7 level 0 0.25
cc 72 release 0.02 6
cc 73 attack 0.001 3
filter!=none: knob cutoff filter.cutoff
filter!=none: knob resonance filter.resonance
filter=ladder: knob drive filter.drive
filter!=none: make sweep adsr
filter!=none: make bend vca gain=1 level=0
filter!=none: patch keys.gate > sweep.gate
filter!=none: patch sweep > bend > filter.pitch amount=12
filter!=none: knob env bend.level how many octaves the filter's envelope opens it
filter!=none: knob filter_attack sweep.attack
filter!=none: knob filter_decay sweep.decay
filter!=none: knob filter_sustain sweep.sustain
filter!=none: knob filter_release sweep.release
filter!=none: cc 74 cutoff 100 12000
filter!=none: cc 71 resonance 0 0.9
osc=square: knob width osc.width
osc=supersaw: knob detune osc.detune
osc=supersaw: knob blend osc.mix
osc=noise: knob kind osc.kind
osc=fm: knob algorithm osc.algorithm
osc=fm: knob ratio osc.ratio2
osc=fm: knob index osc.level2
osc=fm: knob feedback osc.feedback
osc=wavetable: knob position osc.position
osc=sample: knob root osc.root
osc=sample: knob loop osc.loop
osc=sample: knob start osc.start
osc=sample: knob loop_start osc.loop_start
osc=sample: knob loop_end osc.loop_end
osc=sample: knob crossfade osc.crossfade
set amp level=0.22
osc=sine: set amp level=0.19
)")};
}

}  // namespace antiphon::synth
