#include "synth/own_module.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <memory>

#include "synth/desk.hpp"
#include "synth/faust_plugin.hpp"
#include "synth/machine_code.hpp"
#include "synth/writing.hpp"
#include "tests/guard/realtime_guard.hpp"
#include "tests/support/hearing.hpp"
#include "tests/support/own_modules.hpp"

using namespace antiphon;
using namespace antiphon::synth;
using Catch::Matchers::Contains;

namespace {

Sound listen(Desk& desk, int frames, int atOnce = 256) {
  Sound left(static_cast<std::size_t>(frames)), right(left.size());
  for (int done = 0; done < frames; done += atOnce)
    desk.machine().render(left.data() + done, right.data() + done, std::min(atOnce, frames - done), {});
  return left;
}

void edit(Desk& desk, const std::vector<std::string>& chains) {
  Patch patch = desk.patch();
  for (const std::string& names : chains) chain(patch, names);
  desk.load(patch);
}

/// What is said when this is compiled and tried.
std::string refusal(const std::string& source) {
  try {
    takeIn("refused", source);
  } catch (const PatchError& error) {
    return error.what();
  }
  return "nothing";
}

constexpr const char* kGain = R"(process = _ * hslider("loud[unit:dB]", 0.5, 0, 1, 0.01);)";

}  // namespace

SCENARIO("what is wrong in a source is told with its line", "[faust]") {
  CHECK_THAT(refusal("process = _ *\n  hslider(\"x\", 0, 0, 1 ;"), Contains("refused.dsp, line 2: syntax error"));
  CHECK_THAT(refusal(kLibrary + "process = _ : fi.lowpas(3, 100);"),
             Contains("refused.dsp, line 2: undefined symbol : lowpas"));
  CHECK_THAT(refusal("process = process;"), Contains("refused.dsp: ") && Contains("endless"));
  CHECK_THAT(refusal("process = _,_,_;"), Contains("3 inputs"));
  CHECK_THAT(refusal("process = par(i, 65, hslider(\"s%i\", 0, 0, 1, 0.1)) :> _;"), Contains("65 sliders"));
  CHECK_THAT(refusal("process = _ : !;"), Contains("no output"));
  CHECK_THAT(refusal(std::string(300000, ' ') + "process = _;"), Contains("256 KB"));
}

SCENARIO("a program cannot reach out of itself", "[faust]") {
  CHECK_THAT(refusal("// ffunction\nprocess = ffunction(int exit(int), <stdlib.h>, \"\")(3);"),
             Contains("line 2: ffunction reaches outside"));
  CHECK_THAT(refusal("process = 0, 0 : soundfile(\"a[url:{x.wav}]\", 1) : !, !, _;"), Contains("soundfile"));
  GIVEN("a remainder of a division by nothing") {
    takeIn("remainder", "process = 7 % int(hslider(\"by\", 3, -1, 10, 1));");
    Alone alone{"remainder", SampleRate{48000}};
    CHECK(alone.play(32)[0][31] == 1.0f);
    alone.set("by", 0);
    CHECK(alone.play(32)[0][31] == 0.0f);
    alone.set("by", -1);
    CHECK(alone.play(32)[0][31] == 0.0f);
  }
  GIVEN("delays and tables whose index comes to be what is no number, or far too large") {
    for (const std::string index : {"int(log(x - 9))", "int(max(0, min(10, log(x - 9))))", "int(x * 1e20)"}) {
      for (const std::string& use :
           {"rdtable(16, 0.5, " + index + ")", "rwtable(16, 0.5, " + index + ", x, " + index + ")",
            "x @ int(max(0, min(10, " + index + ")))"}) {
        INFO(use);
        takeIn("wild", "process(x) = " + use + " : max(-1) : min(1);");
        Alone alone{"wild", SampleRate{48000}};
        alone.feed("in", [](int frame, int) { return frame % 3 == 0 ? std::nanf("") : hiss(frame) * 1e30f; });
        CHECK(loudest(alone.one(4800)) <= 1);
      }
    }
  }
}

SCENARIO("what is not fit to be heard is refused, with the reason", "[faust]") {
  CHECK_THAT(refusal("process = _ : + ~ *(1.01);"), Contains("runs away") && Contains("what goes in"));
  CHECK_THAT(refusal("process = 1 : + ~ _;"), Contains("runs away") && Contains("full scale"));
  CHECK_THAT(refusal("process = log(_ - hslider(\"by\", -1, -1, 9, 0.1));"), Contains("no number"));
  CHECK_THAT(refusal("process = +(1) : seq(i, 2500, *(i + 0.5) : sin);"), Contains("of a processor, and at most 25 %"));
}

