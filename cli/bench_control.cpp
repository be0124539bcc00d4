// How quickly what another program asks for is heard, and whether any of it is lost: OSC and scripts beside the sound.
#include "cli/benches.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/exit.hpp"
#include "cli/figures.hpp"
#include "cli/words.hpp"

#if defined(ANTIPHON_HAVE_LIBLO)
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "bridge/osc_door.hpp"
#include "cli/played_studio.hpp"
#include "cli/statistics.hpp"
#if defined(ANTIPHON_HAVE_JACK)
#include "bridge/dummy_jack.hpp"
#endif
#endif

namespace antiphon {
namespace {

struct ControlWish {
  int seconds = 60, rate = 1000, commands = 50'000;
  bool jack = false, json = false;
};

#if defined(ANTIPHON_HAVE_LIBLO)

using namespace std::chrono_literals;

constexpr int kScriptSeconds = 20;  // at most

/// So many times a second, on an even line. True while it is time for more.
class March {
 public:
  March(int rate, int seconds) : apart_{1e9 / rate}, count_{static_cast<std::int64_t>(rate) * seconds} {}
  std::int64_t count() const { return count_; }
  void await(std::int64_t number) const {
    const Nanos due = begin_ + Nanos{static_cast<std::int64_t>(static_cast<double>(number) * apart_)};
    if (due > steadyNow())
      std::this_thread::sleep_until(
          std::chrono::steady_clock::time_point{std::chrono::duration_cast<std::chrono::steady_clock::duration>(due)});
  }
  double seconds() const { return static_cast<double>((steadyNow() - begin_).count()) / 1e9; }

