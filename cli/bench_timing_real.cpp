#include "cli/bench_timing_real.hpp"

#if defined(ANTIPHON_HAVE_JACK)

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <thread>

#include "bridge/band.hpp"
#include "bridge/dummy_jack.hpp"
#include "bridge/jack_backend.hpp"
#include "bridge/journal_queue.hpp"
#include "cli/jack_daw.hpp"
#include "cli/statistics.hpp"
#include "model/echo.hpp"

namespace antiphon {
namespace {

constexpr int kPulsesInBar = 96;
constexpr int kNotesInCall = 16;

/// The DAW's side: Start, pulses without end, and a call of sixteenths in every second bar.
struct Score {
  double framesPerPulse;
  std::uint64_t origin;
  int turns;

  std::uint64_t frameOf(double pulse) const {
    return origin + static_cast<std::uint64_t>(std::llround(pulse * framesPerPulse));
  }
  int pulses() const { return (2 * turns + 1) * kPulsesInBar; }

  std::vector<JackDaw::Event> events() const {
    std::vector<JackDaw::Event> all;
    all.push_back({origin - 1, JackDaw::Port::clock, MidiMessage::of(midi::kStart)});
    for (int pulse = 0; pulse < pulses(); ++pulse) {
      all.push_back({frameOf(pulse), JackDaw::Port::clock, MidiMessage::of(midi::kClock)});
    }
    for (int turn = 0; turn < turns; ++turn) {
      for (int i = 0; i < kNotesInCall; ++i) {
        // A few frames behind the pulse, less than a tick, so that nothing depends on keys and pulses sharing a frame.
        const double at = 2 * turn * kPulsesInBar + i * kPulsesInBar / kNotesInCall + 0.02;
        const auto pitch = static_cast<std::uint8_t>(55 + (i * 5 + turn) % 17);
        all.push_back({frameOf(at), JackDaw::Port::keys, MidiMessage::noteOn(0, pitch, 80)});
        all.push_back({frameOf(at + 4), JackDaw::Port::keys, MidiMessage::noteOff(0, pitch)});
      }
    }
    std::ranges::stable_sort(all, {}, &JackDaw::Event::frame);
    return all;
  }
};

void judge(const Score& score, double rate, const std::vector<JackDaw::Event>& heard, RealTiming& result) {
  std::vector<double> first;
  std::vector<double> other;
  std::map<int, int> open;
  int answered = -1;
  const double tolerance = rate / 1000;
  for (const auto& event : heard) {
    if (event.port != JackDaw::Port::ears) continue;
    const double pulse = static_cast<double>(event.frame - score.origin) / score.framesPerPulse;
    const int bar = static_cast<int>(std::floor((pulse + tolerance / score.framesPerPulse) / kPulsesInBar));
    const bool atEnd =
        std::abs(pulse - std::round(pulse / kPulsesInBar) * kPulsesInBar) * score.framesPerPulse <= tolerance;
    if (bar % 2 == 0 && !(atEnd && !event.message.isNoteOn())) ++result.outside;
    if (event.message.isNoteOn()) {
      ++open[event.message.data1()];
      ++result.notes;
      // The echo keeps to the call's own grid, which is the sixteenths.
      constexpr double kSixteenth = kPulsesInBar / kNotesInCall;
      const double place = std::round(pulse / kSixteenth) * kSixteenth;
      const double error =
          std::abs(static_cast<double>(event.frame) - static_cast<double>(score.frameOf(place))) / rate * 1e3;
      const bool isFirst = bar != answered;
      answered = bar;
      (isFirst ? first : other).push_back(error);
    }
    if (event.message.isNoteOff()) --open[event.message.data1()];
  }
  for (const auto& [pitch, count] : open) result.stuck += std::abs(count);
  result.turns = static_cast<int>(first.size());
  result.firstP50Ms = percentile(first, 50);
  result.firstP99Ms = percentile(first, 99);
  result.firstWorstMs = percentile(first, 100);
  result.otherP50Ms = percentile(other, 50);
  result.otherP99Ms = percentile(other, 99);
  result.otherWorstMs = percentile(other, 100);
}

RealTiming measureAt(double bpm, int turns) {
  Settings settings;
  settings.measures = 1;
  JournalQueue journal{1 << 18};
  JackBackend backend{PortNames{}};
  Band band{
      settings, backend.out(), backend.clockOut(), std::make_unique<EchoAnswerer>(), std::make_unique<EchoAnswerer>(),
      journal,  [] {}};
  backend.start(band);
  JackDaw daw;
  daw.connect(daw.portName(JackDaw::Port::clock), "antiphon:ARIA_CLOCK");
  daw.connect(daw.portName(JackDaw::Port::keys), "antiphon:ARIA_IN");
  daw.connect("antiphon:ARIA_OUT", daw.portName(JackDaw::Port::ears));

  const Score score{daw.rate() * 60.0 / bpm / 24.0, daw.frame() + daw.rate() / 2, turns};
  daw.play(score.events());
  while (daw.frame() < score.frameOf(score.pulses()) + daw.rate() / 10) {
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  backend.stop();

  RealTiming result;
  result.bpm = bpm;
  judge(score, daw.rate(), daw.heard(), result);
  std::vector<double> margins;
  JournalEntry entry;
  Nanos when{};
  while (journal.next(entry, when)) {
    const auto* turn = std::get_if<TurnEnded>(&entry);
    if (turn == nullptr) continue;
    result.lateBars += turn->report.lateBars;
    if (turn->report.margin) margins.push_back(static_cast<double>(turn->report.margin->count()) / 1e6);
  }
  result.marginMedianMs = percentile(margins, 50);
  result.marginWorstMs = percentile(margins, 0);
  return result;
}

}  // namespace

RealTimingRun measureRealTiming(const std::vector<double>& tempos, int turns) {
  RealTimingRun run;
  try {
    DummyJack server;
    for (const double bpm : tempos) run.tempos.push_back(measureAt(bpm, turns));
  } catch (const std::exception& error) {
    run.unavailable = error.what();
  }
  return run;
}

}  // namespace antiphon

#else

namespace antiphon {

RealTimingRun measureRealTiming(const std::vector<double>&, int) {
  return {.unavailable = "this build has no JACK back end"};
}

}  // namespace antiphon

#endif
