#include "bridge/loopback_backend.hpp"

namespace antiphon {

LoopbackBackend::LoopbackBackend(Loopback wiring)
    : out_{*this, wiring.listener, wiring.outputBack}, clockOut_{*this, wiring.clockListener, false} {}

std::vector<std::string> LoopbackBackend::ports() const { return {"in, clock and out: this program itself"}; }

bool LoopbackBackend::inject(Inlet inlet, std::span<const std::uint8_t> packet) {
  const std::lock_guard lock{injecting_};
  return thread_.push(injected, inlet, packet, steadyNow());
}

void LoopbackBackend::Out::send(const MidiMessage& message, Nanos when) {
  if (listener_) listener_->send(message, when);
  if (back_) owner_.thread_.push(looped, Inlet::player, message.view(), steadyNow());
}

}  // namespace antiphon
