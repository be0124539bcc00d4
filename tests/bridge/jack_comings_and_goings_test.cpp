#if defined(ANTIPHON_HAVE_JACK)

#include <catch2/catch.hpp>
#include <thread>

#include "bridge/dummy_jack.hpp"
#include "bridge/jack_backend.hpp"
#include "tests/bridge/jack_probe.hpp"
#include "tests/bridge/recording_client.hpp"

namespace antiphon {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST_CASE("a port asked for by name is connected, and again when it has come back", "[jack]") {
  const DummyJack server;
  JackProbe piano{"piano", 1, 1};
  RecordingClient client;
  JackBackend backend{{.in = "piano:out", .out = "piano:in0"}};
  backend.start(client);
  CHECK(piano.becomes(1, "antiphon:ARIA_IN"));
  CHECK(piano.becomes(1, "antiphon:ARIA_OUT"));
  CHECK(piano.becomes(0, "antiphon:ARIA_CLOCK"));
  CHECK_THAT(backend.ports(), Catch::VectorContains(std::string{"ARIA_IN <- piano:out0"}));
  CHECK_THAT(backend.ports(), Catch::VectorContains(std::string{"ARIA_OUT -> piano:in0"}));
  CHECK(backend.tend().empty());

  piano.closePort("piano:out0");
  REQUIRE(client.happenings.waitFor(1));
  CHECK(client.happenings[0].kind == Happening::lost);
  CHECK(newsFrom(backend) == std::vector<std::string>{"ARIA_IN is no longer connected to piano:out0."});

  piano.openOutput("out7");
  CHECK(newsFrom(backend) == std::vector<std::string>{"ARIA_IN is connected to piano:out7."});
  CHECK(piano.becomes(1, "antiphon:ARIA_IN"));

  // A cable that the player pulls stays out, but the client is told.
  REQUIRE(piano.disconnect("piano:out7", "antiphon:ARIA_IN"));
  REQUIRE(client.happenings.waitFor(2));
  CHECK(client.happenings[1].kind == Happening::lost);
  CHECK(newsFrom(backend).size() == 1);
  CHECK(backend.tend().empty());
  CHECK(piano.becomes(0, "antiphon:ARIA_IN"));
  backend.stop();
}

TEST_CASE("a second antiphon gets along with the first", "[jack]") {
  const DummyJack server;
  RecordingClient firstClient;
  RecordingClient secondClient;
  JackBackend first{{}};
  JackBackend second{{}};
  first.start(firstClient);
  second.start(secondClient);
  CHECK(first.ports()[0] == "in: antiphon:ARIA_IN");
  CHECK(second.ports()[0] != "in: antiphon:ARIA_IN");
  CHECK_THAT(second.ports()[0], Catch::Contains("ARIA_IN"));
}

TEST_CASE("a server that ends and comes back is played on, from where time is", "[jack]") {
  DummyJack server;
  RecordingClient client;
  JackBackend backend{{}};
  backend.start(client);
  server.stop();
  CHECK(newsFrom(backend) ==
        std::vector<std::string>{"The JACK server has gone away; the ports will be there again when it is back."});
  CHECK(backend.tend().empty());
  CHECK(client.happenings.size() == 0);

  server.startAgain();
  CHECK(newsFrom(backend) == std::vector<std::string>{"The JACK server is back, and so are the ports."});
  REQUIRE(client.happenings.waitFor(1));
  CHECK(client.happenings[0].kind == Happening::lost);

  JackProbe before{"before", 1, 0};
  REQUIRE(before.connect(before.out(0), "antiphon:ARIA_IN"));
  before.play({{before.soon(), 0, Bytes{0x90, 60, 100}}});
  REQUIRE(client.happenings.waitFor(2));
  CHECK(std::chrono::abs(client.happenings[1].when - steadyNow()) < 2s);
  backend.stop();
  CHECK(client.disorder() == 0);
}

TEST_CASE("a back end can be stopped while its server is gone", "[jack]") {
  DummyJack server;
  RecordingClient client;
  JackBackend backend{{}};
  backend.start(client);
  server.stop();
  backend.stop();
  CHECK(client.happenings.size() <= 1);
  CHECK_THROWS_WITH(backend.start(client), Catch::StartsWith("No JACK server answers"));
}

}  // namespace
}  // namespace antiphon

#endif
