#include "cli/soak.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <random>

#include "cli/simulation.hpp"
#include "model/echo.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kBarsInASitting = 500;

/// Hears what leaves, and what the phases are when it does.
class Auditor final : public MidiSink, public Journal {
 public:
  explicit Auditor(SoakResult& result) : result_{result} {}

  void send(const MidiMessage& message, Nanos when) override {
    if (when < last_) ++result_.backwards;
    last_ = when;
    // The end of an answer may be told just before its last releases: both are of the same moment.
    if (phase_ != Phase::answering && when != changed_) ++result_.outside;
    const auto key = static_cast<std::size_t>(message.channel() * 128 + message.data1());
    if (message.isNoteOn()) {
      ++result_.notesPlayed;
      if (sounding_[key]) ++result_.doubled;
      sounding_[key] = true;
    } else if (message.isNoteOff()) {
      if (!sounding_[key]) ++result_.doubled;
      sounding_[key] = false;
    }
  }

  void write(const JournalEntry& entry, Nanos when) override {
    if (const auto* change = std::get_if<PhaseChanged>(&entry)) {
      phase_ = change->to;
      changed_ = when;
    } else if (const auto* turn = std::get_if<TurnEnded>(&entry)) {
      ++result_.turns;
      began(turn->report);
    }
  }

  std::function<void(const TurnReport&)> began = [](const TurnReport&) {};

  void endSitting() { result_.stuck += std::count(sounding_.begin(), sounding_.end(), true); }

 private:
  SoakResult& result_;
  std::array<bool, 16 * 128> sounding_{};
  Phase phase_ = Phase::stopped;
  Nanos changed_ = Nanos::min();
  Nanos last_ = Nanos::min();
};

/// The clock and the player of one sitting.
class Sitting {
 public:
  Sitting(std::mt19937_64& random, SoakResult& result)
      : random_{random},
        result_{result},
        settings_{anySettings()},
        disturbed_{chance(2)},
        auditor_{result},
        simulation_{settings_, echo_,    echo_,   pick(std::array{0ms, 0ms, 20ms, 400ms, 3000ms}),
                    auditor_,  nowhere_, auditor_} {
    auditor_.began = [this](const TurnReport& turn) {
      const bool onLine = turn.begin.count % settings_.meter.bar().count == 0;
      if (settings_.anchor == Anchor::transport && !onLine) ++result_.offDownbeat;
    };
  }

  void play() {
    clock(midi::kStart);
    const std::int64_t pulses = kBarsInASitting * settings_.meter.bar().count / kPulse.count;
    for (std::int64_t pulse = 0; pulse < pulses; ++pulse) {
      const Nanos next = time_ + period_;
      clock(midi::kClock, disturbed_ ? Nanos{below(4'000'000)} - 2ms : 0ms);
      while (strokeAt_ < next) stroke();
      time_ = next;
      if (disturbed_) disturb();
    }
    simulation_.runOut();
    auditor_.endSitting();
    result_.bars += kBarsInASitting;
  }

 private:
  Settings anySettings() {
    Settings s;
    s.meter = pick(std::array{Meter{4, 4}, Meter{4, 4}, Meter{3, 4}, Meter{6, 8}, Meter{7, 8}, Meter{5, 4}});
    s.measures = 1 + static_cast<int>(below(chance(4) ? 16 : 3));
    s.humanMeasures = 1 + static_cast<int>(below(2));
    s.late = pick(std::array{Late::echo, Late::echo, Late::rest, Late::wait});
    s.overlap = pick(std::array{Overlap::ignore, Overlap::ignore, Overlap::yield});
    s.anchor = pick(std::array{Anchor::transport, Anchor::transport, Anchor::firstNote});
    s.quantize = pick(std::array{Tick{0}, Tick{0}, Tick{120}, Tick{160}});
    s.seed = random_();
    return s;
  }

  void disturb() {
    switch (below(4000)) {
      case 0:
        clock(midi::kStop);
        time_ += Nanos{below(3'000'000'000)};
        clock(midi::kContinue);
        break;
      case 1: {
        const auto position = MidiMessage::songPosition(static_cast<std::uint16_t>(below(4096)));
        simulation_.receive(Inlet::clock, position.view(), now());
        break;
      }
      case 2:
        time_ += Nanos{below(4'000'000'000)};  // the clock is lost, and comes back
        break;
      case 3:
      case 4:
      case 5: period_ = Tempo::bpm(50 + static_cast<double>(below(150))).span(kPulse); break;
      default: break;
    }
  }

  /// A key goes down or comes up, about sixteen times two a bar.
  void stroke() {
    const auto pitch = static_cast<std::uint8_t>(48 + below(32));
    const auto channel = static_cast<std::uint8_t>(below(2));
    const bool down = !keys_[channel][pitch];
    keys_[channel][pitch] = down;
    if (down) ++result_.notesHeard;
    const auto message = down ? MidiMessage::noteOn(channel, pitch, static_cast<std::uint8_t>(1 + below(127)))
                              : MidiMessage::noteOff(channel, pitch);
    simulation_.receive(Inlet::player, message.view(), std::max(now(), strokeAt_));
    strokeAt_ += Nanos{below(6 * static_cast<std::uint64_t>(period_.count()))};
  }

  void clock(std::uint8_t status, Nanos shift = Nanos{0}) {
    simulation_.receive(Inlet::clock, MidiMessage::of(status).view(), std::max(now(), time_ + shift));
  }
  Nanos now() { return std::max(Nanos{0}, simulation_.performance().now()); }

  std::int64_t below(std::uint64_t limit) { return static_cast<std::int64_t>(random_() % limit); }
  bool chance(std::uint64_t in) { return random_() % in == 0; }
  template <typename T, std::size_t Size>
  T pick(const std::array<T, Size>& choices) {
    return choices[random_() % Size];
  }

  std::mt19937_64& random_;
  SoakResult& result_;
  Settings settings_;
  bool disturbed_;
  Auditor auditor_;
  struct : MidiSink {
    void send(const MidiMessage&, Nanos) override {}
  } nowhere_;
  EchoAnswerer echo_;
  Simulation simulation_;
  Nanos time_{1s};
  Nanos strokeAt_{1s};
  Nanos period_ = Tempo::bpm(120).span(kPulse);
  bool keys_[2][128]{};
};

}  // namespace

SoakResult soak(std::int64_t bars, std::uint64_t seed, const std::function<void(std::int64_t)>& progress) {
  SoakResult result;
  std::mt19937_64 random{seed};
  const auto start = std::clock();
  while (result.bars < bars) {
    Sitting{random, result}.play();
    progress(result.bars);
  }
  result.cpuSeconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  return result;
}

}  // namespace antiphon
