// A DAW for measuring: plays a laid-out clock and keys through JACK, and keeps what it hears, frame by frame.
#pragma once

#if defined(ANTIPHON_HAVE_JACK)

#include <jack/jack.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "scheduler/midi_message.hpp"

namespace antiphon {

/// Lives on the server that JACK_DEFAULT_SERVER names. Ports: clock and keys go out, ears and tap come in. The two
/// sides are two clients: through one, the way out and back would be a loop, which JACK delays by a period.
class JackDaw {
 public:
  enum class Port : std::uint8_t { clock, keys, ears, tap };
  struct Event {
    std::uint64_t frame = 0;  // of the server
    Port port = Port::clock;
    MidiMessage message{};
  };

  /// Throws std::runtime_error when no server answers.
  JackDaw();
  ~JackDaw();
  JackDaw(const JackDaw&) = delete;
  JackDaw& operator=(const JackDaw&) = delete;

  unsigned rate() const { return rate_; }
  /// Waits until both ports are there, for `seconds` at most, and connects them; throws when that fails.
  void connect(const std::string& from, const std::string& to, double seconds = 10);
  std::string portName(Port port) const;

  /// Plays `events`, in order of frame; returns at once. Once in the life of a JackDaw.
  void play(std::vector<Event> events);
  /// Where it is now.
  std::uint64_t frame() const { return frame_.load(std::memory_order_acquire); }
  /// What has been heard so far, in order.
  std::vector<Event> heard() const;

 private:
  static constexpr std::size_t kMostHeard = 1 << 20;

  static jack_client_t* open(const char* name);
  static int playCycle(jack_nframes_t frames, void* self);
  static int listenCycle(jack_nframes_t frames, void* self);
  void play(jack_nframes_t frames);
  void listen(jack_nframes_t frames);

  jack_client_t* player_ = nullptr;
  jack_client_t* listener_ = nullptr;
  jack_port_t* ports_[4]{};
  unsigned rate_ = 0;
  std::vector<Event> events_;
  std::size_t next_ = 0;
  std::vector<Event> heard_;
  std::atomic<std::size_t> heardCount_{0};
  std::atomic<std::uint64_t> frame_{0};
  std::atomic<bool> playing_{false};
};

}  // namespace antiphon

#endif
