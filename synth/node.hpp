// A module where it stands in a running patch: its knobs, its cables, and what it made last. Nodes and cables outlive
// the plans that name them, so an edit elsewhere in the patch does not disturb what is sounding.
#pragma once

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "synth/module.hpp"

namespace antiphon::synth {

/// A number on its way from what it was to what it was set to.
class Glide {
 public:
  explicit Glide(float value = 0) : now_{value}, goal_{value} {}
  /// Realtime: yes.
  void to(float goal, int frames) {
    goal_ = goal;
    left_ = frames;
    if (frames <= 0) now_ = goal;
    else step_ = (goal - now_) / static_cast<float>(frames);
  }
  float now() const { return now_; }
  bool moving() const { return left_ > 0; }
  /// The number of the next frame.
  float next() {
    if (left_ == 0) return now_;
    now_ = --left_ == 0 ? goal_ : now_ + step_;
    return now_;
  }
  /// The numbers of so many frames.
  void next(float* numbers, int frames) {
    if (left_ == 0) std::fill_n(numbers, frames, now_);
    else std::generate_n(numbers, frames, [this] { return next(); });
  }

 private:
  float now_, goal_, step_ = 0;
  int left_ = 0;
};

/// Memory for signals, on cache lines.
struct FreeSignals {
  void operator()(float* at) const { ::operator delete[](at, std::align_val_t{64}); }
};
using Signals = std::unique_ptr<float[], FreeSignals>;
/// So many groups, all silent.
Signals silentSignals(int groups);

/// Which node, also when it may be gone by now.
struct NodeId {
  std::uint64_t value = 0;
  friend bool operator==(NodeId, NodeId) = default;
};

struct Node;

/// Where a late cable remembers: written and read by turns, up to kLoop frames at a time.
inline constexpr int kLoopRing = 2 * kLoop;
static_assert(kLoopRing <= kBlock, "a group of it is no longer than a group of signals");

struct Cable {
  Cable(Node* giver, int outletIndex, Node* taker, int inletIndex, bool closesLoop);

  Node* from;
  int outlet;
  Node* to;
  int inlet;
  bool late;          // closes a loop: what it brings is kLoop frames old
  Glide amount{};     // a new cable comes in softly
  Signals past{};     // of a late one: what was made in the block before, [group][kLoopRing][kLanes]
  int pastAt = 0;     // the ring's next place
  int remembers = 0;  // frames that the ring has been given, up to kLoop
};

/// Of what is played: whether it may rest until it is played again.
struct Rest {
  std::bitset<128> down{};    // keys that are held
  std::int64_t quietFor = 0;  // frames, by whole cells
  bool loud = false;          // in the cell that is being made
};

/// What is said at one node's outlet is what another hears.
struct Direct {
  Heard* heard = nullptr;
  const Made* said = nullptr;
};

struct Node {
  Node(NodeId id, std::string name, const ModuleType& type, const Place& place, const std::vector<double>& values);

  NodeId id;
  std::string name;
  const ModuleType& type;
  int groups;
  bool voices = false;  // its lanes are; else they are a room's
  std::shared_ptr<const Recording> recording;
  std::shared_ptr<const void> code;
  std::unique_ptr<Module> module;
  std::vector<Glide> knobs{};        // of each inlet
  std::vector<Signals> mixed{};      // of each inlet: where knob and cables are added up
  std::vector<int> mixedGroups{};    // how many there is room for
  std::vector<Signals> made{};       // of each outlet
  std::vector<Heard> hears{};        // of each inlet
  std::vector<Made> makes{};         // of each outlet
  std::vector<Direct> direct{};      // its inlets that hear another's outlet as it is
  std::vector<std::size_t> mixes{};  // those for which something has to be added up
  bool settled = false;              // the others hear what their knobs say, and all that will stay so
  bool muted = false;                // it said something that is no number
  bool rests = false;                // its instrument is silent, and is not played
  Rest rest{};                       // of an instrument's keys

  Heard heard(int outlet) const;
};

}  // namespace antiphon::synth