SCENARIO("a program's sliders are inlets", "[faust]") {
  takeIn("tone", kLibrary + R"(process = os.osc(hslider("freq[unit:Hz][scale:log]", 440, 20, 2000, 1))
    * hslider("h:g/Level [tooltip:how loud]", 0.1, 0, 0.3, 0.01) * (1 + checkbox("twice"))
    : @(int(hslider("late[unit:ms]", 0, 0, 100, 1) * ma.SR / 1000));)");
  const ModuleType& type = *moduleCalled("tone");
  REQUIRE(type.inlet("pitch") == 0);
  const Inlet& freq = type.inlets[static_cast<std::size_t>(type.inlet("freq"))];
  CHECK(freq.unit == Unit::hertz);
  CHECK(freq.curve == Curve::exponential);
  CHECK(freq.usual == 440);
  const Inlet& level = type.inlets[static_cast<std::size_t>(type.inlet("level"))];
  CHECK(level.purpose == "how loud");
  CHECK(level.usual == 0.1);
  CHECK(level.most == 0.3);
  CHECK(type.inlets[static_cast<std::size_t>(type.inlet("twice"))].choices.size() == 2);
  CHECK(type.inlets[static_cast<std::size_t>(type.inlet("late"))].most == 0.1);

  Alone alone{"tone", SampleRate{48000}};
  CHECK(toneIn(alone.one(24000), 440) == Approx(0.1).margin(0.002));
  alone.set("pitch", 12).set("twice", 1).set("level", 0.3);
  alone.play(4800);
  CHECK(toneIn(alone.one(24000), 880) == Approx(0.6).margin(0.01));
  WHEN("what is patched in goes beyond the range, or is no number") {
    alone.feed("freq", [](int frame, int) { return frame % 2 == 0 ? 1e30f : std::nanf(""); });
    THEN("it is held within") { CHECK(loudest(alone.one(4800)) < 0.61); }
  }
}

SCENARIO("voices are played each by itself, a room by ears", "[faust]") {
  takeIn("half", R"(process = _ * 0.5 + hslider("more", 0, 0, 1, 0.1);)");
  takeIn("cross", "process(l, r) = r, l * 0.25;");
  GIVEN("one input and one output") {
    Desk desk{SampleRate{48000}};
    desk.add("k", *moduleCalled("keys"));
    desk.add("h", *moduleCalled("half"));
    desk.connect("k.velocity", "h");
    desk.connect("h", "out");
    for (const float key : {60.0f, 64.0f, 67.0f})
      desk.machine().play(desk.played("k"), {Gesture::Kind::keyDown, key, 0.2f}, Frame{0});
    CHECK(loudest(listen(desk, 480)) == Approx(0.5f * 0.6f).margin(1e-3));
  }
  GIVEN("two of each") {
    Alone alone{"cross", SampleRate{48000}};
    alone.feed("in", [](int, int lane) { return lane % 2 == 0 ? 0.1f : 0.8f; });
    const auto lanes = alone.play(64);
    for (std::size_t lane = 0; lane < kLanes; ++lane) CHECK(lanes[lane][60] == Approx(lane % 2 == 0 ? 0.8f : 0.025f));
  }
}

SCENARIO("freq, gate and gain make an instrument", "[faust]") {
  takeIn("singer", kLibrary + R"(process = os.osc(hslider("freq", 440, 20, 8000, 0.01)) * button("gate")
    * hslider("gain", 1, 0, 1, 0.01) * hslider("colour", 1, 0, 1, 0.1);)");
  Desk desk{SampleRate{48000}};
  Patch patch = desk.patch();
  const PatchWord type{{}, "singer"};
  create(patch, "lead", {&type, 1});
  chain(patch, "lead > out");
  desk.load(patch);
  CHECK(desk.patch().sink("lead.colour").value() == 1);
  desk.machine().play(desk.played("lead"), {Gesture::Kind::keyDown, 57, 0.5f}, Frame{1000});
  desk.machine().play(desk.played("lead"), {Gesture::Kind::keyDown, 64, 0.5f}, Frame{1000});
  const Sound sound = listen(desk, 49000);
  THEN("a note begins on its frame") {
    CHECK(loudest(part(sound, 0, 1000)) == 0);
    CHECK(loudest(part(sound, 1000, 1010)) > 0);
  }
  THEN("keys are heard where they belong, each as loud as it was struck") {
    const double a = toneIn(part(sound, 1000, 49000), 220), e = toneIn(part(sound, 1000, 49000), 329.6276);
    CHECK(a == Approx(0.15).margin(0.005));
    CHECK(e == Approx(a).margin(0.005));
    CHECK(toneIn(part(sound, 1000, 49000), 440) < 0.001);
  }
  THEN("it is silent when they are let go") {
    desk.machine().play(desk.played("lead"), {Gesture::Kind::allUp}, Frame{0});
    listen(desk, 48000);
    CHECK(loudest(listen(desk, 4800)) < 1e-5);
  }
  WHEN("it does not ask how hard it is struck") {
    takeIn("singer", kLibrary + R"(process = os.osc(hslider("freq", 440, 20, 8000, 0.01)) * button("gate");)");
    desk.load(desk.patch());
    THEN("that is done for it, and its knobs are those that it has") {
      CHECK_THROWS_AS(desk.patch().sink("lead.colour"), PatchError);
      listen(desk, 4800);
      CHECK(toneIn(listen(desk, 48000), 220) == Approx(0.3 * 0.54).margin(0.01));
    }
  }
}

