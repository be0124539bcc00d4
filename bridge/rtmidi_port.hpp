// RtMidi's ports, made fit for real time and kept off the terminal.
#pragma once

#if defined(ANTIPHON_HAVE_RTMIDI)

#include <rtmidi/RtMidi.h>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bridge/midi_backend.hpp"
#include "bridge/player_thread.hpp"
#include "scheduler/midi_sink.hpp"

namespace antiphon {

/// The name under which other programs see us.
inline constexpr const char* kClientName = "antiphon";

/// Where a port's packets go. Handed to RtMidi as its callback.
struct RtMidiInlet {
  PlayerThread& thread;
  std::size_t feed;
  Inlet inlet;
  bool servesBoth;            // one port is the player's and the clock's
  bool raisesReader = false;  // the thread that calls is an ordinary one of RtMidi's, and late stamps are its fault

  /// RtMidi's callback. Its time stamp is a delta that some systems round to a batch of messages, so we take our own.
  /// Realtime: yes, but for a thread's first packet, when its priority may be raised.
  static void arrived(double delta, std::vector<unsigned char>* packet, void* inlet) noexcept;
};

/// Keeps what RtMidi complains about; otherwise it would print it. With this set it no longer throws after opening.
class RtMidiComplaints {
 public:
  void listenTo(RtMidi& port) { port.setErrorCallback(&RtMidiComplaints::heard, this); }
  /// What has been said since the last call; nothing when all went well. Ordinary threads.
  std::optional<std::string> take();
  /// While set, complaints are only counted: they come from the real-time thread. Realtime: yes.
  void onlyCount(bool yes) { onlyCount_ = yes; }
  std::uint64_t count() const { return count_.load(std::memory_order_relaxed); }

 private:
  static void heard(RtMidiError::Type type, const std::string& text, void* self);

  bool onlyCount_ = false;
  std::atomic<std::uint64_t> count_{0};
  std::optional<std::string> text_;
};

/// Makes an RtMidi object without letting its constructor print. Throws PortError.
std::unique_ptr<RtMidiIn> makeRtMidiIn(RtMidi::Api api);
std::unique_ptr<RtMidiOut> makeRtMidiOut(RtMidi::Api api);

/// The names of the ports that `scout` can open, in RtMidi's order: a name's index is the port's number.
std::vector<std::string> portNames(RtMidi& scout);

/// A port that can be closed and opened again while the rest plays on. All three from ordinary threads.
class RtMidiPort {
 public:
  virtual ~RtMidiPort() = default;
  /// A port of our own, for others to connect to. Throws PortError.
  virtual void openOwn(RtMidi::Api api, const std::string& name) = 0;
  /// Port `number` of another program or device; `name` is what our end of it is called. Throws PortError.
  virtual void openForeign(RtMidi::Api api, unsigned number, const std::string& name) = 0;
  virtual void close() = 0;
};

class RtMidiInPort final : public RtMidiPort {
 public:
  explicit RtMidiInPort(RtMidiInlet inlet) : inlet_{inlet} {}
  void openOwn(RtMidi::Api api, const std::string& name) override;
  void openForeign(RtMidi::Api api, unsigned number, const std::string& name) override;
  void close() override { port_.reset(); }

 private:
  void prepare(RtMidi::Api api);
  void finish();

  RtMidiInlet inlet_;
  RtMidiComplaints complaints_;
  std::unique_ptr<RtMidiIn> port_;
};

/// The real-time thread may go on sending while the port is closed and opened; meanwhile messages are dropped.
class RtMidiOutPort final : public RtMidiPort, public MidiSink {
 public:
  ~RtMidiOutPort() override { swapIn(nullptr); }
  void openOwn(RtMidi::Api api, const std::string& name) override;
  void openForeign(RtMidi::Api api, unsigned number, const std::string& name) override;
  void close() override { swapIn(nullptr); }

  /// Realtime: yes, as far as the system's own sending is.
  void send(const MidiMessage& message, Nanos when) override;
  std::uint64_t dropped() const { return closedDrops_.load(std::memory_order_relaxed) + complaints_.count(); }

 private:
  void swapIn(std::unique_ptr<RtMidiOut> port);
  template <typename Open>
  void open(RtMidi::Api api, Open&& openIt);

  RtMidiComplaints opening_;     // heard while a port is opened, by an ordinary thread
  RtMidiComplaints complaints_;  // heard while it plays
  std::atomic<RtMidiOut*> port_{nullptr};
  std::atomic<bool> sending_{false};
  std::atomic<std::uint64_t> closedDrops_{0};
};

}  // namespace antiphon

#endif
