// Live as a client meets it through AbletonOSC: well, away, silent, with errors, talking nonsense.
#if defined(ANTIPHON_HAVE_LIBLO)

#include "bridge/daw/ableton_osc.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "bridge/osc_packet.hpp"

using namespace antiphon;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

constexpr DawTimes kHasty{.answer = 60ms};
constexpr DawTimes kCalm{.answer = 5s};

/// Live on a port of its own; answers go to the one who asks, at the port that he hears at.
class FakeLive {
 public:
  using Values = std::vector<OscValue>;
  /// What it says to a message; nothing: it is silent.
  using Say = std::function<std::vector<OscMessage>(const OscMessage&)>;

  explicit FakeLive(Say say) : say_{std::move(say)}, socket_{::socket(AF_INET, SOCK_DGRAM, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~FakeLive() {
    leaving_ = true;
    if (thread_.joinable()) thread_.join();
    ::close(socket_);
  }
  AbletonPlace place() const { return {"127.0.0.1", port_, 0}; }
  void begin(int answersTo) {
    thread_ = std::thread{[this, answersTo] { listen(answersTo); }};
  }
  std::vector<OscMessage> heard(const std::string& address) const {
    const std::scoped_lock lock{mutex_};
    std::vector<OscMessage> found;
    for (const OscMessage& message : heard_) {
      if (message.address == address) found.push_back(message);
    }
    return found;
  }
  void say(const std::string& packet, int to) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(to));
    ::sendto(socket_, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }

 private:
  void listen(int answersTo) {
    std::vector<char> bytes(kMostOscPacket);
    while (!leaving_) {
      pollfd polled{socket_, POLLIN, 0};
      if (::poll(&polled, 1, 10) <= 0) continue;
      const auto count = ::recv(socket_, bytes.data(), bytes.size(), 0);
      if (count < 0) continue;
      readOsc(
          {bytes.data(), static_cast<std::size_t>(count)},
          [&](OscMessage&& message) {
            for (const OscMessage& answer : say_(message)) say(oscPacket(answer.address, answer.values), answersTo);
            const std::scoped_lock lock{mutex_};
            heard_.push_back(std::move(message));
          },
          [](std::string_view, std::string_view) { FAIL_CHECK("no OSC was sent to Live"); });
    }
  }

  Say say_;
  int socket_ = -1, port_ = 0;
  mutable std::mutex mutex_{};
  std::vector<OscMessage> heard_{};
  std::atomic<bool> leaving_{false};
  std::thread thread_{};
};

/// A set of two tracks, of which the first has a free slot.
FakeLive::Say liveSet() {
  return [clips = std::map<std::pair<std::int64_t, std::int64_t>, bool>{{{1, 0}, true}}](
             const OscMessage& m) mutable -> std::vector<OscMessage> {
    const auto reply = [&](FakeLive::Values behind) {
      FakeLive::Values values = m.values;
      values.insert(values.end(), behind.begin(), behind.end());
      return std::vector<OscMessage>{{m.address, values, {}}};
    };
    if (m.address == "/live/song/get/tempo") return reply({112.5F});
    if (m.address == "/live/song/get/is_playing") return reply({true});
    if (m.address == "/live/song/get/current_song_time") return reply({17.25F});
    if (m.address == "/live/song/get/track_names") return reply({std::string{"Bass"}, std::string{"Dr\x1b\xFFums"}});
    if (m.address == "/live/track/get/volume") return reply({0.85F});
    if (m.address == "/live/track/get/panning") return reply({-0.5F});
    if (m.address == "/live/track/get/output_meter_level")
      return reply({std::get<std::int64_t>(m.values[0]) == 0 ? 0.5F : 0.0F});
    if (m.address.starts_with("/live/clip_slot/")) {
      const auto at = std::pair{std::get<std::int64_t>(m.values[0]), std::get<std::int64_t>(m.values[1])};
      if (at.first > 1) return {{"/live/error", {std::string{"Index out of range"}}, {}}};
      if (m.address == "/live/clip_slot/create_clip") clips[at] = true;
      else return reply({clips[at]});
    }
    return {};
  };
}

DawMusic music(int notes) {
  DawMusic made{"answer", {{4, 4}, 2, {}, {}}, Tempo::bpm(120)};
  for (int i = 0; i < notes; ++i)
    made.phrase.notes.push_back({Tick{i * 40}, Tick{120}, static_cast<std::uint8_t>(40 + i % 40), 90, 0});
  return made;
}

struct Heard {
  explicit Heard(FakeLive::Say say, DawTimes times = kCalm) : live{std::move(say)}, daw{live.place(), times} {
    live.begin(daw.answersAt());
  }
  FakeLive live;
  AbletonOsc daw;
};

}  // namespace

