#if defined(ANTIPHON_HAVE_LIBLO)

#include "bridge/osc_packet.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "tests/bridge/osc_bytes.hpp"

namespace antiphon {
namespace {

struct Read {
  std::vector<OscMessage> messages{};
  std::vector<std::string> faults{};
};

Read read(std::string_view packet) {
  Read found;
  readOsc(
      packet, [&](OscMessage&& message) { found.messages.push_back(std::move(message)); },
      [&](std::string_view, std::string_view why) { found.faults.emplace_back(why); });
  return found;
}

TEST_CASE("a message is read as it was written, and ours as others read them", "[osc]") {
  const std::vector<OscValue> values{std::int64_t{-7}, 440.5f, 0.1, std::string{"a b"}, true, false};
  const std::string theirs = oscMessage("/studio/bass/cutoff", values);
  CHECK((oscPacket("/studio/bass/cutoff", values) == theirs));
  const Read found = read(theirs);
  REQUIRE(found.messages.size() == 1);
  CHECK(found.messages[0].address == "/studio/bass/cutoff");
  CHECK((found.messages[0].values == values));
  CHECK(found.messages[0].when.immediate());
  CHECK(read(oscText("/antiphon/panic")).messages.size() == 1);  // without types, as old programs send it
}

TEST_CASE("bundles hold messages, and bundles with times of their own", "[osc]") {
  const std::string inner = oscBundle(99, {oscMessage("/b")});
  const Read found = read(oscBundle(77, {oscMessage("/a"), inner, oscMessage("/c")}));
  REQUIRE(found.messages.size() == 3);
  CHECK(found.faults.empty());
  CHECK(found.messages[0].when.value == 77);
  CHECK(found.messages[1].when.value == 99);
  CHECK(found.messages[2].address == "/c");
  CHECK(read(oscBundle(1, {})).messages.empty());
}

TEST_CASE("what is no OSC is a sentence, and the rest is read on", "[osc]") {
  for (const std::string& bad :
       {std::string{}, std::string{"/a"}, std::string{"abcd"}, std::string(8, '\0'), std::string(70'000, '/'),
        oscText("/a") + "abc\0", oscText("/a") + oscText(",i"), oscText("/a") + oscText(",b"),
        oscText("/a") + oscText(",s") + "abcd", oscText("/a") + ",iii",
        oscText("/a") + oscText(",b") + big32(0xFFFFFFF0), oscText("#bundle"),
        oscText("#bundle") + big32(0) + big32(1) + big32(16), std::string{"#bundle\0", 8} + "abc"}) {
    const Read found = read(bad);
    CHECK(found.messages.empty());
    REQUIRE(found.faults.size() == 1);
    CHECK(found.faults[0].back() == '.');
  }
  const Read some = read(oscBundle(1, {oscMessage("/a"), oscText("/bad") + oscText(",i"), oscMessage("/c")}));
  CHECK(some.messages.size() == 2);
  CHECK(some.faults.size() == 1);
  std::string deep = oscMessage("/a");
  for (int i = 0; i < 30; ++i) deep = oscBundle(1, {deep});
  CHECK(read(deep).messages.empty());
  CHECK(read(deep).faults.size() == 1);
}

TEST_CASE("any bytes are read to their end", "[osc][property]") {
  const std::vector<std::string> whole{
      oscMessage("/antiphon/note", {std::string{"bass"}, 60.0f, true, 1.0, std::int64_t{3}}),
      oscBundle(1, {oscMessage("/a", {1.0f}), oscBundle(2, {oscMessage("/b", {std::string{"x"}})})})};
  REQUIRE(rc::check("cut off, changed, or made up", [&] {
    std::string packet = *rc::gen::oneOf(rc::gen::elementOf(whole), rc::gen::string<std::string>());
    if (!packet.empty()) {
      packet.resize(*rc::gen::inRange<std::size_t>(1, packet.size() + 1));
      for (int i = *rc::gen::inRange(0, 6); i > 0; --i)
        packet[*rc::gen::inRange<std::size_t>(0, packet.size())] = *rc::gen::arbitrary<char>();
    }
    const Read found = read(packet);
    for (const OscMessage& message : found.messages) RC_ASSERT(message.address.starts_with('/'));
    RC_ASSERT(found.messages.size() + found.faults.size() <= packet.size() / 4 + 2);
  }));
}

}  // namespace
}  // namespace antiphon

#endif
