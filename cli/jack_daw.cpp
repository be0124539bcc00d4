#if defined(ANTIPHON_HAVE_JACK)

#include "cli/jack_daw.hpp"

#include <jack/midiport.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace antiphon {
namespace {

constexpr const char* kNames[] = {"clock", "keys", "ears", "tap"};

}  // namespace

jack_client_t* JackDaw::open(const char* name) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{3};
  while (std::chrono::steady_clock::now() < until) {
    jack_client_t* client = jack_client_open(name, JackNoStartServer, nullptr);
    if (client != nullptr) return client;
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  throw std::runtime_error{"no JACK server answers"};
}

JackDaw::JackDaw() {
  player_ = open("daw");
  listener_ = open("daw-ears");
  rate_ = jack_get_sample_rate(player_);
  heard_.resize(kMostHeard);
  for (int port = 0; port < 4; ++port) {
    ports_[port] = jack_port_register(port < 2 ? player_ : listener_, kNames[port], JACK_DEFAULT_MIDI_TYPE,
                                      port < 2 ? JackPortIsOutput : JackPortIsInput, 0);
  }
  jack_set_process_callback(player_, &JackDaw::playCycle, this);
  jack_set_process_callback(listener_, &JackDaw::listenCycle, this);
  if (jack_activate(player_) != 0 || jack_activate(listener_) != 0) throw std::runtime_error{"JACK refuses a client"};
}

JackDaw::~JackDaw() {
  jack_client_close(player_);
  jack_client_close(listener_);
}

std::string JackDaw::portName(Port port) const { return jack_port_name(ports_[static_cast<int>(port)]); }

void JackDaw::connect(const std::string& from, const std::string& to, double seconds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>{seconds};
  for (;;) {
    if (jack_port_by_name(player_, from.c_str()) != nullptr && jack_port_by_name(player_, to.c_str()) != nullptr) {
      const int failed = jack_connect(player_, from.c_str(), to.c_str());
      if (failed == 0 || failed == EEXIST) return;
    }
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error{"cannot connect " + from + " to " + to};
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}

void JackDaw::play(std::vector<Event> events) {
  if (playing_.load()) throw std::logic_error{"a JackDaw plays once"};
  events_ = std::move(events);
  playing_.store(true, std::memory_order_release);
}

std::vector<JackDaw::Event> JackDaw::heard() const {
  const auto count = static_cast<std::ptrdiff_t>(heardCount_.load(std::memory_order_acquire));
  return {heard_.begin(), heard_.begin() + count};
}

int JackDaw::playCycle(jack_nframes_t frames, void* self) {
  static_cast<JackDaw*>(self)->play(frames);
  return 0;
}

int JackDaw::listenCycle(jack_nframes_t frames, void* self) {
  static_cast<JackDaw*>(self)->listen(frames);
  return 0;
}

void JackDaw::play(jack_nframes_t frames) {
  void* buffers[] = {jack_port_get_buffer(ports_[0], frames), jack_port_get_buffer(ports_[1], frames)};
  for (void* buffer : buffers) jack_midi_clear_buffer(buffer);
  const std::uint64_t start = jack_last_frame_time(player_);
  const bool playing = playing_.load(std::memory_order_acquire);
  for (; playing && next_ < events_.size() && events_[next_].frame < start + frames; ++next_) {
    const Event& event = events_[next_];
    const auto offset = static_cast<jack_nframes_t>(event.frame > start ? event.frame - start : 0);
    jack_midi_event_write(buffers[static_cast<int>(event.port)], offset, event.message.bytes.data(),
                          event.message.size);
  }
  frame_.store(start + frames, std::memory_order_release);
}

void JackDaw::listen(jack_nframes_t frames) {
  const std::uint64_t start = jack_last_frame_time(listener_);
  auto count = heardCount_.load(std::memory_order_relaxed);
  for (int port = 2; port < 4; ++port) {
    void* buffer = jack_port_get_buffer(ports_[port], frames);
    const jack_nframes_t events = jack_midi_get_event_count(buffer);
    for (jack_nframes_t i = 0; i < events && count < kMostHeard; ++i) {
      jack_midi_event_t event;
      if (jack_midi_event_get(&event, buffer, i) != 0 || event.size > 3) continue;
      Event& heard = heard_[count++];
      heard.frame = start + event.time;
      heard.port = static_cast<Port>(port);
      heard.message.size = static_cast<std::uint8_t>(event.size);
      std::copy_n(event.buffer, event.size, heard.message.bytes.begin());
    }
  }
  heardCount_.store(count, std::memory_order_release);
}

}  // namespace antiphon

#endif
