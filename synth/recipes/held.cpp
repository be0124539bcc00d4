// Instruments that are blown, bowed or sung: they sound for as long as they are held.
#include "synth/recipes/parts.hpp"

namespace antiphon::synth {

std::vector<Recipe> heldInstruments() {
  return {
      {"organ", "An organ of drawbars, and a cabinet that turns: the modulation wheel turns it faster.",
       lines(kSixteenVoices, kVoice, kStage, kVibrato, R"(
make osc fm algorithm=organ ratio1=0.5 level1=0.5 ratio2=1 level2=0.8 ratio3=2 level3=0.4 ratio4=3 level4=0.35
make tap adsr attack=0.0005 decay=0.22 sustain=0 release=0.02
make percussion sine freq=1320
make click vca level=0.25
make drive distortion drive=-3 mix=0.5
make chorus chorus rate=0.9 depth=0.14 mix=0.45
make reverb reverb mix=0.12 decay=1.6
set env attack=0.004 decay=0.1 sustain=1 release=0.03
set force gain=0.45
set amp level=0.2
patch touch > force.gain amount=0.55
patch keys.pitch > osc.pitch
patch vibrato > osc.pitch
patch keys.pitch > percussion.pitch
patch keys.gate > tap.gate
patch percussion > click
patch tap > click.gain
patch osc > amp
patch click > amp
patch force > place > drive > chorus > reverb > swell
knob bar16 osc.level1 the drawbar an octave below
knob bar8 osc.level2 the drawbar of the key itself
knob bar4 osc.level3 the drawbar an octave above
knob bar2 osc.level4 the drawbar a twelfth above
knob percussion click.level how much the first moment chimes
knob rotation chorus.rate how fast the cabinet turns
knob drive drive.drive
)",
             kChorus, kReverb)},
      {"pad", "Many saws that come slowly, and go slowly.",
       lines(kEightVoices, kVoice, kStage, kVibrato, R"(
make osc supersaw voices=7 detune=0.22 mix=0.85
make filter ladder cutoff=1100 resonance=0.08
make tide lfo rate=0.09
make drift vca gain=1 level=0.4
make chorus chorus rate=0.35 depth=0.6 mix=0.5
make reverb reverb mix=0.34 decay=3.5 size=1.3
set env attack=0.6 decay=1 sustain=0.9 release=3
set amp level=0.409
patch keys.pitch > osc.pitch
patch vibrato > osc.pitch
patch keys.pitch > filter.pitch amount=0.35
patch tide > drift > filter.pitch amount=12
patch touch > filter.pitch amount=14
patch osc > filter > amp
patch force > place > chorus > reverb > swell
knob detune osc.detune
knob drift drift.level how many octaves the filter drifts by itself
)",
             kCutoff, kChorus, kReverb)},
      {"strings", "A section of strings.",
       lines(kSixteenVoices, kVoice, kStage, kSpot, kVibrato, R"(
make osc supersaw voices=5 detune=0.11 mix=0.85
make filter ladder cutoff=2300 resonance=0.03
make body eq low_freq=220 low_gain=-5 peak1_freq=480 peak1_gain=2 peak2_freq=2600 peak2_gain=3 high_freq=8000 high_gain=-3
make chorus chorus rate=0.55 depth=0.45 mix=0.5
make reverb reverb mix=0.26 decay=2.3
set env attack=0.14 decay=0.6 sustain=0.85 release=0.9
set amp level=0.32
set vibrato level=0.05
patch keys.pitch > osc.pitch
patch vibrato > osc.pitch
patch keys.pitch > filter.pitch amount=0.4
patch touch > filter.pitch amount=16
patch osc > filter > amp
patch force > place > body > chorus > reverb > swell
patch spot > place.position amount=-0.012
knob detune osc.detune
)",
             kCutoff, kChorus, kReverb)},
      {"choir", "Voices that sing ah.",
       lines(kEightVoices, kVoice, kStage, kVibrato, R"(
make osc supersaw voices=3 detune=0.14 mix=0.9
make filter ladder cutoff=1800 resonance=0.02
make breath noise kind=pink level=0.05
make throat eq low_freq=300 low_gain=-4 peak1_freq=740 peak1_gain=15 peak1_q=4 peak2_freq=1150 peak2_gain=12 peak2_q=5 high_freq=2900 high_gain=-14 high_q=0.9
make chorus chorus rate=0.7 depth=0.55 mix=0.6
make reverb reverb mix=0.36 decay=3.2 size=1.4
set env attack=0.22 decay=0.8 sustain=0.9 release=1.1
set amp level=0.214
set vibrato level=0.12
set swing rate=5.1
patch keys.pitch > osc.pitch
patch vibrato > osc.pitch
patch touch > filter.pitch amount=12
patch osc > filter > amp
patch breath > amp
patch force > place > throat > chorus > reverb > swell
knob vowel throat.peak2_freq where the second peak of the vowel is: oo is below ah, and ee above
knob breath breath.level how much of the breath is heard
)",
             kCutoff, kChorus, kReverb)},
      {"brass", "Horns: the harder they are blown, the brighter.",
       lines(kEightVoices, kVoice, kStage, kSpot, kVibrato, R"(
make osc supersaw voices=3 detune=0.06 mix=0.5
make filter ladder cutoff=420 resonance=0.14 drive=0.4
make reverb reverb mix=0.18 decay=1.7
set env attack=0.035 decay=0.5 sustain=0.85 release=0.3
set amp level=0.23
patch keys.pitch > osc.pitch
patch vibrato > osc.pitch
patch keys.pitch > filter.pitch amount=0.5
patch osc > filter > amp
patch force > place > reverb > swell
patch spot > place.position amount=0.008
)",
             kSweep, "set sweep attack=0.07 decay=1.2 sustain=0.75 release=0.2\nset bend level=3.8", kCutoff, kReverb)},
      {"flute", "A flute: nearly a pure tone, and the breath about it.",
       lines(kEightVoices, kVoice, kStage, kVibrato, R"(
make osc wavetable position=0.55
make second sine freq=880
make both mix level1=0.8 level2=0.1
make filter ladder cutoff=1200 resonance=0.05
make air noise kind=white
make tube svf cutoff=880 resonance=0.72
make breath vca level=0.35
make chiff adsr attack=0.02 decay=0.12 sustain=0.35 release=0.1
make reverb reverb mix=0.22 decay=2
set env attack=0.05 decay=0.3 sustain=0.9 release=0.3
set amp level=0.324
set vibrato level=0.07
set swing rate=4.9
patch keys.pitch > osc.pitch
patch vibrato > osc.pitch
patch keys.pitch > second.pitch
patch vibrato > second.pitch
patch keys.pitch > tube.pitch
patch keys.pitch > filter.pitch amount=0.7
patch touch > filter.pitch amount=20
patch osc > both.in1
patch second > both.in2
patch both > filter > amp
patch air > tube.in
patch tube.band > breath
patch keys.gate > chiff.gate
patch chiff > breath.gain
patch breath > amp
patch force > place > reverb > swell
knob breath breath.level how much of the breath is heard
knob brightness filter.cutoff how far the overtones reach
cc 2 breath 0 1
cc 74 brightness 300 8000
)",
             kReverb)},
      {"lead", "One voice, cutting, that glides from key to key.",
       lines(kOneVoice, kVoice, kStage, kVibrato, R"(
make osc saw
make other square freq=220
make both mix level1=0.7 level2=0.35
make filter ladder cutoff=1100 resonance=0.28 drive=1.2
make delay delay beats=0.75 feedback=0.3 mix=0.16 pingpong=on
make reverb reverb mix=0.14 decay=1.8
set keys glide=0.045
set env attack=0.004 decay=0.4 sustain=0.85 release=0.35
set amp level=0.291
patch keys.pitch > osc.pitch
patch vibrato > osc.pitch
patch keys.pitch > other.pitch
patch vibrato > other.pitch
patch keys.pitch > filter.pitch amount=0.5
patch osc > both.in1
patch other > both.in2
patch both > filter > amp
patch force > place > delay > reverb > swell
knob drive filter.drive
knob delay delay.mix how loud the echoes are
cc 5 glide 0 0.5
)",
             kSweep, "set sweep attack=0.003 decay=1.2 sustain=0.35 release=0.2\nset bend level=1.8", kCutoff,
             kReverb)},
  };
}

}  // namespace antiphon::synth
