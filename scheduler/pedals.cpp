#include "scheduler/pedals.hpp"

#include <algorithm>
#include <tuple>

namespace antiphon {

bool Pedals::add(const Pedal& pedal) {
  const auto inOneMoment = [&](const Pedal& other) {
    return other.tick == pedal.tick && other.channel == pedal.channel;
  };
  if (!pedal.down) std::erase_if(pending_, [&](const Pedal& other) { return other.down && inOneMoment(other); });
  if (pending_.size() == kMostPending || std::find(pending_.begin(), pending_.end(), pedal) != pending_.end())
    return false;
  const auto place = std::upper_bound(pending_.begin(), pending_.end(), pedal, [](const Pedal& a, const Pedal& b) {
    return std::tie(a.tick, a.down) < std::tie(b.tick, b.down);
  });
  pending_.insert(place, pedal);
  return true;
}

void Pedals::lift(Tick at) {
  std::bitset<16> used = down_;
  for (const Pedal& pedal : pending_) {
    if (pedal.down) used.set(pedal.channel);
  }
  for (std::uint8_t channel = 0; channel < 16; ++channel) {
    if (used[channel]) add({at, false, channel});
  }
}

void Pedals::forget() {
  pending_.clear();
  down_.reset();
}

std::optional<Pedal> Pedals::take() {
  const Pedal pedal = pending_.front();
  pending_.erase(pending_.begin());
  if (down_[pedal.channel] == pedal.down) return std::nullopt;
  down_[pedal.channel] = pedal.down;
  return pedal;
}

}  // namespace antiphon
