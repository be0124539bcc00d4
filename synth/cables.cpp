#include "synth/cables.hpp"

#include <algorithm>

#include "synth/sums.hpp"

namespace antiphon::synth {
namespace {

/// A single cable that is not changed on its way is heard directly.
bool isPlain(const Node& node, std::size_t index, const std::vector<Cable*>& cables) {
  const Cable& cable = *cables[0];
  const Inlet& inlet = node.type.inlets[index];
  return cables.size() == 1 && !cable.late && cable.amount.now() == 1 && node.knobs[index].now() == 0 &&
         inlet.least <= -1e9 && inlet.most >= 1e9 &&
         (inlet.each || !cable.from->voices || (node.voices && cable.from->groups == node.groups));
}

/// How each inlet hears what it does. It stays so until a knob or a cable's amount is changed, and has got there.
void settle(const Plan::Turn& turn) {
  Node& node = *turn.node;
  node.settled = true;
  node.direct.clear();
  node.mixes.clear();
  for (std::size_t i = 0; i < turn.cables.size(); ++i) {
    const auto& cables = turn.cables[i];
    const Glide& knob = node.knobs[i];
    const bool moves = knob.moving() || std::ranges::any_of(cables, [](const Cable* c) { return c->amount.moving(); });
    node.settled = node.settled && !moves;
    if (cables.empty() && !moves) {
      float* const steady = node.mixed[i].get();
      std::fill_n(steady, kLanes, knob.now());
      node.hears[i] = {steady, 0, 0, 1};
    } else if (!moves && isPlain(node, i, cables)) {
      const Cable& cable = *cables[0];
      node.hears[i] = cable.from->heard(cable.outlet);
      node.direct.push_back({&node.hears[i], &cable.from->makes[static_cast<std::size_t>(cable.outlet)]});
    } else {
      node.mixes.push_back(i);
    }
  }
}

/// What a cable brings comes to what is there, each row so many times. Where no voices are heard, a sum of them is.
void addCable(const Cable& cable, const float* amounts, int rows, float* to, int groups, bool voices) {
  const Heard from = cable.from->heard(cable.outlet);
  const bool summed = from.voices && !voices;
  if (summed && !cable.late) return addVoices(from, amounts, rows, to);
  for (int g = 0; g < (summed ? from.groups : groups); ++g) {
    const int source = from.voices ? g : 0;
    if (source >= from.groups) break;
    float* const there = to + (summed ? 0 : static_cast<std::size_t>(g) * kPerGroup);
    if (!cable.late) {
      addGroup(from, source, amounts, rows, there);
      continue;
    }
    alignas(64) float past[kPerGroup];
    const float* const ring = cable.past.get() + static_cast<std::size_t>(source) * kPerGroup;
    for (int f = 0; f < rows; ++f) {
      // What is written now stands at pastAt; what was written kLoop frames before that is due.
      const int place = (cable.pastAt + kLoopRing - kLoop + f) % kLoopRing;
      std::copy_n(ring + place * kLanes, kLanes, past + f * kLanes);
    }
    if (summed) addVoices({past, kLanes}, amounts, rows, there);
    else addGroup({past, kLanes}, 0, amounts, rows, there);
  }
}

void mixInlet(Node& node, std::size_t index, const std::vector<Cable*>& cables, int frames) {
  const Inlet& inlet = node.type.inlets[index];
  Glide& knob = node.knobs[index];
  float* const to = node.mixed[index].get();
  int groups = node.groups;
  bool voices = node.voices, steady = !knob.moving();
  for (const Cable* cable : cables) {
    if (inlet.each) {
      groups = std::max(groups, cable->from->groups);
      voices = voices || cable->from->voices;
    }
    steady = steady && !cable->late && !cable->amount.moving() && cable->from->heard(cable->outlet).steady();
  }
  const int rows = steady ? 1 : frames;
  float numbers[kBlock];
  // Voices that come first to a knob at zero stand there alone.
  bool nothing =
      !cables.empty() && !voices && !knob.moving() && knob.now() == 0 && !cables[0]->late && cables[0]->from->voices;
  if (!nothing) {
    knob.next(numbers, rows);
    pour(numbers, rows, to, groups);
  }
  for (Cable* cable : cables) {
    // A late one that is new comes in when there is something that it brings.
    const int waits = cable->late ? std::clamp(kLoop - cable->remembers, 0, rows) : 0;
    std::fill_n(numbers, waits, cable->amount.now());
    cable->amount.next(numbers + waits, rows - waits);
    if (nothing) addVoices(cable->from->heard(cable->outlet), numbers, rows, to, Onto::nothing);
    else addCable(*cable, numbers, rows, to, groups, voices);
    nothing = false;
  }
  if (inlet.least > -1e9 || inlet.most < 1e9) {
    const auto least = static_cast<float>(inlet.least), most = static_cast<float>(inlet.most);
    for (int g = 0; g < groups; ++g) holdWithin(least, most, to + static_cast<std::size_t>(g) * kPerGroup, rows);
  }
  node.hears[index] = {
      to, steady ? std::size_t{0} : kLanes, groups > 1 ? kPerGroup : 0, groups, voices, !cables.empty()};
}

}  // namespace

void listen(const Plan::Turn& turn, int frames) {
  Node& node = *turn.node;
  if (!node.settled) settle(turn);
  for (const Direct& direct : node.direct) direct.heard->perFrame = direct.said->steady ? 0 : kLanes;
  for (const std::size_t i : node.mixes) mixInlet(node, i, turn.cables[i], frames);
}

void remember(Cable& cable, int frames) {
  const Heard from = cable.from->heard(cable.outlet);
  for (int g = 0; g < from.groups; ++g) {
    float* const ring = cable.past.get() + static_cast<std::size_t>(g) * kPerGroup;
    for (int f = 0; f < frames; ++f) std::copy_n(from.at(g, f), kLanes, ring + (cable.pastAt + f) % kLoopRing * kLanes);
  }
  cable.pastAt = (cable.pastAt + frames) % kLoopRing;
  cable.remembers = std::min(kLoop, cable.remembers + frames);
}

}  // namespace antiphon::synth
