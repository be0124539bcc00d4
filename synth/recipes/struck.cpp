// Instruments that are struck or plucked, and ring.
#include "synth/recipes/parts.hpp"

namespace antiphon::synth {

std::vector<Recipe> struckInstruments() {
  return {
      {"epiano", "An electric piano: tines that are struck, bright when they are struck hard.",
       lines(kSixteenVoices, kVoice, kStage, kSpot, R"(
make osc fm algorithm=pairs ratio1=1 level1=0.6 ratio2=14 level2=0 ratio3=1 level3=0.6 ratio4=1 level4=0
make ting adsr attack=0.001 decay=0.9 sustain=0 release=0.3
make tine vca level=0.12
make growl adsr attack=0.001 decay=4 sustain=0.1 release=0.4
make body vca level=0.28
make chorus chorus rate=0.6 depth=0.3 mix=0.3
make reverb reverb mix=0.12 decay=1.4
make swing lfo rate=4.6
make tremolo vca gain=1 level=0
set env attack=0.001 decay=9 sustain=0 release=0.4
set amp level=0.239
patch keys.pitch > osc.pitch
patch keys.gate > ting.gate
patch keys.gate > growl.gate
patch touch > tine.gain
patch touch > body.gain
patch ting > tine > osc.level2
patch growl > body > osc.level4
patch osc > amp
patch force > place > chorus > reverb > swell
patch swing > tremolo > place.position
patch spot > place.position amount=0.008
knob brightness body.level how hard the tines growl
knob tine tine.level how much of the hammer is heard
knob tremolo tremolo.level how far it sways from side to side
cc 1 tremolo 0 0.8
cc 74 brightness 0 0.9
)",
             kChorus, kReverb)},
      {"piano", "Struck strings, three to a key and never quite in tune: something of a grand.",
       lines(kSixteenVoices, kVoice, kStage, kSpot, R"(
make osc supersaw voices=3 detune=0.035 mix=0.7
make filter ladder cutoff=520 resonance=0.02
make knock noise kind=pink
make felt ad attack=0.0005 decay=0.05
make thump svf cutoff=900
make hammer vca level=0.5
make reverb reverb mix=0.16 decay=1.8 size=0.8
set env attack=0.001 decay=9 sustain=0 release=0.35
set amp level=0.498
patch keys.pitch > osc.pitch
patch keys.pitch > filter.pitch amount=0.45
patch osc > filter > amp
patch knock > thump.in
patch thump.low > hammer
patch keys.gate > felt.gate
patch felt > hammer.gain
patch hammer > amp
patch force > place > reverb > swell
patch spot > place.position amount=0.012
)",
             kSweep, "set sweep attack=0.004 decay=3 sustain=0.22 release=0.3\nset bend level=2.9", R"(
knob brightness filter.cutoff how far the strings' overtones reach
knob hammer hammer.level how much of the hammer is heard
cc 74 brightness 150 2500
)",
             kReverb)},
      {"clav", "A clavinet: strings that are pressed against an anvil, dry and nasal.",
       lines(kEightVoices, kVoice, kStage, R"(
make osc square width=0.3
make pickup svf cutoff=260 resonance=0.1
make filter ladder cutoff=1100 resonance=0.2
make reverb reverb mix=0.05 decay=0.8 size=0.5
set env attack=0.001 decay=3.5 sustain=0 release=0.1
set amp level=0.285
patch keys.pitch > osc.pitch
patch keys.pitch > filter.pitch amount=0.4
patch osc > pickup.in
patch pickup.high > filter > amp
patch force > place > reverb > swell
)",
             kSweep, "set sweep attack=0.004 decay=0.8 sustain=0.3 release=0.1\nset bend level=1.6", kCutoff, kReverb)},
      {"vibes", "A vibraphone, with its fans turning.",
       lines(kEightVoices, kVoice, kStage, kSpot, R"(
make osc fm algorithm=organ ratio1=1 level1=0.8 ratio2=4 level2=0 ratio3=10 level3=0 level4=0
make ring adsr attack=0.001 decay=1.6 sustain=0 release=0.3
make bar vca level=0.22
make tick adsr attack=0.0005 decay=0.07 sustain=0 release=0.05
make mallet vca level=0.18
make swing lfo rate=5
make tremolo vca gain=1 level=0.25
make reverb reverb mix=0.2 decay=2.2
set env attack=0.002 decay=9 sustain=0 release=1.6
set amp level=0.245
patch keys.pitch > osc.pitch
patch keys.gate > ring.gate
patch keys.gate > tick.gate
patch touch > bar.gain
patch touch > mallet.gain
patch ring > bar > osc.level2
patch tick > mallet > osc.level3
patch osc > amp
patch force > place > reverb > swell
patch spot > place.position amount=0.012
patch swing > tremolo > swell.gain
knob tremolo tremolo.level how deep the fans cut
knob mallet mallet.level how hard the mallet is
cc 1 tremolo 0 0.6
)",
             kReverb)},
      {"marimba", "Bars of wood over tubes.",
       lines(kEightVoices, kVoice, kStage, kSpot, R"(
make osc fm algorithm=organ ratio1=1 level1=0.8 ratio2=4 level2=0 ratio3=9.8 level3=0 level4=0
make ring adsr attack=0.0005 decay=0.35 sustain=0 release=0.1
make bar vca level=0.3
make tick adsr attack=0.0005 decay=0.06 sustain=0 release=0.04
make mallet vca level=0.17
make reverb reverb mix=0.14 decay=1.2 size=0.7
set env attack=0.001 decay=2.6 sustain=0 release=0.5
set amp level=0.458
patch keys.pitch > osc.pitch
patch keys.gate > ring.gate
patch keys.gate > tick.gate
patch touch > bar.gain
patch touch > mallet.gain
patch ring > bar > osc.level2
patch tick > mallet > osc.level3
patch osc > amp
patch force > place > reverb > swell
patch spot > place.position amount=0.014
knob mallet mallet.level how hard the mallet is
cc 74 mallet 0 1
)",
             kReverb)},
      {"bell", "A bell, that hums below and shimmers above.",
       lines(kEightVoices, kVoice, kStage, kSpot, R"(
make osc fm algorithm=pairs ratio1=1 level1=0.65 ratio2=3.51 level2=0 ratio3=2 level3=0.3 ratio4=5.4 level4=0
make shimmer adsr attack=0.001 decay=6 sustain=0 release=1.5
make bronze vca level=0.35
make clang adsr attack=0.001 decay=1.5 sustain=0 release=0.6
make clapper vca level=0.3
make reverb reverb mix=0.3 decay=3.5 size=1.3
set env attack=0.001 decay=11 sustain=0 release=4
set amp level=0.387
patch keys.pitch > osc.pitch
patch keys.gate > shimmer.gate
patch keys.gate > clang.gate
patch touch > bronze.gain
patch touch > clapper.gain
patch shimmer > bronze > osc.level2
patch clang > clapper > osc.level4
patch osc > amp
patch force > place > reverb > swell
patch spot > place.position amount=0.014
knob brightness bronze.level how much it shimmers
cc 74 brightness 0 1
)",
             kReverb)},
      {"pluck", "A plucked string of the machine's own, with echoes in the room.",
       lines(kSixteenVoices, kVoice, kStage, kSpot, R"(
make osc saw
make other square freq=880
make both mix level1=0.7 level2=0.3
make filter ladder cutoff=420 resonance=0.15
make chorus chorus rate=0.4 depth=0.3 mix=0.25
make reverb reverb mix=0.18 decay=1.6
set env attack=0.001 decay=3.5 sustain=0 release=0.7
set amp level=0.743
patch keys.pitch > osc.pitch
patch keys.pitch > other.pitch
patch keys.pitch > filter.pitch amount=0.5
patch osc > both.in1
patch other > both.in2
patch both > filter > amp
patch force > place > chorus > reverb > swell
patch spot > place.position amount=0.01
)",
             kSweep, "set sweep attack=0.004 decay=1.1 sustain=0.05 release=0.25\nset bend level=2.9", kCutoff, kChorus,
             kReverb)},
  };
}

}  // namespace antiphon::synth
