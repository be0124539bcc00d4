#if defined(ANTIPHON_HAVE_RTMIDI)

#include "bridge/rtmidi_port.hpp"

#include <iostream>
#include <streambuf>
#include <thread>
#include <utility>

#include "scheduler/realtime_scope.hpp"

namespace antiphon {
namespace {

/// RtMidi's constructors print to std::cerr before anybody can set an error callback. While one of these lives,
/// std::cerr leads nowhere; our own log does not use it.
class QuietCerr {
 public:
  QuietCerr() : spoken_{std::cerr.rdbuf(&nowhere_)} {}
  ~QuietCerr() { std::cerr.rdbuf(spoken_); }
  QuietCerr(const QuietCerr&) = delete;
  QuietCerr& operator=(const QuietCerr&) = delete;

 private:
  struct Nowhere : std::streambuf {
    int overflow(int c) override { return traits_type::not_eof(c); }
  };
  Nowhere nowhere_;
  std::streambuf* spoken_;
};

template <typename Make>
auto quietly(Make&& make) {
  const QuietCerr quiet;
  try {
    return make();
  } catch (const RtMidiError& error) {
    throw PortError{error.getMessage()};
  }
}

}  // namespace

void RtMidiInlet::arrived(double, std::vector<unsigned char>* packet, void* inlet) noexcept {
  const Nanos now = steadyNow();
  const auto& self = *static_cast<const RtMidiInlet*>(inlet);
  if (self.raisesReader) {
    [[maybe_unused]] thread_local const ThreadPriority raised = raiseThisThread();
  }
  const RealtimeScope scope;
  if (!packet || packet->empty()) return;
  const std::span<const std::uint8_t> bytes{*packet};
  self.thread.push(self.feed, self.servesBoth ? inletOf(bytes) : self.inlet, bytes, now);
}

void RtMidiComplaints::heard(RtMidiError::Type type, const std::string& text, void* self) {
  if (type == RtMidiError::DEBUG_WARNING) return;
  auto& complaints = *static_cast<RtMidiComplaints*>(self);
  complaints.count_.fetch_add(1, std::memory_order_relaxed);
  if (!complaints.onlyCount_) complaints.text_ = text;
}

std::optional<std::string> RtMidiComplaints::take() { return std::exchange(text_, std::nullopt); }

std::unique_ptr<RtMidiIn> makeRtMidiIn(RtMidi::Api api) {
  return quietly([&] { return std::make_unique<RtMidiIn>(api, kClientName); });
}

std::unique_ptr<RtMidiOut> makeRtMidiOut(RtMidi::Api api) {
  return quietly([&] { return std::make_unique<RtMidiOut>(api, kClientName); });
}

std::vector<std::string> portNames(RtMidi& scout) {
  std::vector<std::string> names;
  const unsigned count = scout.getPortCount();
  for (unsigned i = 0; i < count; ++i) names.push_back(scout.getPortName(i));
  return names;
}

void RtMidiInPort::prepare(RtMidi::Api api) {
  port_ = makeRtMidiIn(api);
  complaints_.listenTo(*port_);
  constexpr bool ignoreSysex = true;
  constexpr bool ignoreTiming = false;  // the clock counts as timing
  constexpr bool ignoreSensing = true;
  port_->ignoreTypes(ignoreSysex, ignoreTiming, ignoreSensing);
  port_->setCallback(&RtMidiInlet::arrived, &inlet_);
  complaints_.take();
}

void RtMidiInPort::finish() {
  if (const auto complaint = complaints_.take()) {
    close();
    throw PortError{*complaint};
  }
}

void RtMidiInPort::openOwn(RtMidi::Api api, const std::string& name) {
  prepare(api);
  port_->openVirtualPort(name);
  finish();
}

void RtMidiInPort::openForeign(RtMidi::Api api, unsigned number, const std::string& name) {
  prepare(api);
  port_->openPort(number, name);
  finish();
}

template <typename Open>
void RtMidiOutPort::open(RtMidi::Api api, Open&& openIt) {
  auto port = makeRtMidiOut(api);
  opening_.listenTo(*port);
  openIt(*port);
  if (const auto complaint = opening_.take()) throw PortError{*complaint};
  complaints_.onlyCount(true);
  complaints_.listenTo(*port);
  swapIn(std::move(port));
}

void RtMidiOutPort::openOwn(RtMidi::Api api, const std::string& name) {
  open(api, [&](RtMidiOut& port) { port.openVirtualPort(name); });
}

void RtMidiOutPort::openForeign(RtMidi::Api api, unsigned number, const std::string& name) {
  open(api, [&](RtMidiOut& port) { port.openPort(number, name); });
}

// The sender raises its flag, then looks at the port; we change the port, then look at the flag. In one total order
// (seq_cst) one of the two must see the other, so a port is never deleted while it sends, and the sender never waits.
void RtMidiOutPort::swapIn(std::unique_ptr<RtMidiOut> port) {
  const std::unique_ptr<RtMidiOut> old{port_.exchange(port.release())};
  while (sending_.load()) std::this_thread::yield();
}

void RtMidiOutPort::send(const MidiMessage& message, Nanos) {
  sending_.store(true);
  if (RtMidiOut* port = port_.load()) {
    port->sendMessage(message.bytes.data(), message.size);
  } else {
    closedDrops_.fetch_add(1, std::memory_order_relaxed);
  }
  sending_.store(false);
}

}  // namespace antiphon

#endif
