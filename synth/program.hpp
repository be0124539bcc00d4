// A module's source, compiled: what whoever plays has written in Faust.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "synth/faust/door.hpp"
#include "synth/signal.hpp"

namespace antiphon::synth {

/// A program is memory-safe, and cannot call out of itself. It may still be loud, slow or say what is no number: that
/// is for a Trial to find.
class Program {
 public:
  static constexpr std::size_t kLongestSource = 256 * 1024;  // bytes
  static constexpr int kMostControls = 64, kMostPorts = 2;

  /// A source's machine code, for this kind of processor. Throws PatchError: with the compiler's own words and the
  /// line, where the source is wrong.
  static std::string compiled(const std::string& name, const std::string& source, const std::string& folder = {});
  /// That code, to be played; it may have been compiled in another process. Throws PatchError.
  static std::shared_ptr<const Program> loaded(const std::string& name, const std::string& code);
  /// How many of them there are.
  static int alive();
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  int inputs() const { return program_->inputs(); }
  int outputs() const { return program_->outputs(); }
  int controls() const { return program_->controls(); }
  const faust_door::Control& control(int index) const { return program_->control(index); }
  std::string description() const { return program_->description(); }
  /// -1: there is none.
  int control(std::string_view label) const;

  using Playing = std::unique_ptr<faust_door::Instance>;
  /// Whoever plays it has to hold the program for as long.
  Playing start(SampleRate rate) const;

 private:
  explicit Program(std::unique_ptr<faust_door::Program> program);

  std::unique_ptr<faust_door::Program> program_;
};

}  // namespace antiphon::synth
