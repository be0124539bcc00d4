#include "synth/program.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

#include "synth/faust_plugin.hpp"
#include "synth/faust_program.hpp"
#include "synth/machine_code.hpp"
#include "synth/patch.hpp"

namespace antiphon::synth {
namespace {

constexpr std::size_t kLongestError = 4096, kLongestTold = 600;

std::atomic<int> programs{0};

std::string trimmedLines(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\n");
  if (begin == std::string_view::npos) return {};
  return std::string{text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1)};
}

/// "shimmer : 3 : ERROR : undefined symbol : lowpas" as "shimmer.dsp, line 3: undefined symbol : lowpas".
std::string toldAs(const std::string& name, std::string said) {
  std::ranges::replace(said, '\n', ' ');
  if (said.starts_with("ASSERT")) return name + ".dsp: Faust's compiler cannot compile it, and does not know why";
  constexpr std::string_view kError = "ERROR :";
  const std::size_t error = said.find(kError);
  if (error == std::string::npos) return name + ".dsp: " + trimmedLines(said).substr(0, kLongestTold);
  const std::string what = trimmedLines(said.substr(error + kError.size())).substr(0, kLongestTold);
  const std::string where = said.substr(0, error);
  const std::size_t line = where.find(" : ");
  if (line == std::string::npos) return name + ".dsp: " + what;
  std::string file = trimmedLines(where.substr(0, line));
  if (file == name) file += ".dsp";
  std::string number = where.substr(line + 3);
  number = trimmedLines(number.substr(0, number.find(" :")));
  return file + ", line " + number + ": " + what;
}

void mustBeOfSize(const std::string& name, const Program& program) {
  const auto tooMany = [&](int count, int most, const std::string& what) {
    if (count > most)
      throw PatchError{name + ".dsp has " + std::to_string(count) + " " + what + ", and at most " +
                       std::to_string(most) + " are taken"};
  };
  tooMany(program.inputs(), Program::kMostPorts, "inputs");
  tooMany(program.outputs(), Program::kMostPorts, "outputs");
  tooMany(program.controls(), Program::kMostControls, "sliders");
  if (program.outputs() == 0) throw PatchError{name + ".dsp has no output: nothing comes out of it"};
}

}  // namespace

std::string Program::compiled(const std::string& name, const std::string& source, const std::string& folder) {
  if (source.size() > kLongestSource) throw PatchError{name + ".dsp is longer than 256 KB: that is no module"};
  if (source.find('\0') != std::string::npos) throw PatchError{name + ".dsp is no text"};
  std::vector<char> error(kLongestError);
  const std::string there = folder.empty() ? "." : folder;
  const char* const code =
      faustDoor().compile(name.c_str(), source.c_str(), there.c_str(), error.data(), static_cast<int>(error.size()));
  if (code == nullptr) throw PatchError{toldAs(name, error.data())};
  return code;
}

std::shared_ptr<const Program> Program::loaded(const std::string& name, const std::string& code) {
  std::unique_ptr<faust_door::Program> made;
  if (MachineCode::possible()) {
    try {
      made = std::make_unique<FaustProgram>(code);
    } catch (const std::runtime_error& error) {
      throw PatchError{name + ".dsp: " + error.what()};
    }
  } else {
    std::vector<char> error(kLongestError);
    made.reset(faustDoor().load(code.c_str(), error.data(), static_cast<int>(error.size())));
    if (made == nullptr) throw PatchError{toldAs(name, error.data())};
  }
  std::shared_ptr<const Program> program{new Program{std::move(made)}};
  mustBeOfSize(name, *program);
  return program;
}

Program::Program(std::unique_ptr<faust_door::Program> program) : program_{std::move(program)} { ++programs; }
Program::~Program() { --programs; }

int Program::alive() { return programs.load(); }

int Program::control(std::string_view label) const {
  for (int c = 0; c < controls(); ++c) {
    if (label == control(c).label) return c;
  }
  return -1;
}

Program::Playing Program::start(SampleRate rate) const {
  return program_->start(static_cast<int>(std::lround(rate.hertz)));
}

}  // namespace antiphon::synth
