// What the player types: lines where input is a file or a pipe, keys where it is a terminal.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace antiphon {

/// For one ordinary thread. A terminal is put into single-key mode while this lives, so that the status line and what
/// is typed can share the last row.
class Console {
 public:
  /// In manual mode a key alone acts at once, and a command begins with a colon.
  struct Keys {
    bool single = false;
    char record = 'r';
    char play = 'p';
  };

  Console(Keys keys, std::function<void(const std::string& line)> command);
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  /// Waits for input for so long at most, and passes on what came.
  void poll(std::chrono::milliseconds wait);

  bool inputIsTerminal() const;
  /// What is being typed, to be shown.
  const std::string& typed() const { return typed_; }

 private:
  static constexpr std::size_t kLongestLine = 4096;

  void take(char c);
  void takeKey(char c);
  void endLine();

  struct Terminal;
  std::unique_ptr<Terminal> terminal_;  // nothing when input is none
  Keys keys_;
  std::function<void(const std::string&)> command_;
  std::string typed_;
  bool overlong_ = false;
  bool escape_ = false;  // inside an arrow key's sequence
  bool ended_ = false;
};

/// The width of the terminal that standard output is; 0 when it is none.
std::size_t outputWidth();

}  // namespace antiphon
