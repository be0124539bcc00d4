// A patch as it is written down: modules by name, what they are set to, and the cables between them. It makes no
// sound and knows no threads; a Desk turns it into a machine.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "synth/module.hpp"

namespace antiphon::synth {

/// In a sentence, what is wrong, and what would be possible.
class PatchError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `cutoff=500hz`; without a key it stands for itself.
struct PatchWord {
  std::string key{};
  std::string text{};
  friend bool operator==(const PatchWord&, const PatchWord&) = default;
};

struct PlacedModule {
  std::string name;
  const ModuleType* type = nullptr;
  std::vector<double> values;  // of each inlet
  int voices = 0;              // of Spread::voices
  std::string file{};          // that it plays, if it asks for one
  friend bool operator==(const PlacedModule&, const PlacedModule&) = default;
};

/// Modules that were made together, and are spoken of as one: their names begin with its name and a hyphen.
struct Instrument {
  struct Knob {
    std::string name;
    std::string port;       // "bass-filter.cutoff"
    std::string purpose{};  // empty: the inlet's own
    friend bool operator==(const Knob&, const Knob&) = default;
  };
  /// A wheel, fader or pedal of MIDI, and the knob that it turns.
  struct Controller {
    int number = 0;
    std::string knob, port;
    double least = 0, most = 1;
    Curve curve = Curve::linear;

    /// What the knob is set to, at a position from 0 to 1. Realtime: yes.
    double at(double position) const;
    friend bool operator==(const Controller&, const Controller&) = default;
  };
  std::string name;
  std::string recipe;         // by which it was made
  std::string out, in, keys;  // ports: where it is heard, what goes in, what is played; empty: there is none
  std::vector<Knob> knobs{};
  std::vector<Controller> controllers{};
  std::vector<PatchWord> words{};  // what was chosen when it was made

  /// Null: this one turns nothing here.
  const Controller* controller(int number) const;
  friend bool operator==(const Instrument&, const Instrument&) = default;
};

/// From which module to which, by name, and by the index of the outlet and the inlet.
struct PatchCable {
  std::string from;
  int outlet = 0;
  std::string to;
  int inlet = 0;
  double amount = 1;
  friend bool operator==(const PatchCable&, const PatchCable&) = default;
};

class Patch {
 public:
  static constexpr std::size_t kMostModules = 512;
  static constexpr std::size_t kMostCables = 4096;
  static constexpr int kUsualVoices = 8;

  /// Every patch has an `out`.
  Patch();

  /// All of these throw PatchError, and then have changed nothing.
  void add(const std::string& name, const ModuleType& type, int voices = kUsualVoices, const std::string& file = {});
  void remove(const std::string& name);
  void set(const std::string& name, std::string_view inlet, double value);
  /// Sets `NAME.INLET` of a module or an instrument.
  void set(std::string_view port, double value);
  /// The modules have been added already, or will be.
  void group(Instrument instrument);
  /// `NAME` or `NAME.PORT`, of a module or an instrument. A cable that is there already gets the new amount.
  PatchCable connect(std::string_view from, std::string_view to, double amount = 1);
  void disconnect(std::string_view from, std::string_view to);
  /// Modules whose type has been written anew become of the new type: settings and cables go over by name, and what the
  /// new type has no room for is gone.
  void renew();

  const std::vector<PlacedModule>& modules() const { return modules_; }
  const std::vector<PatchCable>& cables() const { return cables_; }
  const std::vector<Instrument>& instruments() const { return instruments_; }
  const PlacedModule* find(std::string_view name) const;
  const Instrument* instrument(std::string_view name) const;
  /// Throws PatchError with the nearest name.
  const PlacedModule& at(std::string_view name) const;
  /// The index of an inlet; throws PatchError with the nearest name.
  static int inletOf(const PlacedModule& module, std::string_view inlet);
  static int outletOf(const PlacedModule& module, std::string_view outlet);

  /// A module's inlet or outlet. These throw PatchError.
  struct Port {
    const PlacedModule* module = nullptr;
    int index = 0;
    const Inlet& inlet() const { return module->type->inlets[static_cast<std::size_t>(index)]; }
    double value() const { return module->values[static_cast<std::size_t>(index)]; }
  };
  Port source(std::string_view port) const;
  Port sink(std::string_view port) const;
  /// The module that is played when this module or instrument is.
  const PlacedModule& playedBy(std::string_view name) const;
  /// Of each cable: whether it closes a loop of those patched before it.
  std::vector<bool> closingLoops() const;

  friend bool operator==(const Patch&, const Patch&) = default;

 private:
  void mustBeFree(const std::string& name) const;
  PatchCable between(std::string_view from, std::string_view to) const;
  void renew(PlacedModule& module, const ModuleType& type);
  void renewKnobs(Instrument& whole) const;

  std::vector<PlacedModule> modules_{};
  std::vector<Instrument> instruments_{};
  std::vector<PatchCable> cables_{};  // in the order in which they were patched
};

/// Throws PatchError unless the inlet takes this value.
void checkValue(const PlacedModule& module, const Inlet& inlet, double value);
/// "0.5 s", "440 Hz", "lowpass".
std::string textOf(const Inlet& inlet, double value);

}  // namespace antiphon::synth
