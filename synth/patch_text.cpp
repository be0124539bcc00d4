#include "synth/patch_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <tuple>

#include "synth/writing.hpp"

namespace antiphon::synth {
namespace {

constexpr std::string_view kVoices = "voices";

/// As one word of a line.
std::string asWord(const std::string& text) {
  if (text.find_first_of(" \t\"\\=#>") == std::string::npos) return text;
  std::string safe = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') safe += '\\';
    safe += c;
  }
  return safe + "\"";
}

std::string outletOf(const Patch& patch, const PatchCable& cable) {
  return cable.from + "." +
         std::string{patch.at(cable.from).type->outlets[static_cast<std::size_t>(cable.outlet)].name};
}
std::string inletName(const Patch& patch, const PatchCable& cable) {
  return cable.to + "." + std::string{patch.at(cable.to).type->inlets[static_cast<std::size_t>(cable.inlet)].name};
}

/// The cables into each inlet, in the order in which they are added up there, with those that come late.
auto sumsOf(const Patch& patch) {
  struct Term {
    PatchCable cable;
    bool late;
    bool operator==(const Term&) const = default;
  };
  std::vector<Term> terms;
  const std::vector<bool> late = patch.closingLoops();
  for (std::size_t i = 0; i < late.size(); ++i) terms.push_back({patch.cables()[i], late[i]});
  std::ranges::stable_sort(terms, {}, [](const Term& t) { return std::tie(t.cable.to, t.cable.inlet); });
  return terms;
}

/// Follows its own lines, so that each says only what those before it have not made so already.
class Writer {
 public:
  Writer(const Patch& from, const Patch& to) : patch_{to}, made_{from} {}

  std::vector<std::string> write() {
    leaveOut("");
    for (const PlacedModule& module : patch_.modules()) {
      if (const Instrument* const whole = ownerOf(module.name)) instrument(*whole);
      if (made_.find(module.name) == nullptr) create(module);
      else set(module);
    }
    for (const Instrument& whole : patch_.instruments()) instrument(whole);  // of one, all modules may be gone
    cables();
    return std::move(lines_);
  }

 private:
  /// Whose module this is by its name: of bass and bass-low, bass-low-keys is the latter's.
  const Instrument* ownerOf(const std::string& module) const {
    const Instrument* owner = nullptr;
    for (const Instrument& whole : patch_.instruments()) {
      const bool longer = owner == nullptr || whole.name.size() > owner->name.size();
      if (longer && module.starts_with(whole.name + "-")) owner = &whole;
    }
    return owner;
  }

  void instrument(const Instrument& whole) {
    if (made_.instrument(whole.name) != nullptr) return;
    std::vector<PatchWord> words{{{}, whole.recipe}};
    words.insert(words.end(), whole.words.begin(), whole.words.end());
    Patch plain = made_;
    synth::create(plain, whole.name, words);
    std::string line = "create " + whole.name + " " + whole.recipe;
    for (const PatchWord& word : whole.words) line += " " + word.key + "=" + asWord(word.text);
    for (const Instrument::Knob& knob : whole.knobs) {
      const bool said = std::ranges::find(whole.words, knob.name, &PatchWord::key) != whole.words.end();
      if (said || !stays(plain.at(knob.port.substr(0, knob.port.find('.'))))) continue;
      const Patch::Port is = patch_.sink(knob.port);
      if (plain.sink(knob.port).value() == is.value()) continue;
      plain.set(knob.port, is.value());
      line += " " + knob.name + "=" + writtenValue(is.inlet(), is.value());
    }
    made_ = std::move(plain);
    lines_.push_back(std::move(line));
    leaveOut(whole.name + "-");
  }

  bool stays(const PlacedModule& made) const {
    const PlacedModule* const wanted = patch_.find(made.name);
    return wanted != nullptr && wanted->type == made.type && wanted->voices == made.voices && wanted->file == made.file;
  }

