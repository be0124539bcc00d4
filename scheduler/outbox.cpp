#include "scheduler/outbox.hpp"

#include <algorithm>

namespace antiphon {

Outbox::Outbox() {
  pending_.reserve(kMostPending);
  ledger_.reserve(16 * 128);
}

bool Outbox::add(const Note& note) {
  if (pending_.size() == kMostPending && head_ > 0) {
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
  if (pending_.size() == kMostPending) return false;
  const auto first = pending_.begin() + static_cast<std::ptrdiff_t>(head_);
  const auto place =
      std::upper_bound(first, pending_.end(), note, [](const Note& a, const Note& b) { return a.tick < b.tick; });
  for (auto same = place; same != first && (same - 1)->tick == note.tick; --same) {
    if ((same - 1)->pitch == note.pitch && (same - 1)->channel == note.channel) return false;
  }
  pending_.insert(place, note);
  return true;
}

std::optional<Tick> Outbox::nextTick() const {
  std::optional<Tick> next = end_;
  const auto consider = [&next](Tick tick) {
    if (!next || tick < *next) next = tick;
  };
  if (head_ < pending_.size()) consider(pending_[head_].tick);
  if (const auto owed = earliestOwed(); owed != ledger_.end()) consider(owed->off);
  if (const Pedal* pedal = pedals_.next()) consider(pedal->tick);
  return next;
}

std::vector<Outbox::Owed>::const_iterator Outbox::earliestOwed() const {
  return std::min_element(ledger_.begin(), ledger_.end(), [](const Owed& a, const Owed& b) { return a.off < b.off; });
}

std::vector<Outbox::Owed>::iterator Outbox::earliestOwed() {
  return std::min_element(ledger_.begin(), ledger_.end(), [](const Owed& a, const Owed& b) { return a.off < b.off; });
}

std::vector<Outbox::Owed>::iterator Outbox::owedFor(const Note& note) {
  return std::find_if(ledger_.begin(), ledger_.end(),
                      [&](const Owed& owed) { return owed.channel == note.channel && owed.pitch == note.pitch; });
}

}  // namespace antiphon
