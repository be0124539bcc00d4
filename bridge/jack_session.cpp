#if defined(ANTIPHON_HAVE_JACK)

#include "bridge/jack_session.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "bridge/bell.hpp"
#include "scheduler/realtime_scope.hpp"

namespace antiphon {
JackSession::JackSession(JackClient client, JackStage stage, const JackPortPlan& plan, Nanos notBefore, bool afterLoss)
    : jack_{std::move(client)},
      stage_{stage},
      wires_{*jack_},
      notBefore_{notBefore},
      lastMoment_{notBefore.count()},
      lost_{afterLoss} {
  in_ = {.port = openPort(plan.in, JackPortIsInput), .inlet = Inlet::player, .servesBoth = plan.clockIn.name.empty()};
  clockIn_ = {.port = openPort(plan.clockIn, JackPortIsInput), .inlet = Inlet::clock};
  out_ = openPort(plan.out, JackPortIsOutput);
  clockOut_ = openPort(plan.clockOut, JackPortIsOutput);
  listen();
  if (jack_activate(jack_.get()) != 0) throw PortError{"The JACK server does not let us play; look into its log."};
  wires_.tend();
}

JackSession::~JackSession() {
  // Both before any member goes: the process callback runs until the first returns and needs the pointer that the
  // second clears; JACK's notifications run until the second returns.
  jack_deactivate(jack_.get());
  jack_.reset();
}

jack_port_t* JackSession::openPort(const JackPort& plan, unsigned long flags) {
  if (plan.name.empty()) return nullptr;
  jack_port_t* const port = jack_port_register(jack_.get(), plan.name.c_str(), JACK_DEFAULT_MIDI_TYPE, flags, 0);
  if (!port) {
    throw PortError{"JACK has no room for a port called \"" + plan.name +
                    "\", or the name is too long; `antiphon ports` lists what there is."};
  }
  wires_.add(port, plan);
  return port;
}

void JackSession::listen() {
  jack_client_t* const jack = jack_.get();
  jack_set_process_callback(
      jack,
      [](jack_nframes_t length, void* self) noexcept {
        static_cast<JackSession*>(self)->process(length);
        return 0;
      },
      this);
  jack_on_shutdown(
      jack, [](void* self) noexcept { static_cast<JackSession*>(self)->alive_.store(false); }, this);
  jack_set_port_connect_callback(
      jack,
      [](jack_port_id_t a, jack_port_id_t b, int connected, void* self) noexcept {
        auto& session = *static_cast<JackSession*>(self);
        if (!connected && session.wires_.disconnected(a, b)) session.lost_.store(true);
      },
      this);
  jack_set_port_registration_callback(
      jack,
      [](jack_port_id_t port, int there, void* self) noexcept {
        if (there) static_cast<JackSession*>(self)->wires_.registered(port);
      },
      this);
}

void JackSession::leave() {
  using namespace std::chrono_literals;
  // Two cycles more than the farewell's own: the readers of our ports run in it or after it. A server that has stopped
  // turning without a word is not waited for.
  constexpr int kCyclesToLeave = 3;
  leaving_.store(true);
  for (const Nanos deadline = steadyNow() + 500ms; alive() && steadyNow() < deadline;) {
    if (cyclesSinceFarewell_.load() >= kCyclesToLeave) return;
    std::this_thread::sleep_for(1ms);
  }
}

FrameClock& JackSession::clock() {
  const jack_nframes_t rate = jack_get_sample_rate(jack_.get());
  if (!clock_) {
    clock_.emplace(rate, std::max(notBefore_, steadyNow()));
  } else if (clock_->framesPerSecond() != rate) {
    clock_.emplace(rate, Nanos{lastMoment_.load(std::memory_order_relaxed)});
  }
  return *clock_;
}

void JackSession::process(jack_nframes_t length) {
  const RealtimeScope scope;
  FrameClock& time = clock();
  const jack_nframes_t count = jack_last_frame_time(jack_.get());
  const std::int64_t start = time.beginCycle(count, length);
  stage_.out.beginCycle(out_, time, start, length);
  if (clockOut_) stage_.clockOut.beginCycle(clockOut_, time, start, length);

  const Nanos now = time.timeOf(start);
  stage_.client.cycle({now, steadyNow(), count, time.framesPerSecond()});
  if (leaving_.load(std::memory_order_acquire)) {
    if (cyclesSinceFarewell_.load(std::memory_order_relaxed) == 0) stage_.client.farewell(now);
    cyclesSinceFarewell_.fetch_add(1, std::memory_order_relaxed);
  } else {
    if (lost_.exchange(false, std::memory_order_acq_rel)) stage_.client.portLost(now);
    readCycle(start, length);
    const Nanos end = time.timeOf(time.cycleEnd());
    stage_.client.advance(end);
    lastMoment_.store(end.count(), std::memory_order_relaxed);
  }
  stage_.out.endCycle();
  stage_.clockOut.endCycle();
}

void JackSession::Entrance::beginCycle(jack_nframes_t length) {
  buffer = port ? jack_port_get_buffer(port, length) : nullptr;
  count = buffer ? jack_midi_get_event_count(buffer) : 0;
  next = 0;
  step();
}

void JackSession::Entrance::step() {
  waits = next < count && jack_midi_event_get(&event, buffer, next) == 0;
  ++next;
}

void JackSession::readCycle(std::int64_t start, jack_nframes_t length) {
  std::uint32_t lost = 0;
  for (Entrance* entrance : {&clockIn_, &in_}) {
    entrance->beginCycle(length);
    if (entrance->buffer) lost += jack_midi_get_lost_event_count(entrance->buffer);
  }
  if (lost > 0) stage_.inputDropped.fetch_add(lost, std::memory_order_relaxed);

  while (clockIn_.waits || in_.waits) {
    // At the same frame the clock goes first: a note on the pulse belongs to the bar that the pulse begins.
    const bool clockFirst = clockIn_.waits && (!in_.waits || clockIn_.event.time <= in_.event.time);
    Entrance& from = clockFirst ? clockIn_ : in_;
    const Nanos when = clock_->timeOf(start + std::min(from.event.time, length - 1));
    const std::span<const std::uint8_t> packet{from.event.buffer, from.event.size};
    stage_.client.advance(when);
    stage_.client.receive(from.servesBoth ? inletOf(packet) : from.inlet, packet, when);
    from.step();
  }
}

}  // namespace antiphon

#endif
