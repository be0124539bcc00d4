#include "bridge/module_templates.hpp"

#include <algorithm>

namespace antiphon {
namespace {

struct Template {
  std::string_view kind, source;
};

// $ stands for the module's name.
constexpr Template kTemplates[] = {
    {"effect", R"(// $: an effect, written in Faust. Change something, then:  reload $
// In a patch:  patch bass > $ > out       Behind an instrument:  add $ to bass
declare description "Echoes that rise by an octave, again and again, and shimmer.";
import("stdfaust.lib");

// A slider is a parameter:   set $.mix 0.5       hslider("name", usual, least, most, step)
mix    = hslider("mix[tooltip:how much of the shimmer is heard]", 0.4, 0, 1, 0.01) : si.smoo;
rise   = hslider("rise[tooltip:how much of it comes back an octave higher]", 0.5, 0, 0.8, 0.01) : si.smoo;
bright = hslider("bright[unit:Hz][scale:log][tooltip:where the echoes grow dull]", 5000, 500, 12000, 1) : si.smoo;
sway   = hslider("sway[unit:Hz][tooltip:how fast the echoes sway]", 0.3, 0.05, 5, 0.01);

// An octave higher: read from a moving delay, as two voices that fade into each other.
octave = ef.transpose(ma.SR * 0.08, ma.SR * 0.03, 12);

// One ear's echo: late by some milliseconds that sway, and what comes back is raised, dulled and tamed.
echo(late, swing) = (+ : de.fdelay(65536, time)) ~ (octave : fi.lowpass(1, bright) : fi.highpass(1, 150) : ma.tanh : *(rise))
with {
  time = ma.SR * late * (1 + 0.01 * swing);
};

// The echoes go through a room, which makes a cloud of them.
cloud = echo(0.19, os.oscrs(sway)), echo(0.27, os.oscrc(sway)) : re.stereo_freeverb(0.8, 0.7, 0.4, 23);

// Two inputs and two outputs: left and right. With one each, it would play once for every voice.
process(left, right) = left, right : cloud : blend
with {
  blend(a, b) = left * (1 - mix) + a * mix * 2, right * (1 - mix) + b * mix * 2;
};
)"},
    {"oscillator", R"(// $: an oscillator, written in Faust. Change something, then:  reload $
// In a patch:  create k keys   create o $   patch k.pitch > o.pitch   patch o > out
declare description "A tone that folds over itself: from a sine to brass.";
import("stdfaust.lib");

// A slider is a parameter:   set o.fold 0.5       hslider("name", usual, least, most, step)
// One that is called freq also gives an inlet pitch, in semitones above it, which keys can be patched into.
freq = hslider("freq[unit:Hz][scale:log][tooltip:how high]", 440, 20, 12000, 0.01);
fold = hslider("fold[tooltip:how far it folds over]", 0.3, 0, 1, 0.01) : si.smoo;
sway = hslider("sway[tooltip:how much the folding comes and goes]", 0.2, 0, 1, 0.01) : si.smoo;

// No input, one output: a tone.
process = sin(os.osc(freq) * (0.5 + 5 * far)) : *(0.7)
with {
  // High tones fold less, or they would fold beyond what can be heard.
  far = fold * (1 + sway * os.osc(0.31)) / 2 * min(1, 2000 / freq);
};
)"},
    {"filter", R"(// $: a filter, written in Faust. Change something, then:  reload $
// In a patch:  patch bass > $ > out       A filter that opens and shuts:  patch lfo > $.cutoff amount=500
declare description "A ladder of low passes with a vowel's two peaks.";
import("stdfaust.lib");

// A slider is a parameter:   set $.cutoff 500hz       hslider("name", usual, least, most, step)
cutoff    = hslider("cutoff[unit:Hz][scale:log][tooltip:what is higher goes]", 1200, 40, 12000, 0.1) : si.smoo;
resonance = hslider("resonance[tooltip:how much it sings there]", 0.4, 0, 0.95, 0.01) : si.smoo;
vowel     = hslider("vowel[tooltip:how much a second peak is heard]", 0.3, 0, 1, 0.01) : si.smoo;

// One input, one output: it plays once for every voice, or for each ear.
process = ma.tanh <: low + peak * vowel : *(0.8)
with {
  low  = ve.moog_vcf_2b(resonance, cutoff);
  peak = fi.resonbp(min(15000, cutoff * 2.4), 4, 1);
};
)"},
    {"drum", R"(// $: a drum, written in Faust. Change something, then:  reload $
// In a patch:  create $   sequence $: x..x..x.
declare description "A tuned drum with a skin that gives way.";
import("stdfaust.lib");

// What is called trigger makes it a drum: it rises for a moment, as far as the drum is struck hard.
hit = button("trigger");

// A slider is a parameter:   set $.decay 0.8       hslider("name", usual, least, most, step)
tune  = hslider("tune[unit:Hz][scale:log][tooltip:how high]", 110, 30, 1000, 0.1);
decay = hslider("decay[unit:s][scale:log][tooltip:how long it rings]", 0.4, 0.03, 4, 0.01);
bend  = hslider("bend[unit:semitones][tooltip:how far the skin gives way]", 9, 0, 36, 0.1);
snap  = hslider("snap[tooltip:how hard the stick is]", 0.3, 0, 1, 0.01);

process = (body + stick) * force : ma.tanh : *(0.9)
with {
  struck = hit > hit';                       // for one frame
  force  = hit : ba.sAndH(struck);           // how hard, until the next stroke
  fade(t) = struck : en.ar(0.0005, t);
  body   = os.osc(tune * 2 ^ (bend / 12 * fade(0.05))) * fade(decay);
  stick  = no.noise : fi.resonbp(min(8000, tune * 12), 1.5, 1) * fade(0.02) * snap * 3;
};
)"},
    {"instrument", R"(// $: an instrument, written in Faust. Change something, then:  reload $
// In a patch:  create lead $   patch lead > out   note lead C4     or     melody lead: C3 E3 G3
declare description "A plucked string that a bow takes over.";
import("stdfaust.lib");

// freq, gate and gain are set by the keys: how high, whether the key is down, how hard it was struck.
// This is one voice; there are as many of it as keys may be down:   create lead $ voices=4
freq = hslider("freq", 440, 20, 8000, 0.01);
gate = button("gate");
gain = hslider("gain", 0.8, 0, 1, 0.01);

// Other sliders are parameters:   set lead.bright 0.7       hslider("name", usual, least, most, step)
bright  = hslider("bright[tooltip:how much of the string is heard beside its tone]", 0.5, 0, 1, 0.01) : si.smoo;
detune  = hslider("detune[unit:semitones][tooltip:how far its two strings are apart]", 0.06, 0, 1, 0.001);
release = hslider("release[unit:s][scale:log][tooltip:how long it rings after the key]", 0.4, 0.01, 5, 0.01);

process = (string(1) + string(2 ^ (detune / 12))) / 2 : fi.lowpass(2, colour) * shape * gain
with {
  string(ratio) = os.sawtooth(freq * ratio);
  shape  = en.adsr(0.004, 0.9, 0.5, release, gate);
  sweep  = en.adsr(0.002, 0.5, 0.25, release, gate);
  colour = min(16000, freq * (1 + 14 * bright * sweep) + 80);
};
)"},
};

}  // namespace

const std::vector<std::string>& templateKinds() {
  static const std::vector<std::string> kinds = [] {
    std::vector<std::string> all;
    for (const Template& one : kTemplates) all.emplace_back(one.kind);
    return all;
  }();
  return kinds;
}

std::string templateOf(std::string_view kind, const std::string& name) {
  const auto* const found = std::ranges::find(kTemplates, kind, &Template::kind);
  std::string text;
  for (const char c : found->source) {
    if (c == '$') text += name;
    else text += c;
  }
  return text;
}

}  // namespace antiphon