  /// What is there and should not be, of what is called so.
  void leaveOut(const std::string& prefix) {
    std::vector<std::string> gone;
    for (const PlacedModule& module : made_.modules()) {
      if (module.name.starts_with(prefix) && !stays(module)) gone.push_back(module.name);
    }
    for (const std::string& name : gone) {
      made_.remove(name);
      lines_.push_back("remove " + name);
    }
  }

  void create(const PlacedModule& module) {
    std::string line = "create " + module.name + " " + std::string{module.type->name};
    std::vector<PatchWord> words;
    // Said of who is played, `voices` is how many there can be, and how many of them are used as well.
    const bool counts = module.type->spread == Spread::voices && module.type->inlet(kVoices) >= 0;
    if (counts) words.push_back({std::string{kVoices}, std::to_string(module.voices)});
    if (!module.file.empty()) words.push_back({"file", module.file});
    for (std::size_t i = 0; i < module.values.size(); ++i) {
      const Inlet& inlet = module.type->inlets[i];
      if (module.values[i] != inlet.usual && !(counts && inlet.name == kVoices))
        words.push_back({std::string{inlet.name}, writtenValue(inlet, module.values[i])});
    }
    for (const PatchWord& word : words) line += " " + word.key + "=" + asWord(word.text);
    words.insert(words.begin(), {{}, std::string{module.type->name}});
    synth::create(made_, module.name, words);
    lines_.push_back(std::move(line));
    set(module);
  }

  /// Each inlet that is set to something else than it has been made to.
  void set(const PlacedModule& module) {
    for (std::size_t i = 0; i < module.values.size(); ++i) {
      const Inlet& inlet = module.type->inlets[i];
      if (made_.at(module.name).values[i] == module.values[i]) continue;
      lines_.push_back("set " + module.name + "." + std::string{inlet.name} + " " +
                       writtenValue(inlet, module.values[i]));
      made_.set(module.name, inlet.name, module.values[i]);
    }
  }

  void cables() {
    const Patch before = made_;
    const std::size_t linesBefore = lines_.size();
    const auto stands = [](const Patch& patch, const PatchCable& cable) {
      return std::ranges::find(patch.cables(), cable) != patch.cables().end();
    };
    for (const PatchCable& cable : before.cables()) {
      if (!stands(patch_, cable)) unplug(cable);
    }
    for (const PatchCable& cable : patch_.cables()) {
      if (!stands(made_, cable)) plug(cable);
    }
    if (sumsOf(made_) == sumsOf(patch_)) return;
    // What is added up in another order is another sum, if only in its last digits: all cables in their own order.
    made_ = before;
    lines_.resize(linesBefore);
    for (const PatchCable& cable : before.cables()) unplug(cable);
    for (const PatchCable& cable : patch_.cables()) plug(cable);
  }

  void unplug(const PatchCable& cable) {
    const std::string from = outletOf(made_, cable), to = inletName(made_, cable);
    made_.disconnect(from, to);
    lines_.push_back("unpatch " + from + " > " + to);
  }

  void plug(const PatchCable& cable) {
    const std::string from = outletOf(made_, cable), to = inletName(made_, cable);
    made_.connect(from, to, cable.amount);
    lines_.push_back("patch " + from + " > " + to +
                     (cable.amount == 1 ? "" : " amount=" + writtenNumber(cable.amount)));
  }

  const Patch& patch_;
  Patch made_;
  std::vector<std::string> lines_{};
};

}  // namespace

std::string writtenNumber(double value) {
  std::array<char, 400> text;
  const bool usual = value == 0 || (std::abs(value) >= 1e-6 && std::abs(value) < 1e9);
  const auto end = usual ? std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed)
                         : std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}

std::string writtenValue(const Inlet& inlet, double value) {
  if (inlet.unit == Unit::choice) return std::string{inlet.choices[static_cast<std::size_t>(std::lround(value))]};
  return writtenNumber(value);
}

std::vector<std::string> linesOf(const Patch& patch) { return linesBetween(Patch{}, patch); }

std::vector<std::string> linesBetween(const Patch& from, const Patch& to) { return Writer{from, to}.write(); }

}  // namespace antiphon::synth
