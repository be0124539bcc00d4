// Plays patterns in step with the music, to the frame. Where a pattern stands follows from the music's beat alone, so
// all of them stay together however long they are, and song position leads to the same place each time.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "scheduler/ring.hpp"
#include "synth/node.hpp"
#include "synth/studio/pattern.hpp"

namespace antiphon::synth {

/// How evenly the strokes fall.
struct Feel {
  float swing = 0.5f;              // where the second of two sixteenths falls, as a part of both: 0.5 .. 0.75
  Tick swung{kQuarter.count / 4};  // what is swung: sixteenths, or eighths
  float humanize = 0;              // s by which a stroke is early or late, at most
  friend bool operator==(const Feel&, const Feel&) = default;
};

/// Where a beat falls when every second step is late.
double swung(const Feel& feel, double beat);

/// Told by one ordinary thread, played by the one that makes the sound.
class Sequencer {
 public:
  static constexpr int kMostTracks = 64;

  struct Due {
    NodeId node{};
    Gesture gesture{};
    Frame at{};
  };

  explicit Sequencer(SampleRate rate);

  /// By the ordinary thread; false: the queue is full. What it gives is played from the next multiple of `quantum` on,
  /// or at once while the music stands still. Null: from there on the track is silent. The pattern that is no longer
  /// played comes back by `retired`.
  bool play(int track, const Pattern* pattern, Tick quantum);
  /// Likewise, for so long only: then what was played before goes on. It stands where it begins, wherever that is;
  /// while the music stands still it waits.
  bool playOnce(int track, const Pattern* pattern, Tick quantum, Tick lasts);
  /// Whom a track plays from now on. What has begun is ended on the one before.
  bool aim(int track, NodeId node);
  /// From the next stroke on.
  bool mute(int track, bool muted);
  bool feel(const Feel& feel);
  bool retired(const Pattern*& pattern) { return retired_.pop(pattern); }

  /// What is to be played from `now` up to `end`, `time` being that at `now`, and what may be early behind it; in the
  /// order in which it was found. Valid until the next call. Realtime: yes.
  const std::vector<Due>& due(const Transport& time, Frame now, Frame end);

  /// Strokes that found no room; any thread.
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }
  /// Whether this track has a pattern in play, or to come; any thread.
  bool sounds(int track) const {
    return tracks_[static_cast<std::size_t>(track)].sounds.load(std::memory_order_relaxed);
  }

 private:
  struct Change {
    enum class Kind : std::uint8_t { play, aim, mute, feel } kind = Kind::play;
    int track = 0;
    const Pattern* pattern = nullptr;
    Tick quantum{};
    Tick lasts{};  // none: until another comes
    NodeId node{};
    bool muted = false;
    Feel feel{};
  };
  struct Track {
    NodeId node{};
    bool muted = false;
    const Pattern* pattern = nullptr;
    std::int64_t round = 0;  // of the next stroke
    std::size_t next = 0;
    bool changes = false;  // to `then`, at `from`
    const Pattern* then = nullptr;
    Tick quantum{}, lasts{};
    double from = kUnknown;
    double origin = 0;  // the beat that its first round is counted from
    Change waits{};     // to be played once, behind what is to come
    std::atomic<bool> sounds{false};
  };
  struct Held {
    NodeId node{};
    float key = 0;
    Frame since{};
    double until = 0;  // beats
  };
  static constexpr double kUnknown = -1e18;

  void obey();
  void goOn(std::size_t number, double horizon, bool jumps);
  void change(Track& track);
  void retire(const Pattern* pattern);
  void behind(Track& track, double beat);
  static void tell(Track& track);
  void locate(Track& track, double beat);
  double nextStroke(const Track& track) const;
  void strike(std::size_t number, double beat);
  void letGo(double before);
  void letAllGo();
  Frame frameOf(double beat) const;
  double felt(double beat) const { return swung(feel_, beat); }

  SampleRate rate_;
  Ring<Change> changes_;
  Ring<const Pattern*> retired_;
  std::array<Track, kMostTracks> tracks_{};
  std::size_t told_ = 0;  // so many of them: the others have never been told anything
  Feel feel_{};
  std::vector<Held> held_{};
  std::vector<Due> due_{};
  std::atomic<std::uint64_t> dropped_{0};

  bool running_ = false;
  double beat_ = 0, perFrame_ = 0;  // at the last call, and so
  Frame now_{};
};

}  // namespace antiphon::synth
