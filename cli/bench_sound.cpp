// How the synth keeps up in the whole program, over a JACK server: gaps, and from a key to its sound.
#include "cli/benches.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/exit.hpp"
#include "cli/figures.hpp"
#include "cli/words.hpp"

#if defined(ANTIPHON_HAVE_JACK)
#include <jack/midiport.h>
#include <atomic>
#include <cmath>
#include <thread>

#include "bridge/band.hpp"
#include "bridge/dummy_jack.hpp"
#include "bridge/heard_band.hpp"
#include "bridge/jack_backend.hpp"
#include "bridge/jack_client.hpp"
#include "bridge/journal_queue.hpp"
#include "cli/neighbour.hpp"
#include "cli/played_studio.hpp"
#include "cli/standstills.hpp"
#include "cli/statistics.hpp"
#include "model/echo.hpp"
#include "synth/rack.hpp"
#endif

namespace antiphon {
namespace {

struct SoundWish {
  int seconds = 60, period = 128, voices = 32;
  bool alone = false, json = false;
};

#if defined(ANTIPHON_HAVE_JACK)

using namespace std::chrono_literals;

constexpr jack_nframes_t kApart = 4801, kHeld = 480;  // frames from key to key, at changing places in the period

/// At the other end of the cables: strikes a key now and then, and notices on which frame its sound begins.
class Listener {
 public:
  Listener() : jack_{openJackPatiently("antiphon-bench")} {
    if (!jack_) throw std::runtime_error{"the JACK server does not answer"};
    key_ = jack_port_register(jack_.get(), "key", JACK_DEFAULT_MIDI_TYPE, JackPortIsOutput, 0);
    ear_ = jack_port_register(jack_.get(), "ear", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
    took_.reserve(1 << 20);
    jack_set_process_callback(
        jack_.get(), [](jack_nframes_t n, void* self) { return static_cast<Listener*>(self)->process(n); }, this);
    jack_activate(jack_.get());
    jack_connect(jack_.get(), jack_port_name(key_), "antiphon:ARIA_IN");
    jack_connect(jack_.get(), "antiphon-synth:out_left", jack_port_name(ear_));
  }
  ~Listener() { stop(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  void stop() { jack_deactivate(jack_.get()); }

  /// Once stopped: frames from each key to its sound, and keys that were never heard.
  const std::vector<double>& took() const { return took_; }
  int unheard() const { return unheard_; }

 private:
  int process(jack_nframes_t length) {
    void* const out = jack_port_get_buffer(key_, length);
    const auto* const in = static_cast<const float*>(jack_port_get_buffer(ear_, length));
    jack_midi_clear_buffer(out);
    for (jack_nframes_t f = 0; f < length; ++f, ++frame_) {
      if (frame_ == next_) {
        if (waits_) ++unheard_;
        strike(out, f, 100);
        struck_ = frame_;
        waits_ = true;
        next_ += kApart;
      } else if (frame_ == struck_ + kHeld) {
        strike(out, f, 0);
      }
      if (waits_ && std::abs(in[f]) > 0.2f) {
        took_.push_back(static_cast<double>(frame_ - struck_));
        waits_ = false;
      }
    }
    return 0;
  }
  static void strike(void* out, jack_nframes_t at, std::uint8_t velocity) {
    const MidiMessage message = MidiMessage::noteOn(0, 60, velocity);
    jack_midi_event_write(out, at, message.bytes.data(), message.size);
  }

  jack_port_t *key_ = nullptr, *ear_ = nullptr;
  std::int64_t frame_ = 0, next_ = 48'000, struck_ = -kApart;
  bool waits_ = false;
  std::vector<double> took_{};
  int unheard_ = 0;
  JackClient jack_;  // its thread uses the rest: goes first
};

/// Gaps that the server has with a client that does nothing: they are the machine's.
double gapsAlone(int seconds) {
  const JackClient idle = openJackPatiently("antiphon-idle");
  if (!idle) throw std::runtime_error{"the JACK server does not answer"};
  std::atomic<int> gaps{0};
  jack_set_process_callback(
      idle.get(), [](jack_nframes_t, void*) { return 0; }, nullptr);
  jack_set_xrun_callback(
      idle.get(), [](void* count) { return static_cast<std::atomic<int>*>(count)->fetch_add(1), 0; }, &gaps);
  jack_activate(idle.get());
  std::this_thread::sleep_for(std::chrono::seconds{seconds});
  jack_deactivate(idle.get());
  return gaps * 60.0 / seconds;
}

/// A gate that can be heard at once, and voices that sound and are not heard.
void buildPatch(Ensemble& ensemble, int voices) {
  synth::Desk& desk = ensemble.desk();
  const auto add = [&](const char* name, const char* type) { desk.add(name, *synth::moduleCalled(type), voices); };
  desk.remove("me");
  desk.add("me", *synth::moduleCalled("keys"), 1);
  desk.connect("me.gate", "out", 0.9);
  add("many", "keys");
  add("saw", "saw");
  add("filter", "ladder");
  add("shape", "adsr");
  add("amp", "vca");
  add("hall", "reverb");
  desk.connect("many.pitch", "saw.pitch");
  desk.connect("many.gate", "shape.gate");
  desk.connect("saw", "filter");
  desk.connect("filter", "amp");
  desk.connect("shape", "amp.gain");
  desk.connect("amp", "hall");
  desk.connect("hall", "out", 0);
  ensemble.lookAround();
  for (int v = 0; v < voices; ++v) {
    desk.machine().strike(desk.played("many"), {synth::Gesture::Kind::keyDown, static_cast<float>(36 + v % 60), 1},
                          desk.machine().now());
  }
}

int benchSound(const SoundWish& wish) {
  const DummyJack server{true, static_cast<unsigned>(wish.period)};
  std::vector<std::unique_ptr<Neighbour>> neighbours;
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < cores && !wish.alone; ++i) neighbours.push_back(std::make_unique<Neighbour>());

  const double alone = gapsAlone(std::max(2, wish.seconds / 3));
  JackBackend backend{PortNames{}};
  const Nanos lasts{static_cast<std::int64_t>(wish.period) * 1'000'000'000 / DummyJack::kRate};
  const Standstills standstills{lasts * 3 / 4};  // what is left of a period is too little for three programs
  auto* const witness = new Witness{synth::systemAudio(), 0};
  Ensemble ensemble{{.through = true}, std::unique_ptr<synth::AudioSystem>{witness}, backend.out()};
  buildPatch(ensemble, wish.voices);
  JournalQueue journal{1 << 18};
  Band band{Settings{},
            ensemble.answers(),
            backend.clockOut(),
            std::make_unique<EchoAnswerer>(),
            std::make_unique<EchoAnswerer>(),
            journal,
            [] {}};
  HeardBand heard{band, ensemble};
  ensemble.start();
  backend.start(heard);
  Listener listener;
  const Nanos begun = steadyNow();
  for (int second = 0; second < wish.seconds; ++second) {
    std::this_thread::sleep_for(1s);
    ensemble.tend();
    if (!wish.json) std::fprintf(stderr, "\r%d of %d s ", second + 1, wish.seconds);
  }
  if (!wish.json) std::fprintf(stderr, "\r\x1b[K");
  // The server tells of a gap by an ordinary thread, for which the neighbours leave little room.
  const nlohmann::ordered_json sound = witness->gapsBetween(begun, steadyNow(), standstills, 4 * lasts);
  listener.stop();
  backend.stop();
  const synth::EngineMetrics metrics = ensemble.metrics();
  ensemble.stop();

  const auto ms = [&](double percent) { return percentile(listener.took(), percent) / DummyJack::kRate * 1e3; };
  const nlohmann::ordered_json figures{{"seconds", wish.seconds},
                                       {"period_frames", wish.period},
                                       {"voices", wish.voices},
                                       {"neighbours", neighbours.size()},
                                       {"periods", metrics.calls},
                                       {"sound", sound},
                                       {"gaps_a_minute_of_the_server_alone", alone},
                                       {"periods_made_too_slowly", metrics.overruns},
                                       {"mean_share_of_period", metrics.share},
                                       {"worst_share_of_period", metrics.worstShare},
                                       {"keys", listener.took().size()},
                                       {"keys_unheard", listener.unheard()},
                                       {"came_late", metrics.late},
                                       {"key_to_sound_ms_median", ms(50)},
                                       {"key_to_sound_ms_p99", ms(99)},
                                       {"key_to_sound_ms_worst", ms(100)},
                                       {"asked_for_ms", wish.period * 1e3 / DummyJack::kRate + 0.3}};
  if (wish.json) std::printf("%s\n", figures.dump(2).c_str());
  else printFigures(figures);
  return kExitOk;
}

#else

int benchSound(const SoundWish&) { throw UsageError{"this build has no JACK in it, and measures no sound"}; }

#endif

}  // namespace

Action addSoundBench(CLI::App& bench) {
  auto* sub = bench.add_subcommand("sound", "Plays over a JACK server of its own: gaps, and from a key to its sound");
  auto wish = std::make_shared<SoundWish>();
  sub->add_option("--seconds", wish->seconds, "How long (default 60)")->check(wholeNumber(2, 86'400));
  sub->add_option("--period", wish->period, "Frames of the server's period (default 128)")
      ->check(wholeNumber(synth::kLeastPeriod, synth::kMostPeriod));
  sub->add_option("--voices", wish->voices, "That sound all the time (default 32)")->check(wholeNumber(1, 512));
  sub->add_flag("--alone", wish->alone, "Without a neighbour on each core");
  sub->add_flag("--json", wish->json, "Print JSON");
  return [wish] { return benchSound(*wish); };
}

}  // namespace antiphon
