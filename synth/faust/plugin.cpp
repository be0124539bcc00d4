// What the program finds when it opens the Faust plug-in: the compiler, and what makes sure that a program which it
// has compiled can do nothing but sound.
#include <faust/dsp/llvm-dsp.h>
#include <faust/gui/UI.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "synth/faust/door.hpp"

namespace antiphon::faust_door {
namespace {

constexpr const char* kLibraries = "/usr/share/faust";  // where Faust's own are, if it does not know by itself

void tell(char* error, int size, const std::string& text) {
  const auto length = std::min<std::size_t>(text.size(), static_cast<std::size_t>(size - 1));
  std::memcpy(error, text.data(), length);
  error[length] = 0;
}

/// The text with blanks where comments and texts in quotation marks are; lines stay lines.
std::string bare(std::string text) {
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    if (text[i] == '"') end = text.find('"', i + 1) + 1;
    else if (text.compare(i, 2, "//") == 0) end = text.find('\n', i);
    else if (text.compare(i, 2, "/*") == 0) end = text.find("*/", i + 2) + 2;
    else {
      ++i;
      continue;
    }
    if (end > text.size() || end <= i) end = text.size();
    for (; i < end; ++i) text[i] = text[i] == '\n' ? '\n' : ' ';
  }
  return text;
}

/// Faust can call any function of C. Its own libraries do so for mathematics; nobody else has a need to.
void mustStayInside(const std::string& name, const std::string& source) {
  static const std::regex outside{R"(\b(ffunction|fconstant|fvariable|soundfile)\b)"};
  const std::string text = bare(source);
  std::smatch found;
  if (!std::regex_search(text, found, outside)) return;
  const auto line = 1 + std::count(text.begin(), text.begin() + found.position(), '\n');
  throw std::runtime_error{name + " : " + std::to_string(line) + " : ERROR : " + found.str() +
                           " reaches outside of the module, and is not allowed here"};
}

void importsMustStayInside(llvm_dsp_factory& factory) {
  for (const std::string& file : factory.getLibraryList()) {
    if (std::filesystem::path{file}.parent_path().filename() == "faust") continue;
    std::ifstream in{file};
    std::ostringstream text;
    text << in.rdbuf();
    mustStayInside(std::filesystem::path{file}.filename().string(), text.str());
  }
}

using Factory = std::unique_ptr<llvm_dsp_factory, bool (*)(llvm_dsp_factory*)>;

/// The processor stops a program that divides whole numbers by nothing, and everything with it. Here that is 0.
Factory withoutTraps(Factory factory) {
  static const std::regex divides{"= s(rem|div) i32 ([^,\n]+), (%[^,\n]+)"};
  std::string code = writeDSPFactoryToIR(factory.get());
  if (!std::regex_search(code, divides)) return factory;
  code = std::regex_replace(code, divides, "= call i32 @antiphon_s$1(i32 $2, i32 $3)");
  for (const std::string verb : {"srem", "sdiv"}) {
    // -1 is left out as well: the lowest number divided by it has no room.
    code += "\ndefine internal i32 @antiphon_" + verb +
            "(i32 %a, i32 %b) alwaysinline {\n"
            "  %up = add i32 %b, 1\n"
            "  %small = icmp ult i32 %up, 2\n"
            "  %by = select i1 %small, i32 1, i32 %b\n"
            "  %whole = " +
            verb +
            " i32 %a, %by\n"
            "  %minus = sub i32 0, %whole\n"
            "  %none = icmp eq i32 %b, 0\n"
            "  %other = select i1 %none, i32 0, i32 %minus\n"
            "  %said = select i1 %small, i32 %other, i32 %whole\n"
            "  ret i32 %said\n}\n";
  }
  std::string error;
  Factory mended{readDSPFactoryFromIR(code, "", error, -1), deleteDSPFactory};
  if (!mended) throw std::runtime_error{"ERROR : its remainders could not be made safe: " + error};
  return mended;
}

/// What the program declares, with the place of each number.
class Reader final : public UI, public Meta {
 public:
  struct Found {
    Control control{};
    float* zone = nullptr;
  };
  std::vector<Found> found{};
  std::string description{};

  void openTabBox(const char*) override {}
  void openHorizontalBox(const char*) override {}
  void openVerticalBox(const char*) override {}
  void closeBox() override {}
  void addButton(const char* label, float* zone) override { add(Control::Kind::button, label, zone, 0, 0, 1); }
  void addCheckButton(const char* label, float* zone) override { add(Control::Kind::checkbox, label, zone, 0, 0, 1); }
  void addVerticalSlider(const char* label, float* zone, float usual, float least, float most, float) override {
    add(Control::Kind::slider, label, zone, usual, least, most);
  }
  void addHorizontalSlider(const char* label, float* zone, float usual, float least, float most, float) override {
    add(Control::Kind::slider, label, zone, usual, least, most);
  }
  void addNumEntry(const char* label, float* zone, float usual, float least, float most, float) override {
    add(Control::Kind::slider, label, zone, usual, least, most);
  }
  void addHorizontalBargraph(const char*, float*, float, float) override {}
  void addVerticalBargraph(const char*, float*, float, float) override {}
  void addSoundfile(const char*, const char*, Soundfile**) override {
    throw std::runtime_error{"ERROR : soundfile is not for modules here; the module sample plays files"};
  }
  void declare(float* zone, const char* key, const char* value) override {
    if (zone != nullptr) said_.push_back({zone, key, value});
  }
  void declare(const char* key, const char* value) override {
    if (std::strcmp(key, "description") == 0) description = value;
  }

