#include "bridge/player_thread.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <iostream>
#include <semaphore>

#include "tests/bridge/recording_client.hpp"

namespace antiphon {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST_CASE("the bell wakes a sleeper, and a ring before the sleep is not lost", "[bell]") {
  Bell bell;
  bell.ring();
  bell.waitUntil(Nanos::max());  // returns at once
  std::binary_semaphore woken{0};
  std::thread sleeper{[&] {
    bell.waitUntil(Nanos::max());
    woken.release();
  }};
  bell.ring();
  CHECK(woken.try_acquire_for(5s));
  sleeper.join();
}

TEST_CASE("the bell lets sleep until a moment and no longer", "[bell]") {
  Bell bell;
  const Nanos moment = steadyNow() + 3ms;
  bell.waitUntil(moment);
  CHECK(steadyNow() >= moment);
  bell.waitUntil(steadyNow() - 1s);
  bell.waitUntil(Nanos{0});
  CHECK(steadyNow() < moment + 2s);
}

TEST_CASE("packets reach the client in order of time, each after an advance to its moment", "[player-thread]") {
  RecordingClient client;
  PlayerThread thread{2};
  const Nanos now = steadyNow();
  thread.push(1, Inlet::player, Bytes{0x90, 60, 100}, now + 2us);
  thread.push(0, Inlet::clock, Bytes{0xFA}, now + 1us);
  thread.push(0, Inlet::clock, Bytes{0xF8}, now + 2us);
  thread.start(client);
  REQUIRE(client.happenings.waitFor(3));
  CHECK(client.happenings[0].bytes[0] == 0xFA);
  CHECK(client.happenings[1].bytes[0] == 0xF8);
  CHECK(client.happenings[2].bytes[0] == 0x90);
  CHECK(client.happenings[2].when == now + 2us);
  thread.stop();
  CHECK(client.disorder() == 0);
}

TEST_CASE("a packet wakes a thread that has nothing due", "[player-thread]") {
  RecordingClient client;
  PlayerThread thread{1};
  thread.start(client);
  for (std::size_t i = 0; i < 200; ++i) {
    REQUIRE(thread.push(0, Inlet::clock, Bytes{0xF8}, steadyNow()));
    REQUIRE(client.happenings.waitFor(i + 1));
  }
  thread.stop();
  CHECK(client.disorder() == 0);
}

TEST_CASE("what is due is sent at its moment", "[player-thread]") {
  RecordingSink sink;
  RecordingClient client;
  PlayerThread thread{1};
  client.sink = &sink;
  const Nanos start = steadyNow() + 2ms;
  for (int i = 0; i < 50; ++i) client.scheduled.emplace_back(start + i * 1ms, MidiMessage::noteOn(0, 60, 1));
  thread.start(client);
  REQUIRE(sink.sent.waitFor(50));
  for (const Sent& sent : sink.sent.all()) CHECK(sent.left > sent.when);
  thread.stop();
  CHECK(client.disorder() == 0);
}

TEST_CASE("something that becomes due while the thread sleeps is asked for after a wake", "[player-thread]") {
  RecordingClient client;
  PlayerThread thread{1};
  std::counting_semaphore<> advanced{0};
  client.onAdvance = [&](Nanos until) {
    if (client.due.load() < until) {
      client.due = Nanos::max();
      advanced.release();
    }
  };
  thread.start(client);
  for (int i = 0; i < 20; ++i) {
    client.due = steadyNow() + 100us;
    thread.wake();
    REQUIRE(advanced.try_acquire_for(5s));
  }
  thread.stop();
}

TEST_CASE("a flood is taken in, and what finds no room is counted", "[player-thread]") {
  RecordingClient client;
  PlayerThread thread{1};
  std::binary_semaphore blocked{0};
  std::binary_semaphore goOn{0};
  bool first = true;
  client.onReceive = [&](Inlet, std::span<const std::uint8_t>, Nanos) {
    if (!std::exchange(first, false)) return;
    blocked.release();
    goOn.acquire();
  };
  thread.start(client);
  thread.push(0, Inlet::player, Bytes{0x90, 60, 1}, steadyNow());
  REQUIRE(blocked.try_acquire_for(5s));
  std::uint64_t taken = 1;
  for (int i = 0; i < 10000; ++i) taken += thread.push(0, Inlet::player, Bytes{0x90, 61, 1}, steadyNow()) ? 1u : 0u;
  CHECK(taken + thread.dropped() == 10001);
  CHECK(taken > PacketInbox::kPacketsAFeed - 64);
  goOn.release();
  CHECK(client.happenings.waitFor(static_cast<std::size_t>(taken)));
  thread.stop();
  CHECK(client.disorder() == 0);
}

TEST_CASE("a lost port is told before the packets that wait", "[player-thread]") {
  RecordingClient client;
  PlayerThread thread{1};
  thread.push(0, Inlet::player, Bytes{0x90, 60, 1}, steadyNow());
  thread.portLost();
  thread.start(client);
  REQUIRE(client.happenings.waitFor(2));
  CHECK(client.happenings[0].kind == Happening::lost);
  CHECK(client.happenings[1].kind == Happening::packet);
  thread.stop();
  CHECK(client.disorder() == 0);
}

TEST_CASE("farewell is the last the client hears, and what it sends then still leaves", "[player-thread]") {
  RecordingSink sink;
  RecordingClient client;
  PlayerThread thread{1};
  client.onFarewell = [&](Nanos when) { sink.send(MidiMessage::noteOff(0, 60), when); };
  thread.start(client);
  thread.push(0, Inlet::player, Bytes{0x90, 60, 1}, steadyNow());
  REQUIRE(client.happenings.waitFor(1));
  thread.stop();
  REQUIRE(client.happenings.size() == 2);
  CHECK(client.happenings[1].kind == Happening::farewell);
  CHECK(sink.sent.size() == 1);

  thread.push(0, Inlet::player, Bytes{0x90, 60, 1}, steadyNow());
  thread.wake();
  thread.stop();
  CHECK(client.happenings.size() == 2);

  RecordingClient next;  // and the thread can be started again
  thread.start(next);
  CHECK(next.happenings.waitFor(1));
  thread.stop();
}

TEST_CASE("the system says whether it grants real-time priority", "[player-thread]") {
  RecordingClient client;
  PlayerThread thread{1};
  thread.start(client);
  CHECK(thread.priority() == probeThreadPriority());
  CHECK_FALSE(priorityAdvice().empty());
}

// Not tests but measurements: run them by their tag.

void report(const char* what, ThreadPriority priority, std::vector<Nanos> late) {
  std::sort(late.begin(), late.end());
  const auto at = [&](double share) {
    const auto index = static_cast<std::size_t>(share * static_cast<double>(late.size() - 1));
    return std::to_string(late[index].count() / 1000);
  };
  std::cout << what << " (" << (priority == ThreadPriority::realtime ? "SCHED_FIFO" : "ordinary") << "): median "
            << at(0.5) << " us, p95 " << at(0.95) << ", p99 " << at(0.99) << ", worst " << at(1.0) << "\n";
}

TEST_CASE("how late what is due leaves", "[.precision]") {
  RecordingSink sink;
  RecordingClient client;
  PlayerThread thread{1};
  client.sink = &sink;
  const Nanos start = steadyNow() + 5ms;
  constexpr int kCount = 2000;
  for (int i = 0; i < kCount; ++i) client.scheduled.emplace_back(start + i * 2700us, MidiMessage::of(midi::kClock));
  thread.start(client);
  REQUIRE(sink.sent.waitFor(kCount, 60s));
  std::vector<Nanos> late;
  for (const Sent& sent : sink.sent.all()) late.push_back(sent.left - sent.when);
  report("due to sent", thread.priority(), late);
  thread.stop();
}

TEST_CASE("how soon a packet is taken in", "[.precision]") {
  Notebook<Nanos> taken;
  RecordingClient client;
  PlayerThread thread{1};
  client.onReceive = [&](Inlet, std::span<const std::uint8_t>, Nanos when) { taken.add(steadyNow() - when); };
  thread.start(client);
  Bell pause;
  for (std::size_t i = 0; i < 1000; ++i) {
    pause.waitUntil(steadyNow() + 1ms);
    thread.push(0, Inlet::clock, Bytes{0xF8}, steadyNow());
  }
  REQUIRE(taken.waitFor(1000));
  report("arrived to received", thread.priority(), taken.all());
  thread.stop();
}

}  // namespace
}  // namespace antiphon
