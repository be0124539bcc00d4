#include "cli/bench_answer.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>

#include "bridge/demo_player.hpp"
#include "bridge/journal_queue.hpp"
#include "bridge/loopback_backend.hpp"
#include "cli/neighbour.hpp"
#include "cli/statistics.hpp"
#include "model/echo.hpp"

namespace antiphon {
namespace {

/// A bar of even notes up and down a minor scale.
std::vector<Note> denseBar(Meter meter, int notes) {
  constexpr std::array<std::uint8_t, 8> kScale{57, 59, 60, 62, 64, 65, 67, 69};
  std::vector<Note> bar;
  const Tick each{meter.bar().count / notes};
  for (int i = 0; i < notes; ++i) {
    const auto place = static_cast<std::size_t>(i % 14 < 8 ? i % 14 : 14 - i % 14);
    bar.push_back({i * each, each - Tick{20}, kScale[place], static_cast<std::uint8_t>(i % 4 == 0 ? 100 : 80), 0});
  }
  return bar;
}

/// Hears when notes leave. Filled on the player's thread, read when it has stopped.
class Ears final : public MidiSink {
 public:
  Ears() { left_.reserve(1u << 17); }
  void send(const MidiMessage& message, Nanos when) override {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    if (message.isNoteOn() && left_.size() < left_.capacity())
      left_.push_back({when, std::chrono::duration_cast<Nanos>(now)});
  }
  struct Departure {
    Nanos due, real;
  };
  const std::vector<Departure>& left() const { return left_; }

 private:
  std::vector<Departure> left_{};
};

AnswerBench play(const AnswerBenchPlan& plan, double bpm, int measures) {
  Settings settings;
  settings.measures = measures;
  settings.clock = ClockSource::internal;
  settings.tempo = Tempo::bpm(bpm);
  Ears ears;
  JournalQueue journal{1 << 18};
  LoopbackBackend backend{{.listener = &ears}};
  Band band{settings, backend.out(),          backend.clockOut(), plan.answerer(), std::make_unique<EchoAnswerer>(),
            journal,  [&] { backend.wake(); }};
  DemoPlayer player{band, band, settings, {denseBar(settings.meter, plan.notesInBar)}};
  backend.start(player);

  AnswerBench result;
  result.bpm = bpm;
  result.measures = measures;
  std::vector<double> margins;
  bool listening = true, waiting = false;
  const double bar = static_cast<double>(settings.meter.bar().count);
  while (result.turns < plan.turns) {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    JournalEntry entry;
    Nanos when{};
    while (journal.next(entry, when)) {
      if (const auto* change = std::get_if<PhaseChanged>(&entry)) {
        listening = change->to != Phase::answering;
        waiting = !listening;
      }
      if (const auto* played = std::get_if<Played>(&entry);
          played != nullptr && waiting && played->message.isNoteOn()) {
        waiting = false;
        const double into = std::fmod(static_cast<double>(played->at.count), bar);
        result.onDownbeat += into == 0;
        result.silentFirstBeats += into != 0;
      }
      if (const auto* turn = std::get_if<TurnEnded>(&entry)) {
        ++result.turns;
        result.notes += turn->report.notes;
        result.lateBars += turn->report.lateBars;
        result.lateNotes += turn->report.lateNotes;
        if (turn->report.margin) margins.push_back(static_cast<double>(turn->report.margin->count()) / 1e6);
      }
    }
  }
  backend.stop();
  result.marginMedianMs = percentile(margins, 50);
  result.marginWorstMs = percentile(margins, 0);
  for (const Ears::Departure& departure : ears.left()) {
    result.sentWorstMs =
        std::max(result.sentWorstMs, std::abs(static_cast<double>((departure.real - departure.due).count())) / 1e6);
  }
  return result;
}

}  // namespace

std::vector<AnswerBench> benchAnswer(const AnswerBenchPlan& plan, const std::function<void(const AnswerBench&)>& told) {
  std::unique_ptr<Neighbour> neighbour;
  if (plan.neighbour) neighbour = std::make_unique<Neighbour>();
  std::vector<AnswerBench> results;
  for (const double bpm : plan.tempos) {
    for (const int measures : plan.measures) {
      results.push_back(play(plan, bpm, measures));
      told(results.back());
    }
  }
  return results;
}

}  // namespace antiphon
