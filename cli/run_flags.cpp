#include "cli/run_flags.hpp"

#include <cmath>
#include <limits>

#include "cli/exit.hpp"
#include "cli/words.hpp"

namespace antiphon {
namespace {

Trigger triggerOf(const std::string& text) {
  const auto colon = text.find(':');
  return {text.substr(0, colon) == "note", static_cast<std::uint8_t>(std::stoi(text.substr(colon + 1)))};
}

Tick gridOf(const std::string& name) {
  if (name == "8") return Tick{kQuarter.count / 2};
  if (name == "8t") return Tick{kQuarter.count / 3};
  if (name == "16") return Tick{kQuarter.count / 4};
  if (name == "16t") return Tick{kQuarter.count / 6};
  return Tick{0};
}

}  // namespace

RunFlags::RunFlags(CLI::App& app, std::string answerer, bool sound) : answer_{app, sound} {
  options_.answerer = std::move(answerer);
  const std::string cycle = "The conversation";
  Settings& s = options_.settings;
  app.add_option("--measures,--gen-measures", s.measures, "Bars of answer (default 2)")
      ->check(wholeNumber(1, kMostMeasures))
      ->group(cycle);
  app.add_option("--human-measures", s.humanMeasures, "Bars with notes that make a call (default 1)")
      ->check(wholeNumber(1, kMostCallMeasures))
      ->group(cycle);
  app.add_option("--prompt-measures", s.promptMeasures, "Bars of the call that the answerer sees (default 2)")
      ->check(wholeNumber(1, kMostCallMeasures))
      ->group(cycle);
  app.add_option("--meter,--metre,--beats-per-bar", meter_, "Metre: 4/4, 3/4, 6/8, 7/8, 5/4, 12/8 ... (default 4/4)")
      ->check(meterText())
      ->group(cycle);
  app.add_option("--anchor", anchor_, "Bars lie on the transport's bar lines, or count from the first note played")
      ->check(oneOf({"transport", "first-note"}))
      ->group(cycle);
  app.add_option("--overlap", overlap_, "Playing during the answer: is ignored, or makes it yield at the next beat")
      ->check(oneOf({"ignore", "yield"}))
      ->group(cycle);
  app.add_option("--mode", mode_, "Who decides when to answer: the bar lines, or you (r records, p plays)")
      ->check(oneOf({"auto", "manual"}))
      ->group(cycle);
  app.add_option("--manual-key,--record-key", recordKey_, "Manual mode: the key that begins a call (default r)")
      ->check(singleKey())
      ->group(cycle);
  app.add_option("--play-key", playKey_, "Manual mode: the key that asks for the answer (default p)")
      ->check(singleKey())
      ->group(cycle);
  app.add_option("--record-trigger", recordTrigger_, "Manual mode: a controller or note that begins a call")
      ->check(triggerText())
      ->group(cycle);
  app.add_option("--play-trigger", playTrigger_, "Manual mode: a controller or note that asks for the answer")
      ->check(triggerText())
      ->group(cycle);

  const std::string answer = "The answer";
  app.add_option("--answerer", options_.answerer, "Who answers (default " + options_.answerer + ")")
      ->check(oneOf(kAnswerers))
      ->group(answer);
  app.add_option("--late", late_, "When the answer is late: the echo plays, nobody plays, or it begins a bar later")
      ->check(oneOf({"echo", "rest", "wait"}))
      ->group(answer);
  app.add_option("--guard", guard_, "Clock pulses before the bar line at which the call is complete (default 3)")
      ->check(wholeNumber(1, kMostGuardPulses))
      ->group(answer);
  app.add_option("--quantize", quantize_, "Grid for the answer's onsets")
      ->check(oneOf({"off", "8", "8t", "16", "16t"}))
      ->group(answer);
  app.add_option("--offset-ms", offsetMs_, "Shifts what is sent, for a DAW whose clock runs early or late")
      ->check(number(-100, 100, "milliseconds"))
      ->group(answer);
  app.add_option("--seed", s.seed, "The same calls and the same seed make the same answers (default 1)")
      ->check(wholeNumber(0, std::numeric_limits<long>::max()))
      ->group(answer);

  const std::string clock = "The clock";
  app.add_option("--clock", clock_, "Follow a MIDI clock, or keep time here")
      ->check(oneOf({"external", "internal"}))
      ->group(clock);
  app.add_option("--tempo", tempo_, "Quarters a minute of the internal clock (default 120)")
      ->check(number(kSlowestBpm, kFastestBpm, "quarters a minute"))
      ->group(clock);
  clockOutOption_ =
      app.add_option("--clock-out", clockOut_, "Send the internal clock to this port (default ARIA_CLOCK_OUT)")
          ->expected(0, 1)
          ->group(clock);
  app.add_flag("--free-run", s.freeRun, "Follow a clock that sends pulses and never Start")->group(clock);

  const std::string ports = "Ports";
  app.add_option("--in", options_.ports.in, "Where you play (default ARIA_IN)")->group(ports);
  app.add_option("--out", options_.ports.out, "Where the answers go (default ARIA_OUT)")->group(ports);
  app.add_option("--clock-in", options_.ports.clockIn, "Where the DAW's clock comes in (default ARIA_CLOCK)")
      ->group(ports);
  app.add_option("--channel", channel_, "Listen to this channel only (default: all)")
      ->check(wholeNumber(1, 16))
      ->group(ports);
  app.add_option("--out-channel", outChannel_, "Answer on this channel (default: the one you play on)")
      ->check(wholeNumber(1, 16))
      ->group(ports);
  app.add_option("--backend", options_.backend, "MIDI system (default auto)")
      ->check(oneOf({"auto", "jack", "alsa", "coremidi", "winmm", "loopback"}))
      ->group(ports);
  app.add_flag("--list-ports", options_.listPorts, "List the ports of every MIDI system, and end")->group(ports);

  const std::string files = "Files and log";
  app.add_option("--record", options_.recordFile, "Write the session, call and answer, to this .mid file")
      ->group(files);
  app.add_option("--turn-log", options_.turnLogFile, "Append a JSON line for each turn to this file")->group(files);
  app.add_option("--log-level", options_.logLevel, "How much is told (default info)")
      ->check(oneOf({"debug", "info", "warn", "error", "off"}))
      ->group(files);
  app.add_option("--turns", options_.turns, "End after so many answers (default 0: play on)")
      ->check(wholeNumber(0, 1'000'000))
      ->group(files);
}

RunOptions RunFlags::understand() const {
  RunOptions options = options_;
  options.answer = answer_.understand();
  Settings& s = options.settings;
  s.meter = *parseMeter(meter_);
  s.anchor = anchor_ == "first-note" ? Anchor::firstNote : Anchor::transport;
  s.overlap = overlap_ == "yield" ? Overlap::yield : Overlap::ignore;
  s.late = late_ == "rest" ? Late::rest : late_ == "wait" ? Late::wait : Late::echo;
  s.mode = mode_ == "manual" ? Mode::manual : Mode::automatic;
  s.clock = clock_ == "internal" ? ClockSource::internal : ClockSource::external;
  s.tempo = Tempo::bpm(tempo_);
  s.guard = guard_ * kPulse;
  s.quantize = gridOf(quantize_);
  s.offset = Nanos{std::llround(offsetMs_ * 1e6)};
  if (channel_ > 0) s.channel = static_cast<std::uint8_t>(channel_ - 1);
  if (outChannel_ > 0) s.outChannel = static_cast<std::uint8_t>(outChannel_ - 1);
  if (!recordTrigger_.empty()) s.recordTrigger = triggerOf(recordTrigger_);
  if (!playTrigger_.empty()) s.playTrigger = triggerOf(playTrigger_);
  s.clockOut = clockOutOption_->count() > 0;
  options.recordKey = recordKey_[0];
  options.playKey = playKey_[0];
  if (s.clockOut) options.ports.clockOut = clockOut_.empty() ? "ARIA_CLOCK_OUT" : clockOut_;
  if (s.clockOut && s.clock == ClockSource::external) {
    throw UsageError{"--clock-out sends the internal clock: add --clock internal"};
  }
  if (options.recordKey == options.playKey) throw UsageError{"--manual-key and --play-key must be different keys"};
  if (s.recordTrigger && s.recordTrigger == s.playTrigger) {
    throw UsageError{"--record-trigger and --play-trigger must be different"};
  }
  for (const auto* port : {&options.ports.in, &options.ports.out, &options.ports.clockIn}) {
    if (port->empty() || port->size() > 200) throw UsageError{"a port needs a name of 1 to 200 characters"};
  }
  return options;
}

}  // namespace antiphon
