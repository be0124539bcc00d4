// antiphon doctor: looks at what a good evening depends on, and says what to mend.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "bridge/midi_systems.hpp"
#include "bridge/player_thread.hpp"
#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "cli/statistics.hpp"
#include "model/echo.hpp"
#include "model/improviser.hpp"
#include "model/torch_plugin.hpp"
#include "model/virtual_thinker.hpp"
#include "synth/audio_device.hpp"

namespace antiphon {
namespace {

enum class Health { good, mind, bad };

struct Finding {
  Health verdict;
  std::string what;
  std::string mend{};
};

std::string millis(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f ms", value);
  return text;
}

/// A client that wants to be called every five milliseconds and notes how late it is.
class Punctual final : public MidiClient {
 public:
  static constexpr int kTimes = 200;
  void receive(Inlet, std::span<const std::uint8_t>, Nanos) override {}
  void portLost(Nanos) override {}
  void advance(Nanos until) override {
    if (next_ == Nanos{0}) next_ = until + kEvery;
    while (next_ < until && count_ < kTimes) {
      late_[static_cast<std::size_t>(count_.fetch_add(1))] = static_cast<double>((until - next_).count()) / 1e6;
      next_ += kEvery;
    }
  }
  Nanos nextDue() const override { return count_ < kTimes ? next_ : Nanos::max(); }
  bool done() const { return count_ >= kTimes; }
  std::vector<double> late() const { return {late_.begin(), late_.end()}; }

 private:
  static constexpr Nanos kEvery = std::chrono::milliseconds{5};
  Nanos next_{0};
  std::array<double, kTimes> late_{};
  std::atomic<int> count_{0};
};

Finding lookAtWakeUps() {
  PlayerThread thread{1};
  Punctual client;
  thread.start(client);
  while (!client.done()) std::this_thread::sleep_for(std::chrono::milliseconds{20});
  thread.stop();
  const double median = percentile(client.late(), 50);
  const double worst = percentile(client.late(), 99);
  const std::string text =
      "this machine wakes a thread " + millis(median) + " late, 99 times of 100 within " + millis(worst);
  if (worst < 1) return {Health::good, text};
  return {Health::mind, text, "close other programs, or use JACK, where notes leave on their frame whatever else runs"};
}

Finding lookAtPriority() {
  if (probeThreadPriority() == ThreadPriority::realtime) return {Health::good, "real-time priority is granted"};
  return {Health::mind, "real-time priority is refused", std::string{priorityAdvice()}};
}

/// How long an answerer takes for four bars; `mostMs` is what leaves time to spare.
Finding lookAt(Answerer& answerer, const std::string& who, double mostMs) {
  EchoAnswerer echo;
  VirtualThinker thinker{answerer, echo, Nanos{0}, [] { return Nanos{0}; }};
  std::vector<Note> call;
  for (int i = 0; i < 16; ++i) call.push_back({i * Tick{120}, Tick{100}, static_cast<std::uint8_t>(60 + i % 8), 80, 0});
  std::vector<double> times;
  for (std::uint32_t turn = 1; turn <= 20; ++turn) {
    const auto before = std::chrono::steady_clock::now();
    thinker.commit({{turn, 1}, Meter{}, 1, 4, Tempo{}, 1}, call);
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - before).count());
  }
  const double worst = percentile(times, 99);
  return {worst < mostMs ? Health::good : Health::mind,
          who + " thinks of four bars in " + millis(percentile(times, 50)),
          worst < mostMs ? "" : "this machine is very busy or slow: close other programs, or play with --guard 12"};
}

Finding lookAtModel() {
  try {
    const auto model = NativeModel::embedded();
    Wishes wishes;
    wishes.model = model;
    Improviser improviser{std::make_shared<WishDesk>(std::move(wishes))};
    return lookAt(improviser, model->name(), 1000);
  } catch (const ModelError& error) {
    return {Health::bad, error.what(), "build again, or play with --answerer echo"};
  }
}

Finding lookAtTorch() {
  for (const auto& path : torchPluginPaths()) {
    if (std::filesystem::exists(path))
      return {Health::good, "the torch plug-in is there: models can be trained, and played on a GPU"};
  }
  return {Health::mind, "no torch plug-in: playing needs none; antiphon train and --device cuda do"};
}

std::vector<Finding> lookAtSystems() {
  std::vector<Finding> findings;
  bool any = false;
  for (const MidiSystem& system : surveyMidiSystems()) {
    if (system.name == "loopback") continue;
    any = any || system.available;
    if (system.available) {
      findings.push_back({Health::good, "MIDI by " + system.name + ": " + std::to_string(system.inputs.size()) +
                                            " inputs, " + std::to_string(system.outputs.size()) + " outputs"});
    } else if (system.builtIn) {
      findings.push_back({Health::mind, "no MIDI by " + system.name, system.why});
    }
  }
  if (!any) {
    findings.push_back({Health::bad, "no MIDI system answers: only the demonstration will play",
                        "start JACK (jackd), or load the ALSA sequencer (modprobe snd-seq)"});
  }
  return findings;
}

Finding lookAtSound() {
  const auto system = synth::systemAudio();
  const std::vector<synth::DeviceInfo> devices = system->devices();
  if (devices.empty()) {
    const std::string why{system->without()};
    return {Health::mind, why.empty() ? "no sound device: --synth and solo play, and nobody hears them" : why};
  }
  return {Health::good, "the synth plays to " + synth::textOf(synth::chooseDevice(devices, {})) +
                            (devices.size() == 1 ? ""
                                                 : ", and could to " + std::to_string(devices.size() - 1) +
                                                       " more (run --list-devices)")};
}

int examine() {
  std::vector<Finding> findings = lookAtSystems();
  findings.push_back(lookAtSound());
  findings.push_back(lookAtPriority());
  findings.push_back(lookAtWakeUps());
  const unsigned cores = std::thread::hardware_concurrency();
  findings.push_back({cores >= 2 ? Health::good : Health::mind,
                      std::to_string(cores) + (cores == 1 ? " core" : " cores"),
                      cores >= 2 ? "" : "one core plays and thinks in turn: answers may come late"});
  EchoAnswerer echo;
  findings.push_back(lookAt(echo, "the echo", 20));
  findings.push_back(lookAtModel());
  findings.push_back(lookAtTorch());

  bool bad = false;
  for (const Finding& finding : findings) {
    const char* mark = finding.verdict == Health::good ? "ok  " : finding.verdict == Health::mind ? "mind" : "BAD ";
    std::printf("%s  %s\n", mark, finding.what.c_str());
    if (!finding.mend.empty()) std::printf("      %s\n", finding.mend.c_str());
    bad = bad || finding.verdict == Health::bad;
  }
  return bad ? kExitFailed : kExitOk;
}

}  // namespace

Action addDoctor(CLI::App& app) {
  app.add_subcommand("doctor", "Look at what a good evening depends on, and say what to mend");
  return [] { return examine(); };
}

}  // namespace antiphon
