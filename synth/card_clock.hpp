// When a sound card plays which frame. It calls for sound about once a period, now a little late and now a little less;
// this is the even line behind these calls, so that a note's moment finds its frame.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "scheduler/latest.hpp"
#include "scheduler/time.hpp"
#include "synth/signal.hpp"

namespace antiphon::synth {

/// Written by the thread that makes the sound, read by two others. A line through (frame, moment) in the sense of least
/// squares that slowly forgets, begun with what is known beforehand: cards keep to their rate within 100 ppm. Calls
/// that stray far are left out; when they go on straying, the card has left frames out, and the line begins anew.
class CardClock {
 public:
  explicit CardClock(SampleRate rate);

  /// Another card. While neither thread is at work here.
  void restart();
  /// By the one that makes the sound: at `when` it was called to make so many frames from `first` on. `gap`: the card
  /// has played something else since the last call, nobody knows how much. Realtime: yes.
  void called(Frame first, int frames, Nanos when, bool gap = false);
  /// By the same: the moment whose notes sound at this frame. Realtime: yes.
  Nanos momentOf(Frame frame) const;

  /// By the one that reads: where a note of this moment sounds; never before one that was asked for earlier.
  /// Realtime: yes.
  Frame frameOf(Nanos when);
  /// By one more that reads: the same, in whatever order moments are asked for; nothing: nobody has called yet.
  std::optional<Frame> frameFor(Nanos when);
  /// Any thread. So many frames after its moment a note sounds, beside what the card itself needs.
  int latency() const { return latency_.load(std::memory_order_relaxed); }

 private:
  struct Line {
    Nanos origin{};
    double at = 0;  // ns after `origin`, at which `frame` is called for
    double frame = 0;
    double perFrame = 0;  // ns; 0: nobody has called yet
    double lead = 0;      // frames that are made before they are called for
  };

  void begin(double frame, double at);
  bool strays(double error);
  void learn(double error);
  void keepAhead(double end, double at);

  double usual_;  // ns a frame
  double drift_;  // (ns a frame)^2 that the rate may wander in a frame
  double slack_;  // frames that a note may come late and still be in time
  Line line_{};
  double atVariance_ = 0, bothVariance_ = 0, rateVariance_ = 0;  // of line_.at and line_.perFrame
  double jitter_ = 0;                                            // ns^2, of the calls
  double learned_ = 0;                                           // from how many
  int astray_ = 0;
  double astrayFor_ = 0, astrayBy_ = 0;
  struct {
    double until = 0;   // this stretch of watching ends, in frames
    bool any = false;   // a call in it was too early
    int inARow = 0;     // stretches before it, in which there was one
    double needed = 0;  // frames ahead, by the worst of them
  } early_{};

  static double frameOn(const Line& line, Nanos when);

  Latest<Line> published_{}, publishedToo_{};  // for each that reads
  Frame last_{};                               // by the one that reads
  std::atomic<int> latency_{0};
};

}  // namespace antiphon::synth