SCENARIO("a program that is played takes no memory and no lock", "[faust]") {
  takeIn("busy", kLibrary + R"(process = + ~ @(4800 * hslider("late", 0.5, 0, 1, 0.1)) * 0.5
    : fi.resonlp(hslider("cutoff", 800, 20, 10000, 1) : si.smoo, 3, 1) * os.osc(30) ;)");
  Alone alone{"busy", SampleRate{48000}};
  alone.feed("in", [](int frame, int lane) { return hiss(frame, lane); });
  alone.feed("cutoff", [](int frame, int) { return static_cast<float>(400 + frame % 100); });
  alone.play(64);
  const auto before = guard::offences().all();
  alone.run(4800);
  {
    const RealtimeScope realtime;
    alone.module().calm();
  }
  CHECK(guard::offences().all() == before);
}

SCENARIO("a module is written anew while it sounds", "[faust]") {
  takeIn("loudness", kGain);
  Desk desk{SampleRate{48000}};
  edit(desk, {"sine > loudness > out"});
  desk.set("sine.freq", 200);
  desk.set("loudness.loud", 0.8);
  listen(desk, 4800);
  const Sound before = listen(desk, 4800);
  const double plain = steepest(before);
  CHECK(loudest(before) == Approx(0.8).margin(0.001));

  WHEN("its slider stays as it is") {
    takeIn("loudness", R"(process = _ * 0.5 * hslider("loud[unit:dB]", 0.5, 0, 1, 0.01);)");
    CHECK(loudest(listen(desk, 4800)) == Approx(0.8).margin(0.001));
    desk.load(desk.patch());
    const Sound change = listen(desk, 4800), after = listen(desk, 4800);
    THEN("the new one is faded in, set as the old one was") {
      CHECK(loudest(after) == Approx(0.4).margin(0.001));
      CHECK(steepest(change) < plain * 1.2);
    }
  }
  WHEN("it has other sliders") {
    desk.add("w", *moduleCalled("sine"));
    desk.set("w.freq", 2);
    desk.connect("w", "loudness.loud", 0.1);
    listen(desk, 4800);
    takeIn("loudness", R"(process = _ * hslider("loud", 0.5, 0, 0.6, 0.01) * hslider("other", 1, 0, 1, 0.1);)");
    desk.load(desk.patch());
    THEN("values and cables go over by name, and are held within the new range") {
      CHECK(desk.patch().sink("loudness.loud").value() == 0.6);
      CHECK(desk.patch().sink("loudness.other").value() == 1);
      CHECK(desk.patch().cables().size() == 3);
      CHECK(steepest(listen(desk, 4800)) < plain * 1.2);
    }
    AND_WHEN("the one that was patched is gone") {
      takeIn("loudness", R"(process = _ * hslider("other", 1, 0, 1, 0.1);)");
      desk.load(desk.patch());
      THEN("its cable is, too, and those of the sound are not") {
        CHECK(desk.patch().cables().size() == 2);
        listen(desk, 4800);
        CHECK(loudest(listen(desk, 4800)) > 0.95);
      }
    }
  }
  WHEN("what is written is no good") {
    CHECK_THROWS_WITH(takeIn("loudness", "process = _ : + ~ *(1.01);"), Contains("runs away"));
    CHECK_THROWS_WITH(takeIn("loudness", "process = ;"), Contains("line 1"));
    desk.load(desk.patch());
    THEN("the old one plays on") { CHECK(loudest(listen(desk, 4800)) == Approx(0.8).margin(0.001)); }
  }
}

SCENARIO("a module is written anew a hundred times while it sounds", "[faust]") {
  takeIn("again", "process = _ * 0.5;");
  const int alive = Program::alive();
  Desk desk{SampleRate{48000}};
  edit(desk, {"sine > again > out"});
  desk.set("sine.freq", 200);
  listen(desk, 4800);
  const double plain = steepest(listen(desk, 4800));
  double worst = 0;
  for (int i = 0; i < 100; ++i) {
    takeIn("again", "process = _ * 0.5 * (1 + 0 * " + std::to_string(i) + ");" + (i % 10 == 9 ? "other = 1;" : ""));
    desk.load(desk.patch());
    worst = std::max(worst, steepest(listen(desk, 1200)));
    desk.tend();
  }
  listen(desk, 4800);
  desk.tend();
  CHECK(worst < plain * 1.01);  // they are all alike, and so the sound is
  CHECK(Program::alive() == alive);
}

