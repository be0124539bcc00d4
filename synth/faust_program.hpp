// A program as Faust's compiler leaves it, played without Faust and without LLVM.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "synth/faust/door.hpp"
#include "synth/machine_code.hpp"

namespace antiphon::synth {

class FaustProgram final : public faust_door::Program {
 public:
  /// Machine code, base64. Throws std::runtime_error where it is none, or none of Faust's.
  explicit FaustProgram(const std::string& code);

  const char* description() const override { return description_.c_str(); }
  int inputs() const override { return inputs_; }
  int outputs() const override { return outputs_; }
  int controls() const override { return static_cast<int>(controls_.size()); }
  const faust_door::Control& control(int index) const override { return controls_[static_cast<std::size_t>(index)]; }
  std::unique_ptr<faust_door::Instance> start(int rate) override;

 private:
  class Playing;
  class Reading;

  using SetUp = void(char* dsp, int rate);
  using Clear = void(char* dsp);
  using Compute = void(char* dsp, int frames, float** in, float** out);

  MachineCode code_;
  void (*writeTables_)(int rate) = nullptr;
  SetUp* setUp_ = nullptr;
  Clear* clear_ = nullptr;
  Compute* compute_ = nullptr;
  std::string description_{};
  int inputs_ = 0, outputs_ = 0;
  std::size_t size_ = 0;  // of what one of it remembers
  std::vector<faust_door::Control> controls_{};
  std::vector<std::size_t> zones_{};  // where each control's value lies in that
  std::deque<std::string> texts_{};   // that the controls point to
  int rate_ = 0;                      // that the tables are written for
};

}  // namespace antiphon::synth
