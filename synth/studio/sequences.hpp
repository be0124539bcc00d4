// Who plays what: the patterns of the studio by name, as they were written, and the tracks of the sequencer that play
// them.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "scheduler/meter.hpp"
#include "synth/desk.hpp"
#include "synth/studio/notation.hpp"

namespace antiphon::synth {

/// By one thread at a time, the desk's. What cannot be done throws PatchError or NotationError, with a sentence.
class Sequences {
 public:
  struct Sequence {
    std::string name{};  // of the module or instrument that plays it
    Written written{};
    bool plays = false, muted = false;
    friend bool operator==(const Sequence&, const Sequence&) = default;
  };
  /// All that can be told to them.
  struct State {
    std::vector<Sequence> all{};
    Feel feel{};
    Tick quantum{};
    Meter meter{};
    friend bool operator==(const State&, const State&) = default;
  };

  /// `meter`: the music's. A change comes in with its next bar.
  explicit Sequences(Desk& desk, Meter meter = {}) : desk_{desk}, meter_{meter} {}

  /// Writes what `name` is to play. Where it plays already, that comes with the next bar; else play() is waited for.
  /// A drum that nobody strikes yet is given pads, and who is patched nowhere is patched to out.
  void write(const std::string& name, Written written);
  /// Whoever it is: also who was taken away and made again meanwhile, and has no pads and no cable yet.
  void play(const std::string& name);
  void stop(const std::string& name);
  void mute(const std::string& name, bool muted);
  /// For the next bar, a pattern of steps that plays leads on to the bar after it.
  void fill(const std::string& name, double amount);
  /// Once, from the next bar line on, by whoever it is: then what was played before goes on.
  void playOnce(const std::string& name, Pattern pattern);
  /// Whoever it is can play and is heard, or it throws.
  void engage(const std::string& name);
  /// All that are there.
  void playAll();
  void stopAll();
  /// Forgets the pattern.
  void clear(const std::string& name);

  /// A change comes in at the next multiple of this; nothing: at once.
  void quantize(Tick quantum) { quantum_ = quantum; }
  Tick quantum() const { return quantum_; }
  /// Meanwhile they come with the bar, whatever was said.
  void byTheBar(bool wanted) { byTheBar_ = wanted; }
  Meter meter() const { return meter_; }
  /// Bars are so long from here on.
  void meter(Meter meter);
  void feel(const Feel& feel);
  const Feel& feel() const { return feel_; }

  /// In the order in which they were written first.
  const std::vector<Sequence>& all() const { return sequences_; }
  const Sequence& at(const std::string& name) const;
  /// As it is played: what is struck where; of a drum by its pads' key.
  Pattern pattern(const Sequence& sequence) const { return patternOf(sequence.written, keyOf(sequence.name)); }
  /// False: it was taken away. Its pattern is heard as soon as something is called so again.
  bool isThere(const std::string& name) const;
  /// Whether it strikes pads.
  bool isStruck(const std::string& name) const;
  /// That its steps strike.
  float keyOf(const std::string& name) const;
  State state() const { return {sequences_, feel_, quantum_, meter_}; }
  /// What plays something else from here on does so with the next bar. Whom a sequence names may be missing: then
  /// nobody plays it until there is one.
  void adopt(const State& state);

  /// The patch was edited: names may stand for other modules now. Frees what is no longer played. From time to time,
  /// and after every edit.
  void tend();

 private:
  struct Player {
    std::string sequence{};  // empty: the track is free
    NodeId node{};
  };

  Sequence& find(const std::string& name);
  int trackOf(const std::string& name);
  void makePlayable(const std::string& name);
  void makeHeard(const std::string& name);
  /// Null: it was taken away, and nobody plays until it is back.
  const PlacedModule* playerOf(const std::string& name) const;
  NodeId nodeOf(const std::string& name) const;
  int aimedAt(const std::string& name, bool muted);
  void send(const Sequence& sequence);
  Tick coming() const { return byTheBar_ ? meter_.bar() : quantum_; }
  const Pattern* keep(Pattern pattern);

  Desk& desk_;
  Meter meter_;
  Tick quantum_ = meter_.bar();
  bool byTheBar_ = false;
  Feel feel_{};
  std::vector<Sequence> sequences_{};
  std::array<Player, Sequencer::kMostTracks> players_{};
  std::uint64_t fills_ = 0;
  std::vector<std::unique_ptr<const Pattern>> patterns_{};  // that the sequencer may be playing
};

}  // namespace antiphon::synth
