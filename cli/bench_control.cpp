// How quickly what another program asks for is heard, and whether any of it is lost: OSC and scripts beside the sound.
#include "cli/benches.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/exit.hpp"
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
#include "bridge/silent_sink.hpp"
#include "bridge/thread_priority.hpp"
#include "bridge/whole_table.hpp"
#include "cli/statistics.hpp"
#include "synth/null_device.hpp"
#if defined(ANTIPHON_HAVE_JACK)
#include "bridge/dummy_jack.hpp"
#endif
#endif

namespace antiphon {
namespace {

struct Wish {
  int seconds = 60, rate = 1000, commands = 50'000;
  bool jack = false, json = false;
};

#if defined(ANTIPHON_HAVE_LIBLO)

using namespace std::chrono_literals;

constexpr int kPeriod = 256;
constexpr double kHertz = 48000;
constexpr int kScriptSeconds = 20;  // at most

/// Which call of the device has taken which knob: the moment of the call, and how many it had turned when it ended.
class Witness final : public synth::AudioSystem {
 public:
  struct Call {
    Nanos when{};
    std::uint64_t turned = 0;
  };

  Witness(std::unique_ptr<synth::AudioSystem> system, std::size_t calls) : system_{std::move(system)} {
    calls_.reserve(calls);
  }
  void watch(const synth::Machine& machine) { machine_ = &machine; }
  /// Once the sound has stopped.
  const std::vector<Call>& calls() const { return calls_; }

  std::vector<synth::DeviceInfo> devices() override { return system_->devices(); }
  std::unique_ptr<synth::AudioDevice> open(const synth::DeviceInfo& info, synth::SampleRate rate, int period) override {
    return std::make_unique<Device>(*this, system_->open(info, rate, period));
  }
  std::unique_ptr<synth::AudioDevice> openNothing(synth::SampleRate rate, int period) override {
    return std::make_unique<Device>(*this, std::make_unique<synth::NullDevice>(rate, period));
  }

 private:
  class Device final : public synth::AudioDevice, private synth::SoundSource {
   public:
    Device(Witness& witness, std::unique_ptr<synth::AudioDevice> device)
        : witness_{witness}, device_{std::move(device)} {}
    void start(synth::SoundSource& source) override {
      source_ = &source;
      device_->start(*this);
    }
    void stop() override { device_->stop(); }
    bool alive() const override { return device_->alive(); }
    std::string describe() const override { return device_->describe(); }

   private:
    void sound(float* left, float* right, int frames, const synth::Call& call) noexcept override {
      if (!raised_) {  // as a sound card's own thread is
        raiseThisThread();
        raised_ = true;
      }
      const Nanos now = steadyNow();
      source_->sound(left, right, frames, call);
      auto& calls = witness_.calls_;
      if (witness_.machine_ != nullptr && calls.size() < calls.capacity())
        calls.push_back({now, witness_.machine_->turned()});
    }
    Witness& witness_;
    std::unique_ptr<synth::AudioDevice> device_;
    synth::SoundSource* source_ = nullptr;
    bool raised_ = false;
  };

  std::unique_ptr<synth::AudioSystem> system_;
  const synth::Machine* machine_ = nullptr;
  std::vector<Call> calls_{};
};

/// A studio as it is played, with a sound that a knob is turned on.
class Studio {
 public:
  Studio(const Wish& wish, double seconds)
      : witness_{new Witness{synth::systemAudio(), static_cast<std::size_t>((seconds + 10) * kHertz / 16)}},
        ensemble_{wishOf(wish), std::unique_ptr<synth::AudioSystem>{witness_}, nowhere_} {
    settings_.clock = ClockSource::internal;
    addWholeTable(table_, {.wanted = settings_,
                           .live = {.send = [](const LiveCommand&) { return true; },
                                    .status = [] { return std::string{}; },
                                    .quit = [] {}},
                           .model = {.again = [] { return false; }},
                           .wait = [](double) { return Command::Reply{}; },
                           .ensemble = &ensemble_});
    doorway_.attend([this] { ensemble_.history().begin(); },
                    [this](std::string_view line) {
                      ensemble_.lookAround();
                      ensemble_.history().done(line);
                    });
    for (const char* line : {"create pad osc=saw filter=lowpass voices=8", "patch pad > out", "note pad C3 100 600",
                             "note pad E3 100 600", "note pad G3 100 600"})
      if (const auto reply = doorway_.run(line, Doorway::Door::own); !reply.ok) throw std::runtime_error{reply.text};
    ensemble_.start();
    tending_ = std::thread{[this] { tend(); }};
    std::this_thread::sleep_for(1s);  // until the device runs evenly
  }
  ~Studio() { stop(); }

  void stop() {
    leaving_.store(true);
    if (tending_.joinable()) tending_.join();
    ensemble_.stop();
  }
  Witness& witness() { return *witness_; }
  Ensemble& ensemble() { return ensemble_; }
  Doorway& doorway() { return doorway_; }

