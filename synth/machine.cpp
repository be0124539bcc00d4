#include "synth/machine.hpp"

#include <algorithm>
#include <cmath>

#include "synth/denormals.hpp"

namespace antiphon::synth {
namespace {

constexpr std::size_t kCommands = 8192;
constexpr std::size_t kPlans = kCommands;  // as many may be followed, and come back, between two blocks
constexpr std::size_t kGestures = 4096;

bool isFinite(const float* numbers, std::size_t count) {
  // What is no number stays none when it is multiplied by nothing; a sum of such nothings is one vector loop.
  float nothing = 0;
  for (std::size_t i = 0; i < count; ++i) nothing += numbers[i] * 0.0f;
  return nothing == 0.0f;
}

}  // namespace

Machine::Machine(SampleRate rate)
    : rate_{rate}, commands_{kCommands}, used_{kPlans}, played_{kGestures}, safety_{rate} {
  waiting_.reserve(kGestures);
}

bool Machine::turn(Node& node, int inlet, float value, int frames) {
  return commands_.push({.kind = Command::Kind::turn, .node = &node, .inlet = inlet, .frames = frames, .value = value});
}

bool Machine::fade(Cable& cable, float amount, int frames) {
  return commands_.push({.kind = Command::Kind::fade, .cable = &cable, .frames = frames, .value = amount});
}

bool Machine::follow(const Plan& plan) { return commands_.push({.kind = Command::Kind::follow, .plan = &plan}); }

bool Machine::strike(NodeId node, const Gesture& gesture, Frame at) {
  return commands_.push({.kind = Command::Kind::strike, .played = {node, gesture, at}});
}

bool Machine::play(NodeId node, const Gesture& gesture, Frame at) { return played_.push({node, gesture, at}); }

void Machine::obey() {
  Command command;
  while (commands_.pop(command)) {
    switch (command.kind) {
      case Command::Kind::turn:
        command.node->knobs[static_cast<std::size_t>(command.inlet)].to(command.value, command.frames);
        break;
      case Command::Kind::fade: command.cable->amount.to(command.value, command.frames); break;
      case Command::Kind::follow:
        if (plan_ != nullptr) used_.push(plan_);
        plan_ = command.plan;
        break;
      case Command::Kind::strike: await(command.played); break;
    }
  }
  Played played;
  while (waiting_.size() < waiting_.capacity() && played_.pop(played)) await(played);
}

void Machine::await(const Played& played) {
  if (waiting_.size() == waiting_.capacity()) return;  // thousands of notes ahead of their time: no more
  const auto later = std::ranges::upper_bound(waiting_, played.at, {}, &Played::at);
  waiting_.insert(later, played);
}

void Machine::render(float* left, float* right, int frames, const Transport& time) {
  const NoDenormals quick;
  Transport there = time;
  for (int done = 0; done < frames;) {
    obey();
    const int count = std::min(kBlock, frames - done);
    if (plan_ == nullptr) {
      std::fill_n(left + done, count, 0.0f);
      std::fill_n(right + done, count, 0.0f);
    } else {
      block(count, there);
      const float* sound = plan_->out->made[0].get();
      for (int f = 0; f < count; ++f) {
        left[done + f] = sound[f * kLanes];
        right[done + f] = sound[f * kLanes + 1];
      }
    }
    safety_.tame(left + done, right + done, count);
    done += count;
    if (there.running) there.beat += count / rate_.hertz * there.tempo / 60;
    now_.store(now_.load(std::memory_order_relaxed) + count, std::memory_order_release);
  }
}

/// Hands what is played before `end` to the nodes that still stand.
void Machine::gesturesUntil(Frame end) {
  const Frame begin = now();
  std::size_t due = 0;
  for (; due < waiting_.size() && waiting_[due].at < end; ++due) {
    const Played& played = waiting_[due];
    const auto stands = std::ranges::find(plan_->turns, played.node, [](const auto& turn) { return turn.node->id; });
    if (stands == plan_->turns.end()) continue;
    stands->node->module->hear(played.gesture, static_cast<int>(std::max<std::int64_t>(0, played.at - begin)));
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(due));
}

void Machine::block(int frames, const Transport& time) {
  gesturesUntil(now() + frames);
  for (const Plan::Turn& turn : plan_->turns) {
    Node& node = *turn.node;
    if (node.muted) continue;
    listen(turn, frames);
    node.module->play({node.hears, node.makes, frames, node.groups, time});
  }
  for (Cable* cable : plan_->late) remember(*cable, frames);
  if (!isFinite(plan_->out->made[0].get(), static_cast<std::size_t>(frames) * kLanes)) findFault(frames);
}

void Machine::listen(const Plan::Turn& turn, int frames) {
  Node& node = *turn.node;
  for (std::size_t i = 0; i < turn.cables.size(); ++i) {
    const auto& cables = turn.cables[i];
    const Inlet& inlet = node.type.inlets[i];
    Glide& knob = node.knobs[i];
    if (cables.empty() && !knob.moving()) {
      float* const steady = node.mixed[i].get();
      std::fill_n(steady, kLanes, knob.now());
      node.hears[i] = {steady, 0, 0, 1};
      continue;
    }
    // A single cable that is not changed on its way is heard directly.
    if (cables.size() == 1 && !knob.moving() && knob.now() == 0 && inlet.least <= -1e9 && inlet.most >= 1e9) {
      const Cable& cable = *cables[0];
      if (!cable.late && !cable.amount.moving() && cable.amount.now() == 1 &&
          (inlet.each || !cable.from->voices || (node.voices && cable.from->groups == node.groups))) {
        node.hears[i] = cable.from->heard(cable.outlet);
        continue;
      }
    }
    mix(node, i, cables, frames);
  }
}

namespace {

/// What the knob says, in every lane.
void pour(Glide& knob, float* to, int groups, int frames) {
  for (int f = 0; f < frames; ++f) {
    const float value = knob.next();
    for (int g = 0; g < groups; ++g) std::fill_n(to + (g * kBlock + f) * kLanes, kLanes, value);
  }
}

void addGroup(const float* from, const float* amounts, float* to, int frames) {
  for (int f = 0; f < frames; ++f) {
    for (int lane = 0; lane < kLanes; ++lane) to[f * kLanes + lane] += amounts[f] * from[f * kLanes + lane];
  }
}

/// A voice's eight lanes become one number, the same for both ears.
void addSum(const float* from, const float* amounts, float* to, int frames) {
  for (int f = 0; f < frames; ++f) {
    float sum = 0;
    for (int lane = 0; lane < kLanes; ++lane) sum += from[f * kLanes + lane];
    sum *= amounts[f];
    for (int lane = 0; lane < kLanes; ++lane) to[f * kLanes + lane] += sum;
  }
}

}  // namespace

void Machine::mix(Node& node, std::size_t index, const std::vector<Cable*>& cables, int frames) {
  const Inlet& inlet = node.type.inlets[index];
  float* const to = node.mixed[index].get();
  int groups = node.groups;
  bool voices = node.voices;
  if (inlet.each) {
    for (const Cable* cable : cables) {
      groups = std::max(groups, cable->from->groups);
      voices = voices || cable->from->voices;
    }
  }
  pour(node.knobs[index], to, groups, frames);
  for (Cable* cable : cables) {
    float amounts[kBlock];
    for (int f = 0; f < frames; ++f) amounts[f] = cable->amount.next();
    alignas(64) float past[kPerGroup];
    const int theirs = cable->from->groups;
    const bool summed = cable->from->voices && !voices;
    for (int g = 0; g < (summed ? theirs : groups); ++g) {
      const int source = cable->from->voices ? g : 0;
      if (source >= theirs) break;
      const float* from = cable->from->made[static_cast<std::size_t>(cable->outlet)].get() +
                          static_cast<std::size_t>(source) * kPerGroup;
      if (cable->late) {
        const float* ring = cable->past.get() + static_cast<std::size_t>(source) * 2 * kPerGroup;
        for (int f = 0; f < frames; ++f) {
          // What is written now stands at pastAt; what was written kBlock frames before that is due.
          const int place = (cable->pastAt + kBlock + f) % (2 * kBlock);
          std::copy_n(ring + place * kLanes, kLanes, past + f * kLanes);
        }
        from = past;
      }
      if (summed) addSum(from, amounts, to, frames);
      else addGroup(from, amounts, to + static_cast<std::size_t>(g) * kPerGroup, frames);
    }
  }
  const auto least = static_cast<float>(inlet.least), most = static_cast<float>(inlet.most);
  if (inlet.least > -1e9 || inlet.most < 1e9) {
    for (int g = 0; g < groups; ++g) {
      float* const numbers = to + static_cast<std::size_t>(g) * kPerGroup;
      for (int i = 0; i < frames * kLanes; ++i) numbers[i] = std::min(std::max(least, numbers[i]), most);
    }
  }
  node.hears[index] = {to, kLanes, groups > 1 ? kPerGroup : 0, groups, voices};
}

/// Keeps what was made for the cable that will bring it late.
void Machine::remember(Cable& cable, int frames) {
  for (int g = 0; g < cable.from->groups; ++g) {
    const float* from =
        cable.from->made[static_cast<std::size_t>(cable.outlet)].get() + static_cast<std::size_t>(g) * kPerGroup;
    float* const ring = cable.past.get() + static_cast<std::size_t>(g) * 2 * kPerGroup;
    for (int f = 0; f < frames; ++f)
      std::copy_n(from + f * kLanes, kLanes, ring + (cable.pastAt + f) % (2 * kBlock) * kLanes);
  }
  cable.pastAt = (cable.pastAt + frames) % (2 * kBlock);
}

/// Something that is no number has come out. The first node on the way that said such a thing is muted; those that
/// have heard it forget what they were at.
void Machine::findFault(int frames) {
  bool first = true;
  for (const Plan::Turn& turn : plan_->turns) {
    Node& node = *turn.node;
    const auto count = static_cast<std::size_t>(node.groups) * kPerGroup;
    bool sound = true;
    for (const Signals& made : node.made) sound = sound && isFinite(made.get(), count);
    if (sound) continue;
    for (const Signals& made : node.made) std::fill_n(made.get(), count, 0.0f);
    node.module->calm();
    if (first && &node != plan_->out) {
      node.muted = true;
      faulty_.store(node.id.value, std::memory_order_release);
    }
    first = false;
  }
  for (Cable* cable : plan_->late)
    std::fill_n(cable->past.get(), static_cast<std::size_t>(cable->from->groups) * 2 * kPerGroup, 0.0f);
  std::fill_n(plan_->out->made[0].get(), static_cast<std::size_t>(frames) * kLanes, 0.0f);
}

}  // namespace antiphon::synth
