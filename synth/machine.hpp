// The patch that sounds, as the audio thread sees it: nodes in the order in which they are played, and what is to be
// done next. Edits come from the Desk through a queue; what an edit has made superfluous goes back the same way.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "scheduler/ring.hpp"
#include "synth/hindsight.hpp"
#include "synth/loudness.hpp"
#include "synth/node.hpp"
#include "synth/safety.hpp"
#include "synth/studio/sequencer.hpp"

namespace antiphon::synth {

/// The order of play. It names nodes and cables and owns none.
struct Plan {
  struct Turn {
    Node* node = nullptr;
    std::vector<std::vector<Cable*>> cables{};  // into each inlet
  };
  /// An instrument that hears nothing but its keys, and is heard by its outlet alone: it can rest.
  struct Whole {
    Node* keys = nullptr;
    Node* out = nullptr;
    int outlet = 0;
    std::vector<Node*> members{};
  };
  /// Somebody wants to know how loud it is there.
  struct Ear {
    Node* node = nullptr;
    int outlet = 0;
    float amount = 1;  // of it that goes on
    LoudnessMeter* meter = nullptr;
    Hindsight* hindsight = nullptr;  // nobody looks back
  };
  std::vector<Turn> turns{};
  std::vector<Whole> wholes{};
  std::vector<Ear> ears{};
  std::vector<Cable*> late{};
  Node* out = nullptr;
};

class Machine {
 public:
  explicit Machine(SampleRate rate);

  SampleRate rate() const { return rate_; }

  /// By the desk. Where the queue is full they wait for the one that plays, a second at most; then false. A knob moves
  /// there within so many frames, from `at` on (if its node still stands then) or as soon as possible.
  bool turn(Node& node, int inlet, float value, int frames, Frame at = {});
  bool fade(Cable& cable, float amount, int frames);
  /// Something is played by the desk's own thread, at this frame or as soon as possible.
  bool strike(NodeId node, const Gesture& gesture, Frame at);
  /// From its next block on this plan is played. The one before comes back by `used`.
  bool follow(const Plan& plan);
  bool used(const Plan*& plan) { return used_.pop(plan); }

  /// Whether another thread than the desk's plays; told by an ordinary thread while none does. Where none does nobody
  /// is waited for: what has been asked for is done at once when the queue is full.
  void playedElsewhere(bool elsewhere) { elsewhere_.store(elsewhere, std::memory_order_relaxed); }

  /// What is played in step with the music: told by the desk's thread.
  Sequencer& sequencer() { return sequencer_; }

  /// By the one that plays (one thread): something is played on a node, at this frame or as soon as possible.
  bool play(NodeId node, const Gesture& gesture, Frame at);

  /// The next frames, left and right. Realtime: yes.
  void render(float* left, float* right, int frames, const Transport& time);

  /// By the desk's thread; false when the queue is full. What is heard from this beat until that one is kept, frame by
  /// frame, for whoever asks for it there; from -kForEver: at once, also while the music stands still. Whoever does not
  /// fetch it for ten seconds loses some.
  static constexpr double kForEver = std::numeric_limits<double>::infinity();
  bool tape(double from, double until);
  struct Taped {
    float left = 0, right = 0;
    std::uint32_t take = 0;
  };
  bool taped(Taped& frame);
  /// Whether there is still something to come.
  bool taping() const { return taping_.load(std::memory_order_acquire); }
  /// Frames that found no room, since this was last asked.
  std::uint64_t takeUntaped() { return untaped_.exchange(0, std::memory_order_relaxed); }

  /// Frames rendered so far; any thread.
  Frame now() const { return {now_.load(std::memory_order_acquire)}; }
  /// Where the music was after them, in quarters; any thread.
  double beat() const { return beat_.load(std::memory_order_relaxed); }
  /// The last node that had to be muted, since it said something that is no number; NodeId{}: none. Any thread.
  NodeId faulty() const { return {faulty_.load(std::memory_order_acquire)}; }
  /// Knobs that have begun to turn, as was asked. Any thread.
  std::uint64_t turned() const { return turned_.load(std::memory_order_relaxed); }
  /// How many instruments rest: they have been silent for longer than any echo is, and cost nothing until they are
  /// played again. Any thread.
  int resting() const { return resting_.load(std::memory_order_relaxed); }

 private:
  struct Played {
    NodeId node{};
    Gesture gesture{};
    Frame at{};
  };
  /// A knob that waits for its frame; by then its node may be gone.
  struct Turning {
    NodeId node{};
    int inlet = 0, frames = 0;
    float value = 0;
    Frame at{};
  };
  struct Command {
    enum class Kind : std::uint8_t { turn, fade, follow, strike, tape } kind = Kind::turn;
    Node* node = nullptr;
    Cable* cable = nullptr;
    const Plan* plan = nullptr;
    int inlet = 0, frames = 0;
    float value = 0;
    Frame at{};
    Played played{};
    double from = 0, until = 0;  // beats
    std::uint32_t take = 0;
  };

  bool ask(const Command& command);
  void obey();
  void turnNow(Node& node, const Turning& turning);
  void await(const Turning& turning);
  void turnDue();
  void meet();
  void await(const Played& played);
  /// Where it is scarce no key goes down, so that each that is down can be let go.
  bool hasRoom() const { return waiting_.size() < waiting_.capacity() / 2; }
  void compose(const Transport& time);
  void gesturesUntil(Frame end);
  void block(int frames, const Transport& time);
  void findFault(int frames);
  void letRest(int frames);
  void measure(int frames);
  void keepOnTape(const float* left, const float* right, int frames, const Transport& time);
  void wake(const Plan::Whole& whole);
  void touch(Node& keys, const Gesture& gesture);

  SampleRate rate_;
  const Plan* plan_ = nullptr;
  Ring<Command> commands_;
  Ring<const Plan*> used_;
  Ring<Played> played_;
  std::vector<Played> waiting_{};    // of what is played: not due yet, in the order of their frames
  std::vector<Turning> turnings_{};  // likewise, of knobs
  Sequencer sequencer_;
  Safety safety_;
  std::unique_ptr<Ring<Taped>> tape_{};  // made by the desk's thread, before the first that is asked for
  double tapeFrom_ = kForEver, tapeUntil_ = kForEver;
  std::uint32_t take_ = 0, takes_ = 0;  // that is played; that was asked for last
  std::atomic<bool> taping_{false};
  std::atomic<std::uint64_t> untaped_{0};
  std::atomic<std::int64_t> now_{0};
  std::atomic<double> beat_{0};
  std::atomic<std::uint64_t> faulty_{0};
  std::atomic<int> resting_{0};
  std::atomic<std::uint64_t> turned_{0};
  std::atomic<bool> elsewhere_{false};
};

}  // namespace antiphon::synth