SCENARIO("a program sounds as Faust's own reader has it", "[faust]") {
  const std::string sources[] = {kGain, "process = waveform{1, 2, 3}, int(hslider(\"which\", 0, 0, 2, 1)) : rdtable;",
                                 kLibrary + R"(declare description "a \wah\, and so on";
speed = hslider("speed[unit:Hz][scale:log][tooltip:how \fast\]", 2, 0.1, 20, 0.01);
process = vgroup("one", hgroup("two", fi.resonlp(500 * 2 ^ (1 + os.osc(speed)), 4, 0.6)) * checkbox("on")),
  _ * button("now") * vslider("éclat", 0.1, -1, 1, 0.01) + no.noise * nentry("hiss", 0.5, 0, 1, 0.1);)",
                                 kLibrary + "process = _, _ : dm.zita_light : par(i, 2, hbargraph(\"loud\", 0, 1));"};
  for (const std::string& source : sources) {
    const std::string code = Program::compiled("alike", source);
    const auto ours = Program::loaded("alike", code);
    char error[200] = "";
    const std::unique_ptr<faust_door::Program> theirs{faustDoor().load(code.c_str(), error, sizeof error)};
    INFO(source << error);
    REQUIRE(theirs != nullptr);
    REQUIRE(ours->controls() == theirs->controls());
    CHECK(ours->inputs() == theirs->inputs());
    CHECK(ours->outputs() == theirs->outputs());
    CHECK(ours->description() == theirs->description());
    const auto one = ours->start(SampleRate{44100});
    const auto other = theirs->start(44100);
    for (int c = 0; c < ours->controls(); ++c) {
      const faust_door::Control &a = ours->control(c), &b = theirs->control(c);
      CHECK(std::string{a.label} + a.unit + a.scale + a.tooltip == std::string{b.label} + b.unit + b.scale + b.tooltip);
      CHECK(a.kind == b.kind);
      CHECK((a.usual == b.usual && a.least == b.least && a.most == b.most));
    }
    int unlike = 0;
    for (int block = 0; block < 200; ++block) {
      if (block > 50 && ours->controls() > 0) {
        const int control = block % ours->controls();
        const float value = block % 3 == 0 ? ours->control(control).most : ours->control(control).usual;
        one->set(control, value);
        other->set(control, value);
      }
      if (block == 150) {
        one->calm();
        other->calm();
      }
      float in[2][64] = {}, a[2][64] = {}, b[2][64] = {};
      for (int f = 0; f < 64; ++f) in[0][f] = in[1][f] = hiss(block * 64 + f, 0);
      float *ins[] = {in[0], in[1]}, *as[] = {a[0], a[1]}, *bs[] = {b[0], b[1]};
      one->compute(64, ins, as);
      other->compute(64, ins, bs);
      unlike += std::memcmp(a, b, sizeof a) == 0 ? 0 : 1;
    }
    CHECK(unlike == 0);
  }
}

SCENARIO("a program gives its memory back", "[faust]") {
  if (!MachineCode::possible()) return;  // libfaust's own reader keeps it
  // A table of 256 KB.
  const std::string code = Program::compiled("table", kLibrary + "process = os.osc(440);");
  const auto residentPages = [] {
    std::size_t all = 0, resident = 0;
    std::ifstream{"/proc/self/statm"} >> all >> resident;
    return resident;
  };
  const auto play = [&] {
    const auto program = Program::loaded("table", code);
    static_cast<void>(program->start(SampleRate{48000}));
  };
  for (int i = 0; i < 20; ++i) play();
  const std::size_t before = residentPages();
  for (int i = 0; i < 500; ++i) play();
  CHECK(residentPages() < before + 512);  // of 4 KB: 2 MB, not 128
}

SCENARIO("names of one's own", "[faust]") {
  CHECK_THROWS_WITH(takeIn("reverb", kGain), Contains("the factory has a 'reverb'"));
  CHECK_THROWS_WITH(takeIn("bass", kGain), Contains("the factory has a 'bass'"));
  CHECK_THROWS_WITH(takeIn("../x", kGain), Contains("cannot be a module's name"));
  CHECK_THROWS_WITH(takeIn("1st", kGain), Contains("begins with a letter"));
  CHECK_THROWS_WITH(takeIn("a-voice", kGain), Contains("instruments' voices"));
}
