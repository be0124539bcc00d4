#if defined(ANTIPHON_HAVE_LIBLO)

#include "bridge/osc_reception.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <cmath>

#include "bridge/patch_commands.hpp"
#include "tests/bridge/osc_bytes.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;

constexpr int kRate = 48000;
constexpr OscSender kMe = 7;
constexpr Nanos kWallAhead = 1'700'000'000s;  // of the wall's clock before the steady one

/// OSC in virtual time: frame 0 is moment 0 of the steady clock.
struct Hall {
  synth::Desk desk{synth::SampleRate{kRate}};
  CommandTable table;
  Doorway doorway{table, &desk};
  Nanos now{};
  std::vector<OscMessage> sent{};
  bool reachable = true;
  std::optional<synth::Beat> beat{};
  synth::Levels levels{};
  OscReception reception{
      doorway,
      [](Nanos when) { return synth::Frame{std::llround(static_cast<double>(when.count()) * kRate / 1e9)}; },
      {.meters =
           [this] {
             return std::vector<synth::Desk::Strip>{{"out", levels}};
           },
       .music = [this] { return beat; },
       .turns = true},
      [this](OscSender, const std::string& address, const std::vector<OscValue>& values) {
        sent.push_back({address, values});
        return reachable;
      }};

  Hall() {
    addPatchCommands(table, desk);
    table.add({"panic", {}, "Silence.", [](const auto&) { return Command::Reply{true, "every note is off"}; }});
  }

  std::uint64_t tag(Nanos when) const {
    const Nanos wall = when + kWallAhead;
    const auto seconds = static_cast<std::uint64_t>(wall / 1s) + 2'208'988'800u;
    const auto rest = static_cast<std::uint64_t>((wall % 1s).count());
    // Rounded up, so that a moment is not before itself.
    return seconds << 32 | ((rest << 32) + 999'999'999u) / 1'000'000'000u;
  }
  void come(const std::string& packet, OscSender sender = kMe) {
    reception.take(packet, sender, {now, now + kWallAhead});
  }
  void comeAt(Nanos when, const std::vector<std::string>& elements) { come(oscBundle(tag(when), elements)); }
  std::string last() const {
    return sent.empty() ? "" : sent.back().address + " " + std::get<std::string>(sent.back().values.at(1));
  }

