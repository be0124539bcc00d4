// The program at a terminal of its own, typed into as by a person.
#pragma once

#include <sys/types.h>
#include <string>
#include <vector>

namespace antiphon::testing {

/// Ended by SIGTERM at the latest when this goes.
class Terminal {
 public:
  /// `words` begins with the program.
  explicit Terminal(std::vector<std::string> words);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// Types a line and waits for its answer, the first line of it: `ok ...` or `error ...`. Empty: none has come in
  /// time.
  std::string ask(const std::string& line, double seconds = 5);
  /// True when the screen has shown `text`, in time.
  bool shows(const std::string& text, double seconds);
  /// Waits for the end, `seconds` at most; the exit code, or -1.
  int wait(double seconds);
  /// All that was written to the screen.
  const std::string& screen() const { return screen_; }

 private:
  void look();
  std::vector<std::string> answers() const;

  pid_t process_ = -1;
  int keys_ = -1;
  std::string screen_;
};

}  // namespace antiphon::testing
