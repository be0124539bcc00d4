// Basses: one voice each, that glides when it is told to.
#include "synth/recipes/parts.hpp"

namespace antiphon::synth {

std::vector<Recipe> lowInstruments() {
  return {
      {"bass", "A saw and a square below it through a filter that shuts quickly.",
       lines(kOneVoice, kVoice, kStage, kVibrato, R"(
make osc saw
make low square freq=220
make both mix level1=0.7 level2=0.4
make filter ladder cutoff=280 resonance=0.22 drive=0.8
set env attack=0.002 decay=0.8 sustain=0.75 release=0.09
set amp level=0.42
patch keys.pitch > osc.pitch
patch vibrato > osc.pitch
patch keys.pitch > low.pitch
patch vibrato > low.pitch
patch keys.pitch > filter.pitch amount=0.35
patch osc > both.in1
patch low > both.in2
patch both > filter > amp
patch force > place > swell
knob sub both.level2 how loud the octave below is
knob drive filter.drive
cc 5 glide 0 0.5
)",
             kSweep, "set sweep attack=0.002 decay=1 sustain=0.2 release=0.15\nset bend level=3", kCutoff)},
      {"acid", "The bass of the little silver box: one saw, and a filter that sings.",
       lines(kOneVoice, kVoice, kStage, kVibrato, R"(
make osc saw
make filter ladder cutoff=320 resonance=0.78 drive=2
make drive distortion drive=0 mix=0.4
set env attack=0.002 decay=0.7 sustain=0.6 release=0.09
set amp level=0.351
patch keys.pitch > osc.pitch
patch vibrato > osc.pitch
patch keys.pitch > filter.pitch amount=0.2
patch osc > filter > amp
patch force > place > drive > swell
knob drive drive.drive
cc 5 glide 0 0.5
)",
             kSweep, "set sweep attack=0.002 decay=1.5 sustain=0 release=0.2\nset bend level=3.4", kCutoff)},
      {"sub", "A bass that is felt more than it is heard.", lines(kOneVoice, kVoice, kStage, kVibrato, R"(
make osc sine
make edge triangle
make both mix level1=0.8 level2=0.25
make drive distortion drive=-4 mix=0.5
set env attack=0.006 decay=0.6 sustain=0.9 release=0.08
set amp level=0.26
patch keys.pitch > osc.pitch
patch vibrato > osc.pitch
patch keys.pitch > edge.pitch
patch vibrato > edge.pitch
patch osc > both.in1
patch edge > both.in2
patch both > amp
patch force > place > drive > swell
knob edge both.level2 how much is heard where there is no subwoofer
knob drive drive.drive
cc 5 glide 0 0.5
cc 74 edge 0 1
)")},
  };
}

}  // namespace antiphon::synth
