// What the player types: lines where input is a file or a pipe, keys where it is a terminal.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "bridge/key_reader.hpp"
#include "bridge/line_editor.hpp"

namespace antiphon {

/// For one ordinary thread. A terminal is put into single-key mode while this lives, so that the status line and what
/// is typed can share the last row.
class Console {
 public:
  /// In manual mode, and where keys are played, a key alone acts at once, and a command begins with a colon.
  struct Keys {
    bool single = false;
    char record = 'r';
    char play = 'p';
    /// Hears every key while no command is being typed; empty: nobody does. `tells`: and hears when it is let go.
    std::function<void(const KeyStroke& stroke, bool tells)> piano{};
  };

  Console(Keys keys, std::function<void(const std::string& line)> command);
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  /// Waits for input for so long at most, and passes on what came.
  void poll(std::chrono::milliseconds wait);

  bool inputIsTerminal() const;
  /// Nothing more comes.
  bool ended() const { return ended_; }
  /// What is being typed, to be shown.
  const LineEditor& typed() const { return line_; }
  LineEditor& line() { return line_; }

 private:
  static constexpr std::size_t kLongestLine = 4096;

  void take(char c);
  void takeKey(const KeyStroke& stroke);
  void endLine();
  bool behindColon() const { return keys_.single || keys_.piano; }

  struct Terminal;
  std::unique_ptr<Terminal> terminal_;  // nothing when input is none
  Keys keys_;
  std::function<void(const std::string&)> command_;
  std::string typed_;  // where input is no terminal
  LineEditor line_{};
  bool overlong_ = false;
  KeyReader reader_{};
  bool tells_ = false;  // the terminal was asked to tell when keys are let go
  bool ended_ = false;
};

/// The width of the terminal that standard output is; 0 when it is none.
std::size_t outputWidth();

}  // namespace antiphon
