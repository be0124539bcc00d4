// The flags that run, simulate and the benchmarks share.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "bridge/midi_backend.hpp"
#include "cli/answerers.hpp"
#include "scheduler/settings.hpp"

namespace antiphon {

/// What the words on the command line ask for.
struct RunOptions {
  Settings settings{};
  PortNames ports{};
  std::string backend = "auto";
  std::string answerer = "model";
  AnswerWish answer{};
  std::string recordFile{};
  std::string turnLogFile{};
  std::string logLevel = "info";
  char recordKey = 'r';
  char playKey = 'p';
  int turns = 0;  // end after so many; 0: play on
  bool listPorts = false;
};

/// Flags as they are spelled; understand() turns them into RunOptions once all are read.
class RunFlags {
 public:
  /// `answerer` is who answers when nobody is named; `sound`: the program is heard.
  explicit RunFlags(CLI::App& app, std::string answerer = "model", bool sound = false);
  /// Throws UsageError.
  RunOptions understand() const;

 private:
  RunOptions options_{};
  AnswerFlags answer_;
  std::string meter_ = "4/4";
  std::string anchor_ = "transport";
  std::string overlap_ = "ignore";
  std::string late_ = "echo";
  std::string mode_ = "auto";
  std::string clock_ = "external";
  std::string quantize_ = "off";
  std::string recordTrigger_{};
  std::string playTrigger_{};
  std::string recordKey_ = "r";
  std::string playKey_ = "p";
  std::string clockOut_{};
  CLI::Option* clockOutOption_ = nullptr;
  int guard_ = 3;
  int channel_ = 0;
  int outChannel_ = 0;
  double offsetMs_ = 0;
  double tempo_ = 120;
};

/// The answerers that `--answerer` can name.
inline const std::vector<std::string> kAnswerers{"model", "markov", "echo"};

}  // namespace antiphon