 private:
  struct Said {
    float* zone;
    std::string key, value;
  };

  const char* kept(std::string text) { return texts_.emplace_back(std::move(text)).c_str(); }
  const char* saidOf(const float* zone, const char* key) {
    for (const Said& said : said_) {
      if (said.zone == zone && said.key == key) return kept(said.value);
    }
    return "";
  }
  void add(Control::Kind kind, const char* label, float* zone, float usual, float least, float most) {
    found.push_back(
        {{kind, kept(label), saidOf(zone, "unit"), saidOf(zone, "scale"), saidOf(zone, "tooltip"), usual, least, most},
         zone});
  }

  std::vector<Said> said_{};
  std::deque<std::string> texts_{};
};

class Playing final : public Instance {
 public:
  Playing(std::unique_ptr<llvm_dsp> made, std::vector<float*> zones)
      : dsp_{std::move(made)}, zones_{std::move(zones)} {}
  void set(int control, float value) override { *zones_[static_cast<std::size_t>(control)] = value; }
  void compute(int frames, float** in, float** out) override { dsp_->compute(frames, in, out); }
  void calm() override { dsp_->instanceClear(); }

 private:
  std::unique_ptr<llvm_dsp> dsp_;
  std::vector<float*> zones_;
};

class Loaded final : public Program {
 public:
  explicit Loaded(Factory factory) : factory_{std::move(factory)}, example_{factory_->createDSPInstance()} {
    if (!example_) throw std::runtime_error{"ERROR : there is no memory for it"};
    example_->buildUserInterface(&reader_);
    example_->metadata(&reader_);
  }

  const char* description() const override { return reader_.description.c_str(); }
  int inputs() const override { return example_->getNumInputs(); }
  int outputs() const override { return example_->getNumOutputs(); }
  int controls() const override { return static_cast<int>(reader_.found.size()); }
  const Control& control(int index) const override { return reader_.found[static_cast<std::size_t>(index)].control; }

  std::unique_ptr<Instance> start(int rate) override {
    std::unique_ptr<llvm_dsp> made{factory_->createDSPInstance()};
    // Tables are the program's, and may be read at this moment: they are written once for each rate.
    if (rate != rate_) made->init(rate);
    else made->instanceInit(rate);
    rate_ = rate;
    Reader reader;
    made->buildUserInterface(&reader);
    std::vector<float*> zones;
    for (const auto& found : reader.found) zones.push_back(found.zone);
    return std::make_unique<Playing>(std::move(made), std::move(zones));
  }

 private:
  Factory factory_;
  std::unique_ptr<llvm_dsp> example_;
  Reader reader_{};
  int rate_ = 0;
};

const char* compile(const char* name, const char* source, const char* folder, char* error, int errorSize) {
  try {
    mustStayInside(name, source);
    // Short delays are rings like long ones: a ring's index is masked, so not even what is no number leads out of it.
    // Tables are read and written within their bounds.
    const char* const words[] = {"-I", folder, "-I", kLibraries, "-mcd", "0", "-ct", "1"};
    std::string why;
    Factory factory{createDSPFactoryFromString(name, source, static_cast<int>(std::size(words)),
                                               const_cast<const char**>(words), "", why, -1),
                    deleteDSPFactory};
    if (!factory) throw std::runtime_error{why};
    importsMustStayInside(*factory);
    thread_local std::string code;
    code = writeDSPFactoryToMachine(withoutTraps(std::move(factory)).get(), "");
    return code.c_str();
  } catch (const std::exception& e) {
    tell(error, errorSize, e.what());
  }
  return nullptr;
}

Program* load(const char* code, char* error, int errorSize) {
  try {
    std::string why;
    Factory factory{readDSPFactoryFromMachine(code, "", why), deleteDSPFactory};
    if (!factory) throw std::runtime_error{why.empty() ? "ERROR : its code cannot be read" : why};
    return new Loaded{std::move(factory)};
  } catch (const std::exception& e) {
    tell(error, errorSize, e.what());
  }
  return nullptr;
}

}  // namespace
}  // namespace antiphon::faust_door

extern "C" __attribute__((visibility("default"))) const antiphon::faust_door::Door* antiphonFaustDoor() {
  using namespace antiphon::faust_door;
  static const bool threads = startMTDSPFactories();
  static_cast<void>(threads);
  static const Door door{kVersion, getCLibFaustVersion(), compile, load};
  return &door;
}
