// A bar that fills while something takes its time; only where somebody looks on.
#pragma once

#include <string>

namespace antiphon {

class Progress {
 public:
  explicit Progress(std::string what, bool wanted = true);
  ~Progress() { end(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// How much is done, 0 .. 1.
  void at(double share);
  /// The line is cleared.
  void end();

 private:
  std::string what_;
  bool shown_;
  int last_ = -1;
};

}  // namespace antiphon
