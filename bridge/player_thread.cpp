#include "bridge/player_thread.hpp"

#include <future>
#include <utility>

#include "scheduler/realtime_scope.hpp"

namespace antiphon {

void PlayerThread::start(MidiClient& client) {
  stop();
  leaving_.store(false, std::memory_order_release);
  std::promise<void> raised;
  std::future<void> ready = raised.get_future();
  thread_ = std::thread{[this, &client, raised = std::move(raised)]() mutable {
    priority_.store(raiseThisThread(), std::memory_order_relaxed);
    raised.set_value();
    run(client);
  }};
  ready.wait();
}

void PlayerThread::stop() {
  if (!thread_.joinable()) return;
  leaving_.store(true, std::memory_order_release);
  bell_.ring();
  thread_.join();
}

void PlayerThread::run(MidiClient& client) {
  while (!leaving_.load(std::memory_order_acquire)) bell_.waitUntil(perform(client));
  const RealtimeScope scope;
  client.farewell(ascend(steadyNow()));
}

Nanos PlayerThread::perform(MidiClient& client) {
  const RealtimeScope scope;
  if (lost_.exchange(false, std::memory_order_acq_rel)) client.portLost(ascend(steadyNow()));

  // As many as fit into a feed and no more, so that a flood cannot keep the thread from what else it has to see to.
  Packet packet;
  bool more = true;
  for (std::size_t i = 0; more && i < PacketInbox::kPacketsAFeed; ++i) {
    more = inbox_.take(packet);
    if (!more) break;
    const Nanos when = ascend(packet.when);
    client.advance(when);
    client.receive(packet.inlet, packet.view(), when);
  }
  if (more) return Nanos{0};
  client.advance(ascend(steadyNow()));
  return client.nextDue();
}

}  // namespace antiphon
