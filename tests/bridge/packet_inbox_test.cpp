#include "bridge/packet_inbox.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "scheduler/midi_parser.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;

std::vector<Packet> takeAll(PacketInbox& inbox) {
  std::vector<Packet> packets;
  for (Packet packet; inbox.take(packet);) packets.push_back(packet);
  return packets;
}

TEST_CASE("packets of several ports come out in order of time", "[inbox]") {
  PacketInbox inbox{2};
  inbox.push(1, Inlet::player, Bytes{0x90, 60, 1}, 10ns);
  inbox.push(1, Inlet::player, Bytes{0x90, 61, 1}, 30ns);
  inbox.push(0, Inlet::clock, Bytes{0xF8}, 20ns);
  inbox.push(0, Inlet::clock, Bytes{0xF8}, 40ns);
  std::vector<Nanos> times;
  for (const Packet& packet : takeAll(inbox)) times.push_back(packet.when);
  CHECK(times == std::vector<Nanos>{10ns, 20ns, 30ns, 40ns});
}

TEST_CASE("at the same moment the clock goes first, and a port's own order is sacred", "[inbox]") {
  PacketInbox inbox{2};
  inbox.push(0, Inlet::player, Bytes{0x90, 60, 1}, 5ns);
  inbox.push(0, Inlet::player, Bytes{0x80, 60, 0}, 5ns);
  inbox.push(1, Inlet::clock, Bytes{0xFB}, 5ns);
  inbox.push(1, Inlet::clock, Bytes{0xF8}, 5ns);
  std::vector<int> firstBytes;
  for (const Packet& packet : takeAll(inbox)) firstBytes.push_back(packet.bytes[0]);
  CHECK(firstBytes == std::vector<int>{0xFB, 0xF8, 0x90, 0x80});
}

TEST_CASE("a full feed drops the newest and counts it", "[inbox]") {
  PacketInbox inbox{2};
  std::uint64_t taken = 0;
  for (int i = 0; i < 10000; ++i) taken += inbox.push(0, Inlet::player, Bytes{0x90, 60, 1}, Nanos{i}) ? 1u : 0u;
  CHECK(taken == PacketInbox::kPacketsAFeed);
  CHECK(inbox.dropped() == 10000 - PacketInbox::kPacketsAFeed);
  // The other feed has its own room.
  CHECK(inbox.push(1, Inlet::clock, Bytes{0xF8}, 0ns));

  const std::vector<Packet> packets = takeAll(inbox);
  REQUIRE(packets.size() == PacketInbox::kPacketsAFeed + 1);
  CHECK(packets.back().when == Nanos{PacketInbox::kPacketsAFeed - 1});
  // And there is room again, however often.
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 4000; ++i) REQUIRE(inbox.push(0, Inlet::player, Bytes{0xF8}, Nanos{i}));
    REQUIRE(takeAll(inbox).size() == 4000);
  }
}

TEST_CASE("what is too long to carry is counted as system exclusive by whoever parses it", "[inbox]") {
  PacketInbox inbox{1};
  Bytes sysex(2000, 0x11);
  sysex.front() = 0xF0;
  sysex.back() = 0xF7;
  inbox.push(0, Inlet::player, sysex, 1ns);
  inbox.push(0, Inlet::player, Bytes{0x90, 64, 100}, 2ns);
  MidiParser parser;
  std::vector<MidiMessage> messages;
  for (const Packet& packet : takeAll(inbox)) {
    parser.parse(packet.view(), [&](const MidiMessage& message) { messages.push_back(message); });
  }
  CHECK(parser.faults().sysex == 1);
  CHECK(parser.faults().all() == 1);
  REQUIRE(messages.size() == 1);
  CHECK(messages[0] == MidiMessage::noteOn(0, 64, 100));
}

TEST_CASE("threads that push at once lose nothing and keep their order", "[inbox]") {
  PacketInbox inbox{3};
  std::array<std::uint64_t, 3> taken{};
  std::vector<std::thread> threads;
  for (std::size_t feed = 0; feed < 3; ++feed) {
    threads.emplace_back([&, feed] {
      for (int i = 0; i < 20000; ++i) taken[feed] += inbox.push(feed, Inlet::player, Bytes{0xF8}, Nanos{i}) ? 1u : 0u;
    });
  }
  std::uint64_t out = 0;
  std::atomic<bool> done{false};
  std::thread reader{[&] {
    Packet packet;
    while (true) {
      const bool last = done.load();
      while (inbox.take(packet)) ++out;
      if (last) return;
    }
  }};
  for (std::thread& thread : threads) thread.join();
  done = true;
  reader.join();
  CHECK(out == taken[0] + taken[1] + taken[2]);
  CHECK(out + inbox.dropped() == 60000);
}

}  // namespace
}  // namespace antiphon
