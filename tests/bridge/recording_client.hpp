// A MidiClient and a MidiSink that write down what happens to them, themselves fit for real time.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bridge/bell.hpp"
#include "bridge/midi_backend.hpp"

namespace antiphon {

using namespace std::chrono_literals;

/// A list of fixed capacity, written by one thread and read by the test, which can wait for it to grow.
template <typename Entry, std::size_t Capacity = 16384>
class Notebook {
 public:
  void add(const Entry& entry) {
    const std::size_t at = count_.load(std::memory_order_relaxed);
    if (at == Capacity) return;
    (*entries_)[at] = entry;
    count_.store(at + 1, std::memory_order_release);
    bell_.ring();
  }
  std::size_t size() const { return count_.load(std::memory_order_acquire); }
  const Entry& operator[](std::size_t at) const { return (*entries_)[at]; }
  std::vector<Entry> all() const {
    return {entries_->begin(), entries_->begin() + static_cast<std::ptrdiff_t>(size())};
  }

  /// False when `count` entries have not come in time. One waiting thread.
  bool waitFor(std::size_t count, Nanos limit = 5s) {
    const Nanos deadline = steadyNow() + limit;
    while (size() < count && steadyNow() < deadline) bell_.waitUntil(deadline);
    return size() >= count;
  }

 private:
  std::unique_ptr<std::array<Entry, Capacity>> entries_ = std::make_unique<std::array<Entry, Capacity>>();
  std::atomic<std::size_t> count_{0};
  Bell bell_;
};

struct Happening {
  enum Kind : std::uint8_t { packet, lost, farewell } kind = packet;
  Inlet inlet = Inlet::player;
  Nanos when{};
  std::size_t size = 0;
  std::array<std::uint8_t, 4> bytes{};  // the first of them
};

class RecordingClient : public MidiClient {
 public:
  void receive(Inlet inlet, std::span<const std::uint8_t> bytes, Nanos when) override {
    Happening happening{Happening::packet, inlet, when, bytes.size(), {}};
    std::copy_n(bytes.begin(), std::min(bytes.size(), happening.bytes.size()), happening.bytes.begin());
    ascend(when);
    if (when != advancedTo_) strayReceives_.fetch_add(1);
    happenings.add(happening);
    if (onReceive) onReceive(inlet, bytes, when);
  }
  void advance(Nanos until) override {
    ascend(until);
    advancedTo_ = until;
    // Those that the test scheduled go out, as an outbox would do it.
    for (std::size_t i = next_; i < scheduled.size() && scheduled[i].first < until; ++i, ++next_) {
      if (sink) sink->send(scheduled[i].second, scheduled[i].first);
    }
    if (onAdvance) onAdvance(until);
    advances_.fetch_add(1);
  }
  Nanos nextDue() const override {
    const Nanos mine = next_ < scheduled.size() ? scheduled[next_].first : Nanos::max();
    return std::min(mine, due.load());
  }
  void portLost(Nanos when) override {
    ascend(when);
    happenings.add({Happening::lost, Inlet::player, when, 0, {}});
  }
  void farewell(Nanos when) override {
    ascend(when);
    happenings.add({Happening::farewell, Inlet::player, when, 0, {}});
    if (onFarewell) onFarewell(when);
  }

  int advances() const { return advances_.load(); }
  /// Calls whose moment lay before the call before, and packets that advance() was not called for first.
  int disorder() const { return backward_.load() + strayReceives_.load(); }

  Notebook<Happening> happenings;
  std::function<void(Inlet, std::span<const std::uint8_t>, Nanos)> onReceive;
  std::function<void(Nanos)> onAdvance;
  std::function<void(Nanos)> onFarewell;
  std::vector<std::pair<Nanos, MidiMessage>> scheduled;  // in order of time; sent into `sink`; before the start only
  MidiSink* sink = nullptr;
  std::atomic<Nanos> due{Nanos::max()};

 private:
  void ascend(Nanos when) {
    if (when < last_) backward_.fetch_add(1);
    last_ = std::max(last_, when);
  }

  std::size_t next_ = 0;
  Nanos last_ = Nanos::min();
  Nanos advancedTo_ = Nanos::min();
  std::atomic<int> advances_{0};
  std::atomic<int> backward_{0};
  std::atomic<int> strayReceives_{0};
};

struct Sent {
  MidiMessage message{};
  Nanos when{};
  Nanos left{};
};

class RecordingSink final : public MidiSink {
 public:
  void send(const MidiMessage& message, Nanos when) override { sent.add({message, when, steadyNow()}); }
  Notebook<Sent> sent;
};

/// What tend() says, asked until it says something: nothing, when it never does.
inline std::vector<std::string> newsFrom(MidiBackend& backend) {
  for (const Nanos deadline = steadyNow() + 10s; steadyNow() < deadline;) {
    if (std::vector<std::string> said = backend.tend(); !said.empty()) return said;
    std::this_thread::sleep_for(10ms);
  }
  return {};
}

}  // namespace antiphon
