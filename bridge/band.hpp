// The music and the two who think for it, as a MIDI back end drives them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "bridge/midi_backend.hpp"
#include "model/answerer.hpp"
#include "model/fixed_queue.hpp"
#include "model/worker.hpp"
#include "scheduler/performance.hpp"

namespace antiphon {

/// Joins a Performance to the lead's and the understudy's threads. Everything that crosses a thread goes by a queue
/// that neither waits nor takes memory.
class Band final : public MidiClient, private Thinker {
 public:
  /// `wake` is the back end's: something new may be due.
  Band(const Settings& settings, MidiSink& out, MidiSink& clockOut, std::unique_ptr<Answerer> lead,
       std::unique_ptr<Answerer> understudy, Journal& journal, const std::function<void()>& wake);

  void receive(Inlet inlet, std::span<const std::uint8_t> packet, Nanos when) override;
  void advance(Nanos until) override;
  Nanos nextDue() const override { return performance_.nextDue(); }
  void portLost(Nanos when) override;
  void farewell(Nanos when) override;

  /// Asks for something; false when too much has been asked for already. From one ordinary thread.
  bool ask(const LiveCommand& command);
  /// What went wrong with an answerer since the last call. From an ordinary thread.
  std::optional<std::string> takeError();

  /// Whoever has to know that a call is complete and its answer comes next, in the real-time context. Before anything
  /// is performed.
  void whenCommitted(std::function<void()> tell) { committed_ = std::move(tell); }

  /// For those that play along in the real-time context.
  const Timeline& timeline() const { return performance_.timeline(); }
  Phase phase() const { return performance_.phase(); }

 private:
  void begin(const TurnPlan& plan) override;
  void feed(TurnId id, const Note& note) override;
  void commit(const TurnPlan& plan, std::span<const Note> prompt) override;
  void cancel(TurnId id) override;

  void takeIn();
  void tellTally(Nanos when);

  Journal& journal_;
  Worker lead_;
  Worker understudy_;
  Performance performance_;
  FixedQueue<LiveCommand> asked_;
  std::function<void()> committed_{};
  Tally told_{};
  Nanos toldAt_{0};
};

}  // namespace antiphon