  /// Lets time pass, the door looking after itself whenever something is due, and hears the left side.
  std::vector<float> pass(Nanos span) {
    std::vector<float> left, right(256);
    for (const Nanos end = now + span; now < end;) {
      reception.tend(now);
      const std::size_t at = left.size();
      left.resize(at + 256);
      desk.machine().render(left.data() + at, right.data(), 256, {});
      now = Nanos{desk.machine().now().value * 1'000'000'000 / kRate};
      desk.tend();
    }
    return left;
  }
};

int begins(const std::vector<float>& sound) {
  for (std::size_t f = 0; f < sound.size(); ++f) {
    if (sound[f] != 0) return static_cast<int>(f);
  }
  return -1;
}

SCENARIO("Commands and knobs have addresses, and are answered") {
  Hall hall;
  hall.come(oscMessage("/antiphon/create", {std::string{"bass"}, std::string{"osc=saw"}, std::string{"cutoff=700"}}));
  CHECK(hall.last() == "/reply ");
  CHECK(hall.desk.patch().sink("bass.cutoff").value() == 700);
  hall.come(oscMessage("/studio/bass/cutoff", {500.25f}));
  CHECK(hall.last() == "/reply ");
  CHECK(hall.desk.patch().sink("bass.cutoff").value() == 500.25);
  hall.come(oscMessage("/studio/bass/cutoff", {std::string{"1.2khz"}, 2.0f}));
  CHECK(hall.desk.patch().sink("bass.cutoff").value() == 1200);
  hall.come(oscMessage("/antiphon/NOTE", {std::string{"bass"}, std::string{"C3"}, std::int64_t{90}, 0.5}));
  CHECK(hall.last() == "/reply ");
  hall.come(oscMessage("/antiphon/panic"));
  CHECK(hall.last() == "/reply every note is off");
  CHECK(std::get<std::string>(hall.sent.back().values[0]) == "/antiphon/panic");

  for (const auto& [packet, answer] : std::vector<std::pair<std::string, std::string>>{
           {oscMessage("/antiphon/panik"), "the nearest are panic"},
           {oscMessage("/antiphon/note", {std::string{"bass"}}), "note <name> <key>"},
           {oscMessage("/antiphon/note", {std::string{"bass"}, std::string{"C3"}, std::int64_t{900}}), "1..127"},
           {oscMessage("/studio/bass/cutof", {1.0f}), "did you mean 'cutoff'"},
           {oscMessage("/studio/bass/cutoff"), "set needs value"},
           {oscMessage("/studio/bass/cutoff", {1.0f, std::string{"soon"}}), "over SECONDS"},
           {oscMessage("/studio/bass"), "no such address"},
           {oscMessage("/studio//x"), "no such address"},
           {oscMessage("/antiphon/a/b"), "no such address"},
           {oscMessage("/elsewhere"), "no such address"},
           {oscMessage("/antiphon/panic", {std::string{"\x01\xff"}}), "plain UTF-8"},
           {"abc", "multiple of four"}}) {
    hall.come(packet);
    CHECK_THAT(hall.last(), Contains(answer) && Contains("/error"));
  }
  CHECK(hall.reception.counts().refused == 12);
  CHECK(hall.reception.counts().malformed == 1);
}

SCENARIO("What is tagged with a time begins on its frame") {
  Hall hall;
  hall.come(oscMessage("/antiphon/create", {std::string{"k"}, std::string{"keys"}}));
  hall.come(oscMessage("/antiphon/patch", {std::string{"k.gate > out"}}));
  hall.pass(100ms);
  const auto from = static_cast<int>(hall.desk.machine().now().value);
  WHEN("a note is asked for, half a second ahead") {
    hall.comeAt(500ms, {oscMessage("/antiphon/note", {std::string{"k"}, std::string{"C3"}})});
    CHECK(hall.reception.waiting() == 1);
    CHECK(begins(hall.pass(1s)) == 24000 - from);
    CHECK(hall.reception.waiting() == 0);
  }
  WHEN("a knob is asked for, at an odd moment") {
    hall.comeAt(Nanos{333'333'333}, {oscMessage("/studio/out/in", {0.5f})});
    CHECK(begins(hall.pass(1s)) == 16000 - from);
    CHECK(hall.desk.patch().sink("out.in").value() == 0.5);
  }
  WHEN("a bundle makes a thing first, and then plays it") {
    hall.comeAt(400ms, {oscMessage("/antiphon/create", {std::string{"late"}, std::string{"keys"}}),
                        oscMessage("/antiphon/note", {std::string{"late"}, std::string{"C3"}})});
    hall.pass(1s);
    CHECK(hall.last() == "/reply ");
    CHECK(hall.reception.counts().refused == 0);
  }
  WHEN("it is late") {
    hall.pass(1s);
    hall.comeAt(500ms, {oscMessage("/studio/out/in", {0.5f})});
    CHECK(hall.reception.counts().late == 1);
    CHECK(begins(hall.pass(100ms)) == 0);
  }
  WHEN("it is too far ahead") {
    hall.comeAt(62s, {oscMessage("/antiphon/panic")});
    CHECK_THAT(hall.last(), Contains("more than a minute ahead"));
  }
}

SCENARIO("A thousand and twenty-four wait, and no more") {
  Hall hall;
  for (std::size_t i = 0; i < OscReception::kMostWaiting + 10; ++i) hall.comeAt(30s, {oscMessage("/antiphon/panic")});
  CHECK(hall.reception.waiting() == OscReception::kMostWaiting);
  CHECK(hall.reception.counts().refused == 10);
  CHECK_THAT(hall.last(), Contains("/error") && Contains("1024 messages wait"));
  CHECK(hall.reception.nextDue() <= 30s + 1us);
  hall.now = 31s;
  hall.reception.tend(hall.now);
  CHECK(hall.reception.waiting() == 0);
}

SCENARIO("A flood is done, counted, and not answered with another") {
  Hall hall;
  for (int i = 0; i < 100'000; ++i) hall.come(oscMessage(i % 2 == 0 ? "/antiphon/panik" : "/antiphon/panic"));
  const OscCounts counts = hall.reception.counts();
  CHECK(counts.messages == 100'000);
  CHECK(counts.refused == 50'000);
  CHECK(hall.sent.size() == OscReception::kMostErrors + OscReception::kMostReplies);
  CHECK(counts.unanswered == 100'000 - hall.sent.size());
  hall.now += 1s;
  hall.come(oscMessage("/antiphon/panik"));
  CHECK_THAT(hall.last(), Contains("nearest"));
}

SCENARIO("Programs subscribe to what they want to know") {
  Hall hall;
  hall.beat = synth::Beat{{.tempo = 120, .beat = 0, .running = true}, 0ns};
  hall.levels = {-1, -6, -12, -14};
  const auto count = [&](const std::string& address) {
    return std::ranges::count(hall.sent, address, &OscMessage::address);
  };
  const auto run = [&](Nanos span) {
    for (const Nanos end = hall.now + span; hall.now < end; hall.now += 1ms) hall.reception.tend(hall.now);
  };
  WHEN("it is meters") {
    hall.come(oscMessage("/antiphon/subscribe", {std::string{"meters"}, std::int64_t{10}}));
    CHECK(hall.last() == "/reply meters, 10 a second");
    run(2s);
    CHECK(std::abs(count("/meter") - 20) <= 1);
    CHECK((hall.sent.back().values == std::vector<OscValue>{std::string{"out"}, -6.0f, -12.0f, -14.0f}));
    hall.come(oscMessage("/antiphon/unsubscribe"));
    hall.sent.clear();
    run(1s);
    CHECK(hall.sent.empty());
  }
  WHEN("it is bars and the phase") {
    hall.come(oscMessage("/antiphon/subscribe", {std::string{"bar"}}));
    hall.come(oscMessage("/antiphon/subscribe", {std::string{"phase"}, 4.0f}));
    run(4010ms);
    CHECK(count("/bar") == 3);  // two seconds each: the first, at once, and two more
    CHECK(std::abs(count("/phase") - 16) <= 1);
    hall.beat->time.running = false;
    hall.sent.clear();
    run(4s);
    CHECK(hall.sent.empty());
  }
  WHEN("it is turns") {
    hall.come(oscMessage("/antiphon/subscribe", {std::string{"turn"}}));
    hall.reception.reports().turn("[turn 1] ...");
    CHECK(count("/turn") == 1);
    hall.reachable = false;
    hall.reception.reports().turn("[turn 2] ...");
    run(10ms);
    CHECK(hall.reception.reports().subscribers() == 0);
  }
  WHEN("there are too many, or it is wrong") {
    for (OscSender sender = 0; sender < OscReports::kMostSubscribers + 3; ++sender)
      hall.come(oscMessage("/antiphon/subscribe", {std::string{"turn"}}), sender);
    CHECK(hall.reception.reports().subscribers() == OscReports::kMostSubscribers);
    CHECK_THAT(hall.last(), Contains("16 programs"));
    hall.come(oscMessage("/antiphon/subscribe", {std::string{"meters"}, 61.0f}));
    CHECK_THAT(hall.last(), Contains("1..60") && Contains("subscribe <what"));
    hall.now += 2h;
    hall.come(oscMessage("/antiphon/panic"), 3);
    hall.reception.tend(hall.now);
    CHECK(hall.reception.reports().subscribers() == 1);
  }
}

TEST_CASE("whatever comes, what waits is bounded and all is counted", "[osc][property]") {
  REQUIRE(rc::check("random bundles", [] {
    Hall hall;
    std::uint64_t came = 0;
    for (int i = *rc::gen::inRange(0, 40); i > 0; --i) {
      std::string packet = oscBundle(hall.tag(Nanos{*rc::gen::inRange<std::int64_t>(-2'000'000'000, 80'000'000'000)}),
                                     {oscMessage("/antiphon/panic"), oscMessage("/studio/out/in", {0.5f})});
      if (*rc::gen::inRange(0, 3) == 0) packet[*rc::gen::inRange<std::size_t>(0, packet.size())] ^= '\x55';
      hall.come(packet);
      ++came;
      hall.now += Nanos{*rc::gen::inRange(0, 50'000'000)};
      hall.reception.tend(hall.now);
    }
    const OscCounts counts = hall.reception.counts();
    RC_ASSERT(counts.messages + counts.malformed >= came);
    RC_ASSERT(hall.sent.size() + counts.unanswered + hall.reception.waiting() == counts.messages + counts.malformed);
  }));
}

}  // namespace
}  // namespace antiphon

#endif
