// Runs the program as a user does: words and input in, text and an exit code out.
#pragma once

#include <sys/types.h>
#include <string>
#include <vector>

namespace antiphon::testing {

struct Result {
  int code = -1;
  std::string out;
  std::string err;
};

/// Runs antiphon to its end.
Result runAntiphon(const std::vector<std::string>& words, const std::string& input = {});

/// A program that goes on running, with its output in a file; ended by SIGTERM at the latest when this goes.
class Running {
 public:
  /// `words` begins with the program; input is what it reads, then end of file.
  explicit Running(std::vector<std::string> words);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void type(const std::string& text);
  void signal(int number);
  /// Waits for the end, `seconds` at most; the exit code, or -1.
  int wait(double seconds);
  std::string output() const;
  /// True when the output holds `text`, in time.
  bool says(const std::string& text, double seconds) const;

 private:
  pid_t process_ = -1;
  int input_ = -1;
  std::string file_;
};

/// A name in a folder of this test run's own.
std::string temporary(const std::string& name);
std::string contents(const std::string& path);

}  // namespace antiphon::testing