SCENARIO("DAW-5 Live is asked what it does and is given clips") {
  Heard heard{liveSet()};
  AbletonOsc& daw = heard.daw;
  THEN("its set is known") {
    const DawState state = daw.look();
    CHECK(state.tempo == 112.5);
    CHECK(state.playing == true);
    CHECK(state.beat == 17.25);
    REQUIRE(state.tracks.size() == 2);
    CHECK(state.tracks[0].name == "Bass");
    CHECK(state.tracks[1].name == "Dr??ums");
    CHECK(state.tracks[0].volume == Approx(0.85));
    CHECK(state.tracks[1].pan == Approx(-0.5));
    CHECK(state.tracks[0].meter == Approx(0.5));
    CHECK(state.tracks[1].meter == Approx(0.0));
  }
  THEN("an answer of many notes becomes a clip, in several packets") {
    daw.clip({0, 2}, music(150));
    daw.play();
    daw.volume(1, 0.5);
    daw.look();  // Live has heard all of it by then: what comes by one socket comes in order
    const auto made = heard.live.heard("/live/clip_slot/create_clip");
    REQUIRE(made.size() == 1);
    CHECK((made[0].values == FakeLive::Values{std::int64_t{0}, std::int64_t{2}, 8.0F}));
    const auto added = heard.live.heard("/live/clip/add/notes");
    REQUIRE(added.size() == 3);
    CHECK((FakeLive::Values{added[0].values.begin(), added[0].values.begin() + 7} ==
           FakeLive::Values{std::int64_t{0}, std::int64_t{2}, std::int64_t{40}, 0.0F, 0.25F, std::int64_t{90}, false}));
    CHECK(added[0].values.size() + added[1].values.size() + added[2].values.size() == 3 * 2 + 150 * 5);
    CHECK(heard.live.heard("/live/song/start_playing").size() == 1);
    CHECK((heard.live.heard("/live/track/set/volume").at(0).values == FakeLive::Values{std::int64_t{1}, 0.5F}));
  }
  THEN("a slot that is taken stays as it is") {
    CHECK_THROWS_WITH(daw.clip({1, 0}, music(1)), Contains("a clip in that slot already"));
    CHECK(heard.live.heard("/live/clip_slot/create_clip").empty());
  }
  THEN("what Live objects to is said in its words") {
    Heard hasty{liveSet(), kHasty};
    CHECK_THROWS_WITH(hasty.daw.clip({7, 0}, music(1)), "Live says: Index out of range");
  }
}

SCENARIO("DAW-6 Live is away or talks nonsense") {
  GIVEN("nobody at the port") {
    AbletonPlace gone;
    {
      const FakeLive live{[](const OscMessage&) { return std::vector<OscMessage>{}; }};
      gone = live.place();
    }
    AbletonOsc daw{gone, kHasty};
    CHECK_THROWS_AS(daw.look(), DawAway);
  }
  GIVEN("one that is silent") {
    Heard silent{[](const OscMessage&) { return std::vector<OscMessage>{}; }, kHasty};
    CHECK_THROWS_AS(silent.daw.look(), DawAway);
    THEN("it was asked twice, a packet may have been lost") {
      while (silent.live.heard("/live/song/get/tempo").size() < 2) std::this_thread::yield();
      CHECK(silent.live.heard("/live/song/get/tempo").size() == 2);
    }
  }
  GIVEN("one that loses every first packet") {
    Heard lossy{
        [set = liveSet(), heard = std::map<std::string, int>{}](const OscMessage& m) mutable {
          const bool lost =
              ++heard[m.address + (m.values.empty() ? "" : std::to_string(std::get<std::int64_t>(m.values[0])))] == 1;
          return lost ? std::vector<OscMessage>{} : set(m);
        },
        DawTimes{.answer = 300ms}};
    const DawState state = lossy.daw.look();
    CHECK(state.tempo == 112.5);
    CHECK(state.tracks.at(1).volume == Approx(0.85));
  }
  GIVEN("one that answers too late") {
    Heard late{[](const OscMessage&) { return std::vector<OscMessage>{}; }, kHasty};
    CHECK_THROWS_AS(late.daw.look(), DawAway);
    late.live.say(oscPacket("/live/song/get/tempo", std::vector<OscValue>{60.0F}), late.daw.answersAt());
    THEN("its old answer is not taken for a new one") { CHECK_THROWS_AS(late.daw.look(), DawAway); }
  }
  GIVEN("one whose answers are of the wrong kind") {
    Heard wrong{[](const OscMessage& m) {
                  return std::vector<OscMessage>{{m.address, {std::string{"fast"}}, {}}, {"/other", {}, {}}};
                },
                kHasty};
    CHECK_THROWS_WITH(wrong.daw.look(), Contains("makes no sense"));
  }
  GIVEN("one whose packets are no OSC, and that has a thousand tracks") {
    Heard wild{[set = liveSet()](const OscMessage& m) mutable {
      auto answers = set(m);
      if (m.address == "/live/song/get/track_names") {
        for (int i = 0; i < 1000; ++i) answers[0].values.emplace_back(std::string(30, 'n'));
      }
      return answers;
    }};
    for (int i = 0; i < 50; ++i) wild.live.say(std::string(static_cast<std::size_t>(i), '/'), wild.daw.answersAt());
    const DawState state = wild.daw.look();
    CHECK(state.tracks.size() == kMostDawTracks);
    CHECK(state.tracks[AbletonOsc::kMostMetered - 1].volume);
    CHECK_FALSE(state.tracks[AbletonOsc::kMostMetered].volume);
  }
  GIVEN("a port that somebody else hears at") {
    const FakeLive live{[](const OscMessage&) { return std::vector<OscMessage>{}; }};
    CHECK_THROWS_WITH((AbletonOsc{{"127.0.0.1", 11000, live.place().port}}), Contains("cannot be heard"));
    CHECK_THROWS_WITH((AbletonOsc{{"live.local", 11000, 0}}), Contains("no IPv4 address"));
  }
}

#endif
