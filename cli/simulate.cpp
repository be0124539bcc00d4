// antiphon simulate: events in, events out, in virtual time.
#include <array>
#include <charconv>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <unordered_map>

#include "bridge/session_file.hpp"
#include "bridge/turn_log.hpp"
#include "cli/commands.hpp"
#include "cli/event_reader.hpp"
#include "cli/exit.hpp"
#include "cli/run_flags.hpp"
#include "cli/simulation.hpp"
#include "cli/words.hpp"
#include "model/echo.hpp"

namespace antiphon {
namespace {

/// Writes what leaves, and with --trace the phases, as lines in order of time.
class EventPrinter : public MidiSink, public Journal {
 public:
  EventPrinter(bool trace, SessionFile* session, TurnLog* turns) : trace_{trace}, session_{session}, turns_{turns} {
    text_.reserve(kFull + 1024);
  }
  ~EventPrinter() override { flush(); }

  void send(const MidiMessage& message, Nanos when) override {
    writeTime(when);
    text_ += " out";
    for (const std::uint8_t byte : message.view()) {
      static constexpr char kDigits[] = "0123456789abcdef";
      text_ += ' ';
      text_ += kDigits[byte >> 4];
      text_ += kDigits[byte & 15];
    }
    endLine();
  }

  void write(const JournalEntry& entry, Nanos when) override {
    if (session_) session_->write(entry, when);
    if (const auto* turn = std::get_if<TurnEnded>(&entry); turn && turns_) turns_->write(turn->report);
    const auto* change = std::get_if<PhaseChanged>(&entry);
    if (!trace_ || !change) return;
    writeTime(when);
    text_ += " phase ";
    text_ += name(change->to);
    endLine();
  }

 private:
  static constexpr std::size_t kFull = 1 << 16;

  void writeTime(Nanos when) {
    std::array<char, 24> digits;
    const auto micros = (when.count() + 500) / 1000;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), micros);
    text_.append(digits.data(), end);
  }
  void endLine() {
    text_ += '\n';
    if (text_.size() >= kFull) flush();
  }
  void flush() {
    std::fwrite(text_.data(), 1, text_.size(), stdout);
    std::fflush(stdout);
    text_.clear();
  }

  bool trace_;
  SessionFile* session_;
  TurnLog* turns_;
  std::string text_;
};

struct SilentSink : MidiSink {
  void send(const MidiMessage&, Nanos) override {}
};

int simulate(const RunOptions& options, double thinkMs, bool trace) {
  const Settings& settings = options.settings;
  std::unique_ptr<SessionFile> session;
  std::unique_ptr<TurnLog> turns;
  if (!options.recordFile.empty()) session = std::make_unique<SessionFile>(options.recordFile, settings.meter);
  if (!options.turnLogFile.empty()) turns = std::make_unique<TurnLog>(options.turnLogFile);

  EventPrinter printer{trace, session.get(), turns.get()};
  SilentSink nowhere;
  EchoAnswerer echo;
  const std::unique_ptr<Answerer> lead = makeAnswerer(options.answerer, options.answer).make();
  Simulation simulation{settings, *lead,   echo,   Nanos{static_cast<std::int64_t>(thinkMs * 1e6)},
                        printer,  nowhere, printer};
  const bool internal = settings.clock == ClockSource::internal;
  if (internal) simulation.runTo(Nanos{0});

  EventReader reader;
  EventLine event;
  std::string line;
  std::ios::sync_with_stdio(false);
  while (std::getline(std::cin, line)) {
    if (reader.read(line, event)) simulation.receive(event.inlet, event.bytes, event.when);
  }

  if (internal) {
    // Our own clock never ends: time for a call under way to be answered to its end.
    const int bars = settings.humanMeasures + settings.measures + 2;
    simulation.runTo(simulation.performance().now() + settings.tempo.span(bars * settings.meter.bar()));
    simulation.performance().close(simulation.performance().now());
  } else {
    simulation.runOut();
  }
  return kExitOk;
}

}  // namespace

Action addSimulate(CLI::App& app) {
  auto* command =
      app.add_subcommand("simulate", "Run the conversation in virtual time: event lines in, event lines out");
  command->footer(
      "Input, a line per message: TIME_US PORT HEX...   PORT is clock or in, times ascend, # starts a comment.\n"
      "Output: TIME_US out HEX..., and with --trace: TIME_US phase listening|answering|stopped.");
  auto flags = std::make_shared<RunFlags>(*command, "echo");
  auto think = std::make_shared<double>(0);
  auto trace = std::make_shared<bool>(false);
  command->add_option("--think-ms", *think, "Every note of the answer arrives so much later")
      ->check(number(0, 3'600'000, "milliseconds"));
  command->add_flag("--trace", *trace, "Print the phases as well");
  return [=] {
    try {
      return simulate(flags->understand(), *think, *trace);
    } catch (const BadLine& bad) {
      throw UsageError{bad.what()};
    }
  };
}

}  // namespace antiphon