 private:
  double apart_;
  std::int64_t count_;
  Nanos begin_ = steadyNow();
};

/// Another program's socket.
class Sender {
 public:
  explicit Sender(int port) : socket_{::socket(AF_INET, SOCK_DGRAM, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (socket_ < 0 || ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error{"no packet can be sent on this machine"};
  }
  ~Sender() { ::close(socket_); }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  bool send(const std::string& packet) const {
    return ::send(socket_, packet.data(), packet.size(), 0) == static_cast<ssize_t>(packet.size());
  }
  /// Answers that have come: they are read, as a program does that asks.
  std::int64_t replies() const {
    std::array<char, 512> bytes;
    std::int64_t count = 0;
    while (::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT) > 0) ++count;
    return count;
  }

 private:
  int socket_;
};

nlohmann::ordered_json measureOsc(const ControlWish& wish) {
  PlayedStudio studio{wish.jack, static_cast<double>(wish.seconds)};
  OscDoor door{studio.doorway(), {.port = 0}, [&](Nanos when) { return studio.ensemble().frameOf(when); }, {}};
  const Sender sender{door.port()};
  std::vector<Nanos> sent;
  const synth::Machine& machine = studio.ensemble().desk().machine();
  const std::uint64_t before = machine.turned();
  const Nanos begun = steadyNow();
  studio.witness().watch(machine);
  const March march{wish.rate, wish.seconds};
  sent.reserve(static_cast<std::size_t>(march.count()));
  std::int64_t replies = 0;
  for (std::int64_t i = 0; i < march.count(); ++i) {
    march.await(i);
    const std::vector<OscValue> value{static_cast<float>(300 + i % 1000)};
    const std::string packet = oscPacket("/studio/pad/cutoff", value);
    sent.push_back(steadyNow());
    if (!sender.send(packet)) throw std::runtime_error{"the system took no packet"};
    replies += sender.replies();
  }
  const double took = march.seconds();
  std::this_thread::sleep_for(500ms);
  replies += sender.replies();
  const nlohmann::ordered_json gaps = studio.gapsBetween(begun, steadyNow());
  const synth::EngineMetrics metrics = studio.ensemble().metrics();
  studio.stop();

  // The first call of the device that had taken so many: the moment it began.
  std::vector<double> ms;
  std::size_t i = 0;
  std::uint64_t taken = 0;
  for (const Witness::Call& call : studio.witness().calls()) {
    taken = call.turned - before;
    for (; i < taken && i < sent.size(); ++i)
      ms.push_back(std::max(0.0, static_cast<double>((call.when - sent[i]).count()) / 1e6));
  }
  const double asked = kStudioPeriod * 1e3 / kStudioRate + 0.3;
  return {{"seconds", wish.seconds},
          {"messages_a_second", static_cast<double>(sent.size()) / took},
          {"sent", sent.size()},
          {"applied", taken},
          {"lost", static_cast<std::int64_t>(sent.size()) - static_cast<std::int64_t>(taken)},
          {"lost_by_the_system", door.lost()},
          {"replies", replies},
          {"sound", gaps},
          {"periods_made_too_slowly", metrics.overruns},
          {"applied_ms_median", percentile(ms, 50)},
          {"applied_ms_p99", percentile(ms, 99)},
          {"applied_ms_worst", percentile(ms, 100)},
          {"asked_for_ms", asked},
          {"within_what_is_asked_for",
           static_cast<double>(std::ranges::count_if(ms, [&](double x) { return x <= asked; })) /
               static_cast<double>(std::max<std::size_t>(1, ms.size()))}};
}

nlohmann::ordered_json measureScript(const ControlWish& wish) {
  PlayedStudio studio{wish.jack, 0};
  const int seconds = std::min(wish.seconds, kScriptSeconds);
  // What the machine itself leaves out, while nobody asks for anything.
  const Nanos begun = steadyNow();
  std::this_thread::sleep_for(std::chrono::seconds{seconds});
  const Nanos asked = steadyNow();
  const March march{wish.commands, seconds};
  std::int64_t errors = 0;
  std::string first;
  for (std::int64_t i = 0; i < march.count(); ++i) {
    if (i % 50 == 0) march.await(i);
    const auto reply = studio.doorway().run("set pad.cutoff " + std::to_string(300 + i % 1000), Doorway::Door::own);
    if (reply.ok) continue;
    if (errors++ == 0) first = reply.text;
  }
  const double took = march.seconds();
  std::this_thread::sleep_for(500ms);
  const synth::EngineMetrics metrics = studio.ensemble().metrics();
  nlohmann::ordered_json figures{{"seconds", seconds},
                                 {"commands", march.count()},
                                 {"commands_a_second", static_cast<double>(march.count()) / took},
                                 {"errors", errors},
                                 {"sound", studio.gapsBetween(asked, steadyNow())},
                                 {"sound_as_long_without_commands", studio.gapsBetween(begun, asked)},
                                 {"periods_made_too_slowly", metrics.overruns}};
  if (errors > 0) figures["first_error"] = first;
  return figures;
}

int benchControl(const ControlWish& wish) {
#if defined(ANTIPHON_HAVE_JACK)
  std::optional<DummyJack> server;
  if (wish.jack) server.emplace(true, kStudioPeriod);
#else
  if (wish.jack) throw UsageError{"this build has no JACK in it"};
#endif
  const nlohmann::ordered_json figures{{"device", wish.jack ? "JACK's dummy" : "none"},
                                       {"period_frames", kStudioPeriod},
                                       {"realtime_priority", probeThreadPriority() == ThreadPriority::realtime},
                                       {"osc", measureOsc(wish)},
                                       {"script", measureScript(wish)}};
  if (wish.json) {
    std::printf("%s\n", figures.dump(2).c_str());
    return kExitOk;
  }
  printFigures(figures);
  return kExitOk;
}

#else

int benchControl(const ControlWish&) { throw UsageError{"this build has no liblo in it, and understands no OSC"}; }

#endif

}  // namespace

Action addControlBench(CLI::App& bench) {
  auto* sub = bench.add_subcommand("control", "From an OSC message to the sound, and a script at full speed beside it");
  auto wish = std::make_shared<ControlWish>();
  sub->add_option("--seconds", wish->seconds, "How long (default 60)")->check(wholeNumber(1, 86'400));
  sub->add_option("--messages", wish->rate, "OSC messages a second (default 1000)")->check(wholeNumber(1, 1'000'000));
  sub->add_option("--commands", wish->commands, "Commands a second from a script (default 50000)")
      ->check(wholeNumber(1, 10'000'000));
  sub->add_flag("--jack", wish->jack, "Over a JACK server of its own; else to no device, by this machine's clock");
  sub->add_flag("--json", wish->json, "Print JSON");
  return [wish] { return benchControl(*wish); };
}

}  // namespace antiphon
