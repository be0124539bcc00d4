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

struct PlacedModule {
  std::string name;
  const ModuleType* type = nullptr;
  std::vector<double> values;  // of each inlet
  int voices = 0;              // of Spread::voices
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
  void add(const std::string& name, const ModuleType& type, int voices = kUsualVoices);
  void remove(const std::string& name);
  void set(const std::string& name, std::string_view inlet, double value);
  /// `NAME` or `NAME.PORT`. A cable that is there already gets the new amount.
  PatchCable connect(std::string_view from, std::string_view to, double amount = 1);
  void disconnect(std::string_view from, std::string_view to);

  const std::vector<PlacedModule>& modules() const { return modules_; }
  const std::vector<PatchCable>& cables() const { return cables_; }
  const PlacedModule* find(std::string_view name) const;
  /// Throws PatchError with the nearest name.
  const PlacedModule& at(std::string_view name) const;
  /// The index of an inlet; throws PatchError with the nearest name.
  static int inletOf(const PlacedModule& module, std::string_view inlet);
  static int outletOf(const PlacedModule& module, std::string_view outlet);

 private:
  PatchCable between(std::string_view from, std::string_view to) const;

  std::vector<PlacedModule> modules_{};
  std::vector<PatchCable> cables_{};  // in the order in which they were patched
};

/// Throws PatchError unless the inlet takes this value.
void checkValue(const PlacedModule& module, const Inlet& inlet, double value);
/// "0.5 s", "440 Hz", "lowpass".
std::string textOf(const Inlet& inlet, double value);

}  // namespace antiphon::synth
