#include "bridge/band.hpp"

#include "scheduler/realtime_scope.hpp"

namespace antiphon {
namespace {

constexpr std::size_t kMostAsked = 64;
constexpr Nanos kTallyEvery = std::chrono::seconds{1};

}  // namespace

Band::Band(const Settings& settings, MidiSink& out, MidiSink& clockOut, std::unique_ptr<Answerer> lead,
           std::unique_ptr<Answerer> understudy, Journal& journal, const std::function<void()>& wake)
    : journal_{journal},
      lead_{std::move(lead), Voice::lead, wake},
      understudy_{std::move(understudy), Voice::understudy, wake},
      performance_{settings, out, clockOut, *this, journal},
      asked_{kMostAsked} {}

void Band::receive(Inlet inlet, std::span<const std::uint8_t> packet, Nanos when) {
  RealtimeScope realtime;
  if (inlet == Inlet::clock) performance_.clockPacket(packet, when);
  else performance_.playerPacket(packet, when);
}

void Band::advance(Nanos until) {
  RealtimeScope realtime;
  takeIn();
  performance_.advance(until);
  takeIn();  // an answerer may have been quick
  tellTally(until);
}

void Band::portLost(Nanos when) {
  RealtimeScope realtime;
  performance_.portLost(when);
}

void Band::farewell(Nanos when) {
  RealtimeScope realtime;
  performance_.close(when);
  toldAt_ = Nanos{0};
  tellTally(when);
}

bool Band::ask(const LiveCommand& command) { return asked_.push(command); }

std::optional<std::string> Band::takeError() {
  if (auto error = lead_.takeError()) return error;
  return understudy_.takeError();
}

void Band::takeIn() {
  LiveCommand command;
  while (asked_.pop(command)) performance_.obey(command, performance_.now());
  Thought thought;
  for (Worker* worker : {&understudy_, &lead_}) {
    while (worker->next(thought)) performance_.think(thought, performance_.now());
  }
}

void Band::tellTally(Nanos when) {
  if (when - toldAt_ < kTallyEvery) return;
  toldAt_ = when;
  const Tally tally = performance_.tally();
  if (tally == told_) return;
  told_ = tally;
  journal_.write(tally, when);
}

void Band::begin(const TurnPlan& plan) { lead_.begin(plan); }

void Band::feed(TurnId id, const Note& note) { lead_.feed(id, note); }

void Band::commit(const TurnPlan& plan, std::span<const Note> prompt) {
  understudy_.commit(plan, prompt);
  lead_.commit(plan, prompt);
  if (committed_) committed_();
}

void Band::cancel(TurnId id) {
  lead_.cancel(id);
  understudy_.cancel(id);
}

}  // namespace antiphon
