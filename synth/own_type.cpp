#include "synth/own_type.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <tuple>

#include "synth/own_module.hpp"

namespace antiphon::synth {
namespace {

using faust_door::Control;

constexpr std::string_view kVoiceSuffix = "-voice";

/// 0.1f is 0.1 to whoever wrote it.
double neat(float number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.7g", static_cast<double>(number));
  return std::strtod(text, nullptr);
}

Unit unitOf(std::string_view said) {
  if (said == "Hz" || said == "hz") return Unit::hertz;
  if (said == "s" || said == "ms") return Unit::seconds;
  if (said == "dB" || said == "db") return Unit::decibels;
  if (said == "st" || said == "semitones") return Unit::semitones;
  return Unit::plain;
}

/// "Cut off" is called cut_off; a second one cut_off2.
std::string nameFor(std::string_view label, const std::vector<Inlet>& taken) {
  std::string name;
  for (const char c : label) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isalnum(letter) != 0) name += static_cast<char>(std::tolower(letter));
    else if (!name.empty() && name.back() != '_') name += '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  name = name.substr(0, 30);
  if (name.empty() || name == "0x00") name = "knob";
  const auto isTaken = [&](const std::string& wanted) {
    return std::ranges::find(taken, std::string_view{wanted}, &Inlet::name) != taken.end();
  };
  if (!isTaken(name)) return name;
  for (int number = 2;; ++number) {
    if (const std::string other = name + std::to_string(number); !isTaken(other)) return other;
  }
}

/// In one line, and without what means something in a recipe.
std::string plain(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c == '$' || std::iscntrl(static_cast<unsigned char>(c)) != 0; }, ' ');
  return text.substr(0, 200);
}

class Declaring {
 public:
  Declaring(OwnType& own, const std::string& name, std::shared_ptr<const Program> program)
      : own_{own}, program_{*program} {
    const std::string said = plain(program_.description());
    own_.type.name = kept(name);
    own_.type.family = "your own";
    own_.type.purpose = kept(said.empty() ? "Written in Faust." : said);
    code_.voice = isPlayable(program_);
    if (code_.voice) asVoice();
    else asModule();
    for (int c = 0; c < program_.controls(); ++c) declare(c);
    own_.type.outlets.push_back({"out", "the sound"});
    const bool stereo = program_.inputs() == 2 || program_.outputs() == 2;
    own_.type.spread = stereo && !code_.voice ? Spread::room : Spread::follows;
    own_.type.make = makeOwnModule;
    code_.program = std::move(program);
    own_.type.code = std::make_shared<const OwnCode>(std::move(code_));
  }

 private:
  std::string_view kept(std::string text) { return own_.words.emplace_back(std::move(text)); }

  void add(Inlet inlet, InletRole role) {
    own_.type.inlets.push_back(std::move(inlet));
    code_.roles.push_back(role);
    if (role.control >= 0) done_.push_back(role.control);
  }

  void addStruck(std::string_view name, std::string_view purpose, int control) {
    Inlet inlet = signalInlet(name, purpose);
    inlet.usual = neat(program_.control(control).usual);
    add(std::move(inlet), {.control = control, .strikes = true});
  }

  void asVoice() {
    using Kind = InletRole::Kind;
    add(signalInlet("pitch", "semitones above A4: its freq"),
        {.kind = Kind::pitch, .control = program_.control("freq")});
    addStruck("gate", "1 while its key is held", program_.control("gate"));
    code_.loudness = program_.control("gain");
    add(signalInlet("velocity", "how hard it is struck, 0 to 1"), {.kind = Kind::velocity, .control = code_.loudness});
  }

  void asModule() {
    using Kind = InletRole::Kind;
    if (program_.inputs() > 0) add(signalInlet("in", "the sound"), {.kind = Kind::audio});
    if (const int trigger = program_.control("trigger"); trigger >= 0)
      addStruck("trigger", "struck when it rises above 0, as hard as it says", trigger);
    if (const int freq = program_.control("freq"); freq >= 0 && program_.inputs() == 0) {
      add(signalInlet("pitch", "semitones above what freq says"), {.kind = Kind::pitch, .control = freq});
      done_.pop_back();  // freq itself is a knob as well
    }
  }

  void declare(int index) {
    if (std::ranges::find(done_, index) != done_.end()) return;
    const Control& control = program_.control(index);
    const std::string_view name = kept(nameFor(control.label, own_.type.inlets));
    const std::string_view purpose = kept(plain(control.tooltip));
    if (control.kind == Control::Kind::checkbox) return add(choice(name, purpose, {"off", "on"}), {.control = index});
    if (control.kind == Control::Kind::button || std::string_view{control.label} == "gate")
      return addStruck(name, purpose, index);
    const Unit unit = unitOf(control.unit);
    const double scale = std::string_view{control.unit} == "ms" ? 1000 : 1;
    const double least = neat(control.least) / scale, most = neat(control.most) / scale;
    const bool log = std::string_view{control.scale} == "log" && least > 0;
    add(knob(name, purpose, unit, least, most, std::clamp(neat(control.usual) / scale, least, most),
             log ? Curve::exponential : Curve::linear),
        {.control = index, .scale = static_cast<float>(scale)});
  }

  OwnType& own_;
  const Program& program_;
  OwnCode code_{};
  std::vector<int> done_{};  // controls that have an inlet
};

auto shapeOf(const Inlet& i) {
  return std::tie(i.name, i.purpose, i.unit, i.least, i.most, i.usual, i.curve, i.choices, i.each);
}

}  // namespace

OwnType::OwnType(const std::string& name, std::shared_ptr<const Program> program) {
  Declaring{*this, name, std::move(program)};
}

bool isPlayable(const Program& program) {
  return program.inputs() == 0 && program.control("freq") >= 0 && program.control("gate") >= 0;
}

std::string voiceOf(const std::string& name) { return name + std::string{kVoiceSuffix}; }

std::string recipeFor(const ModuleType& voice) {
  std::string text = "make keys keys voices=$voices=8\nmake voice " + std::string{voice.name} +
                     "\nmake volume vca gain=1 level=0.3\n"
                     "patch keys.pitch > voice.pitch\npatch keys.gate > voice.gate\n"
                     "patch keys.velocity > voice.velocity\npatch voice > volume\nkeys keys\nout volume\n";
  std::vector<std::string_view> names;
  const auto& code = *static_cast<const OwnCode*>(voice.code.get());
  for (std::size_t i = 0; i < voice.inlets.size(); ++i) {
    const std::string_view name = voice.inlets[i].name;
    if (code.roles[i].kind != InletRole::Kind::control || name == "gate") continue;
    names.push_back(name);
    text += "knob " + std::string{name} + " voice." + std::string{name} + "\n";
  }
  const auto isFree = [&](std::string_view name) { return std::ranges::find(names, name) == names.end(); };
  if (isFree("level")) text += "knob level volume.level how loud all is\ncc 7 level 0 1\n";
  if (isFree("glide")) text += "knob glide keys.glide\ncc 5 glide 0 0.5\n";
  return text;
}

bool sameShape(const ModuleType& a, const ModuleType& b) {
  return a.name == b.name && a.purpose == b.purpose && a.spread == b.spread &&
         std::ranges::equal(a.inlets, b.inlets, {}, shapeOf, shapeOf) &&
         std::ranges::equal(a.outlets, b.outlets, {}, &Outlet::name, &Outlet::name);
}

}  // namespace antiphon::synth