 private:
  static EnsembleWish wishOf(const Wish& wish) {
    EnsembleWish ensemble;
    ensemble.audio = {wish.jack ? std::string{} : std::string{synth::AudioWish::kNobody}, kPeriod};
    ensemble.rate = synth::SampleRate{kHertz};
    return ensemble;
  }
  /// As the daemon's own loop does.
  void tend() {
    for (int turn = 0; !leaving_.load(); ++turn) {
      std::this_thread::sleep_for(40ms);
      doorway_.within([&] {
        ensemble_.turnKnobs();
        if (turn % 25 == 0) ensemble_.tend();
      });
    }
  }

  Settings settings_{};
  SilentSink nowhere_{};
  Witness* witness_;
  Ensemble ensemble_;
  CommandTable table_{};
  Doorway doorway_{table_, &ensemble_.desk()};
  std::atomic<bool> leaving_{false};
  std::thread tending_{};
};

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

nlohmann::ordered_json measureOsc(const Wish& wish) {
  Studio studio{wish, static_cast<double>(wish.seconds)};
  OscDoor door{studio.doorway(), {.port = 0}, [&](Nanos when) { return studio.ensemble().frameOf(when); }, {}};
  const Sender sender{door.port()};
  std::vector<Nanos> sent;
  const synth::Machine& machine = studio.ensemble().desk().machine();
  const std::uint64_t before = machine.turned();
  const std::uint64_t gapsBefore = studio.ensemble().metrics().underruns;
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
  const double asked = kPeriod * 1e3 / kHertz + 0.3;
  return {{"seconds", wish.seconds},
          {"messages_a_second", static_cast<double>(sent.size()) / took},
          {"sent", sent.size()},
          {"applied", taken},
          {"lost", static_cast<std::int64_t>(sent.size()) - static_cast<std::int64_t>(taken)},
          {"lost_by_the_system", door.lost()},
          {"replies", replies},
          {"gaps", metrics.underruns - gapsBefore},
          {"periods_made_too_slowly", metrics.overruns},
          {"applied_ms_median", percentile(ms, 50)},
          {"applied_ms_p99", percentile(ms, 99)},
          {"applied_ms_worst", percentile(ms, 100)},
          {"asked_for_ms", asked},
          {"within_what_is_asked_for",
           static_cast<double>(std::ranges::count_if(ms, [&](double x) { return x <= asked; })) /
               static_cast<double>(std::max<std::size_t>(1, ms.size()))}};
}

nlohmann::ordered_json measureScript(const Wish& wish) {
  Studio studio{wish, 0};
  const int seconds = std::min(wish.seconds, kScriptSeconds);
  const auto gaps = [&] { return studio.ensemble().metrics().underruns; };
  // What the machine itself leaves out, while nobody asks for anything.
  const std::uint64_t begun = gaps();
  std::this_thread::sleep_for(std::chrono::seconds{seconds});
  const std::uint64_t gapsBefore = gaps();
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
                                 {"gaps", metrics.underruns - gapsBefore},
                                 {"gaps_as_long_without_commands", gapsBefore - begun},
                                 {"periods_made_too_slowly", metrics.overruns}};
  if (errors > 0) figures["first_error"] = first;
  return figures;
}

int benchControl(const Wish& wish) {
#if defined(ANTIPHON_HAVE_JACK)
  std::optional<DummyJack> server;
  if (wish.jack) server.emplace(true, kPeriod);
#else
  if (wish.jack) throw UsageError{"this build has no JACK in it"};
#endif
  const nlohmann::ordered_json figures{{"device", wish.jack ? "JACK's dummy" : "none"},
                                       {"period_frames", kPeriod},
                                       {"realtime_priority", probeThreadPriority() == ThreadPriority::realtime},
                                       {"osc", measureOsc(wish)},
                                       {"script", measureScript(wish)}};
  if (wish.json) {
    std::printf("%s\n", figures.dump(2).c_str());
    return kExitOk;
  }
  for (const auto& [part, values] : figures.items()) {
    if (!values.is_object()) std::printf("%-32s %s\n", part.c_str(), values.dump().c_str());
    else
      for (const auto& [name, value] : values.items())
        std::printf("%-32s %s\n", (part + ": " + name).c_str(), value.dump().c_str());
  }
  return kExitOk;
}

#else

int benchControl(const Wish&) { throw UsageError{"this build has no liblo in it, and understands no OSC"}; }

#endif

}  // namespace

Action addControlBench(CLI::App& bench) {
  auto* sub = bench.add_subcommand("control", "From an OSC message to the sound, and a script at full speed beside it");
  auto wish = std::make_shared<Wish>();
  sub->add_option("--seconds", wish->seconds, "How long (default 60)")->check(wholeNumber(1, 86'400));
  sub->add_option("--messages", wish->rate, "OSC messages a second (default 1000)")->check(wholeNumber(1, 1'000'000));
  sub->add_option("--commands", wish->commands, "Commands a second from a script (default 50000)")
      ->check(wholeNumber(1, 10'000'000));
  sub->add_flag("--jack", wish->jack, "Over a JACK server of its own; else to no device, by this machine's clock");
  sub->add_flag("--json", wish->json, "Print JSON");
  return [wish] { return benchControl(*wish); };
}

}  // namespace antiphon
