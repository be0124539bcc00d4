#include "synth/machine.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "synth/cables.hpp"
#include "synth/denormals.hpp"
#include "synth/sums.hpp"

namespace antiphon::synth {
namespace {

constexpr std::size_t kCommands = 8192;
constexpr std::size_t kPlans = kCommands;  // as many may be followed, and come back, between two blocks
constexpr std::size_t kGestures = 4096;
constexpr std::size_t kTurnings = 2048;  // knobs that wait for their frame
constexpr auto kPatience = std::chrono::seconds{1};

alignas(64) constexpr float kUnplayed[kLanes] = {};
constexpr double kLongestEcho = 5;  // s: no delay here is so long that it sounds again after such a silence
constexpr float kSilence = 1e-6f;   // -120 dB

bool isQuiet(const Heard& heard, int frames) {
  bool loud = false;
  const int rows = heard.steady() ? 1 : frames;
  for (int g = 0; g < heard.groups; ++g) {
    const float* const numbers = heard.at(g, 0);
    for (int i = 0; i < rows * kLanes; ++i) loud |= std::abs(numbers[i]) > kSilence;
  }
  return !loud;
}

/// Who is played within a cell wakes where it begins, so that it does not matter how frames are asked for.
Frame cellEnd(Frame at) { return {(at.value / kBlock + 1) * kBlock}; }

}  // namespace

Machine::Machine(SampleRate rate)
    : rate_{rate}, commands_{kCommands}, used_{kPlans}, played_{kGestures}, sequencer_{rate}, safety_{rate} {
  waiting_.reserve(kGestures);
  turnings_.reserve(kTurnings);
}

bool Machine::turn(Node& node, int inlet, float value, int frames, Frame at) {
  return ask({.kind = Command::Kind::turn, .node = &node, .inlet = inlet, .frames = frames, .value = value, .at = at});
}

bool Machine::fade(Cable& cable, float amount, int frames) {
  return ask({.kind = Command::Kind::fade, .cable = &cable, .frames = frames, .value = amount});
}

bool Machine::follow(const Plan& plan) { return ask({.kind = Command::Kind::follow, .plan = &plan}); }

bool Machine::strike(NodeId node, const Gesture& gesture, Frame at) {
  return ask({.kind = Command::Kind::strike, .played = {node, gesture, at}});
}

bool Machine::ask(const Command& command) {
  if (commands_.push(command)) return true;
  if (!elsewhere_.load(std::memory_order_relaxed)) {
    obey();
    return commands_.push(command);
  }
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
    if (commands_.push(command)) return true;
  }
  return false;
}

bool Machine::play(NodeId node, const Gesture& gesture, Frame at) { return played_.push({node, gesture, at}); }

void Machine::obey() {
  Command command;
  while (commands_.pop(command)) {
    switch (command.kind) {
      case Command::Kind::turn: {
        const Turning turning{command.node->id, command.inlet, command.frames, command.value, command.at};
        if (command.at > now()) await(turning);
        else turnNow(*command.node, turning);
        break;
      }
      case Command::Kind::fade:
        command.cable->amount.to(command.value, command.frames);
        command.cable->to->settled = false;
        break;
      case Command::Kind::follow:
        if (plan_ != nullptr) used_.push(plan_);
        plan_ = command.plan;
        meet();
        break;
      case Command::Kind::tape:
        tapeFrom_ = command.from;
        tapeUntil_ = command.until;
        take_ = command.take;
        break;
      case Command::Kind::strike:
        if (command.played.gesture.kind != Gesture::Kind::keyDown || hasRoom()) await(command.played);
        break;
    }
  }
  Played played;
  while (waiting_.size() < waiting_.capacity() * 3 / 4 && played_.pop(played)) await(played);
}

void Machine::turnNow(Node& node, const Turning& turning) {
  // Nobody hears how the knob of one that rests gets there.
  node.knobs[static_cast<std::size_t>(turning.inlet)].to(turning.value, node.rests ? 0 : turning.frames);
  node.settled = false;
  turned_.store(turned_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

/// What nodes have to know about the plan that they now stand in.
void Machine::meet() {
  for (const Plan::Turn& turn : plan_->turns) {
    for (Made& made : turn.node->makes) {
      made.wanted = turn.node == plan_->out;
      made.together = turn.node->voices;
      made.summed = false;
    }
  }
  for (const Plan::Whole& whole : plan_->wholes) whole.keys->rest.quietFor = 0;
  resting_.store(0, std::memory_order_relaxed);
  for (const Plan::Turn& turn : plan_->turns) {
    turn.node->rests = false;
    turn.node->settled = false;
    for (const auto& cables : turn.cables) {
      for (const Cable* cable : cables) {
        Made& heard = cable->from->makes[static_cast<std::size_t>(cable->outlet)];
        const bool each = turn.node->voices || turn.node->type.inlets[static_cast<std::size_t>(cable->inlet)].each;
        heard.wanted = true;
        heard.together = heard.together && !each && !cable->late;
      }
    }
  }
}

void Machine::await(const Played& played) {
  if (waiting_.size() == waiting_.capacity()) return;  // thousands of gestures ahead of their time: no more
  const auto later = std::ranges::upper_bound(waiting_, played.at, {}, &Played::at);
  waiting_.insert(later, played);
}

void Machine::await(const Turning& turning) {
  if (turnings_.size() == turnings_.capacity()) return;  // the desk asks for fewer
  turnings_.insert(std::ranges::upper_bound(turnings_, turning.at, {}, &Turning::at), turning);
}

/// Turns the knobs whose frame has come, of nodes that still stand.
void Machine::turnDue() {
  const auto later = std::ranges::upper_bound(turnings_, now(), {}, &Turning::at);
  for (auto turning = turnings_.begin(); turning != later && plan_ != nullptr; ++turning) {
    const auto stands = std::ranges::find(plan_->turns, turning->node, [](const auto& turn) { return turn.node->id; });
    if (stands != plan_->turns.end()) turnNow(*stands->node, *turning);
  }
  turnings_.erase(turnings_.begin(), later);
}

void Machine::render(float* left, float* right, int frames, const Transport& time) {
  const NoDenormals quick;
  Transport there = time;
  for (int done = 0; done < frames;) {
    obey();
    turnDue();
    // Cells begin where they would however the frames are asked for, since whoever falls silent rests from a cell on.
    const int most = plan_ != nullptr && !plan_->late.empty() ? kLoop : kBlock;
    int count = std::min(most - static_cast<int>(now().value % most), frames - done);
    if (!turnings_.empty()) count = static_cast<int>(std::min<std::int64_t>(count, turnings_.front().at - now()));
    Heard sound{kUnplayed};
    if (plan_ != nullptr) {
      block(count, there);
      sound = {plan_->out->made[0].get(), kLanes};
    }
    safety_.tame(sound, left + done, right + done, count);
    if (tapeFrom_ < kForEver) keepOnTape(left + done, right + done, count, there);
    done += count;
    if (there.running) there.beat += count / rate_.hertz * there.tempo / 60;
    now_.store(now_.load(std::memory_order_relaxed) + count, std::memory_order_release);
  }
  beat_.store(there.beat, std::memory_order_relaxed);
}

/// What is in step with the music, to the end of this cell.
void Machine::compose(const Transport& time) {
  for (const Sequencer::Due& due : sequencer_.due(time, now(), cellEnd(now()))) {
    if (due.gesture.kind != Gesture::Kind::keyDown || hasRoom()) await({due.node, due.gesture, due.at});
  }
}

/// Hands what is played before `end` to the nodes that still stand.
void Machine::gesturesUntil(Frame end) {
  const Frame begin = now(), cell = cellEnd(begin);
  for (const Played& played : waiting_) {
    if (played.at >= cell) break;
    for (const Plan::Whole& whole : plan_->wholes) {
      if (whole.keys->id == played.node) wake(whole);
    }
  }
  std::size_t due = 0;
  for (; due < waiting_.size() && waiting_[due].at < end; ++due) {
    const Played& played = waiting_[due];
    const auto stands = std::ranges::find(plan_->turns, played.node, [](const auto& turn) { return turn.node->id; });
    if (stands == plan_->turns.end()) continue;
    touch(*stands->node, played.gesture);
    stands->node->module->hear(played.gesture, static_cast<int>(std::max<std::int64_t>(0, played.at - begin)));
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(due));
}

void Machine::block(int frames, const Transport& time) {
  compose(time);
  gesturesUntil(now() + frames);
  for (const Plan::Turn& turn : plan_->turns) {
    Node& node = *turn.node;
    if (node.muted || node.rests) continue;
    listen(turn, frames);
    for (Made& made : node.makes) made.steady = made.summed = false;
    node.module->play({node.hears, node.makes, frames, node.groups, time});
  }
  for (Cable* cable : plan_->late) {
    if (!cable->from->rests) remember(*cable, frames);
  }
  if (!isFinite(plan_->out->made[0].get(), frames)) findFault(frames);
  measure(frames);
  letRest(frames);
}

bool Machine::tape(double from, double until) {
  constexpr double kSeconds = 10;
  if (!tape_) tape_ = std::make_unique<Ring<Taped>>(static_cast<std::size_t>(kSeconds * rate_.hertz));
  const bool was = taping_.exchange(from < kForEver, std::memory_order_acq_rel);
  const bool taken = ask({.kind = Command::Kind::tape, .from = from, .until = until, .take = ++takes_});
  if (!taken) taping_.store(was, std::memory_order_release);
  return taken;
}

/// What was still played of the take before is nobody's.
bool Machine::taped(Taped& frame) {
  while (tape_ && tape_->pop(frame)) {
    if (frame.take == takes_) return true;
  }
  return false;
}

void Machine::keepOnTape(const float* left, const float* right, int frames, const Transport& time) {
  int first = 0, last = frames;
  if (tapeFrom_ > -kForEver) {
    if (!time.running || !(time.tempo > 0)) return;
    const double perFrame = time.tempo / 60 / rate_.hertz;
    const auto frameOf = [&](double beat) {
      return static_cast<int>(std::clamp(std::ceil((beat - time.beat) / perFrame - 1e-3), 0.0, double(frames)));
    };
    first = frameOf(tapeFrom_);
    last = frameOf(tapeUntil_);
  }
  for (int f = first; f < last; ++f) {
    if (!tape_->push({left[f], right[f], take_})) untaped_.fetch_add(1, std::memory_order_relaxed);
  }
  if (tapeFrom_ > -kForEver && last < frames) {
    tapeFrom_ = tapeUntil_ = kForEver;
    taping_.store(false, std::memory_order_release);
  }
}

/// Voices are heard as the room hears them, added up.
void Machine::measure(int frames) {
  float amounts[kBlock];
  for (const Plan::Ear& ear : plan_->ears) {
    const Heard said = ear.node->heard(ear.outlet);
    alignas(64) float heard[kPerGroup] = {};
    std::fill_n(amounts, kBlock, ear.amount);
    if (said.voices) addVoices(said, amounts, frames, heard);
    else addGroup(said, 0, amounts, frames, heard);
    ear.meter->hear(heard, heard + 1, kLanes, frames);
    if (ear.hindsight != nullptr) ear.hindsight->hear(now(), heard, heard + 1, kLanes, frames);
  }
}

/// Whoever is played does not rest before all keys are up.
void Machine::touch(Node& keys, const Gesture& gesture) {
  const auto key = static_cast<std::size_t>(std::clamp(gesture.key, 0.0f, 127.0f));
  if (gesture.kind == Gesture::Kind::keyDown) keys.rest.down.set(key);
  else if (gesture.kind == Gesture::Kind::keyUp) keys.rest.down.reset(key);
  else if (gesture.kind == Gesture::Kind::allUp) keys.rest.down.reset();
  keys.rest.quietFor = 0;
}

void Machine::wake(const Plan::Whole& whole) {
  whole.keys->rest.quietFor = 0;
  if (!whole.keys->rests) return;
  for (Node* node : whole.members) node->rests = false;
  resting_.fetch_sub(1, std::memory_order_relaxed);
}

void Machine::letRest(int frames) {
  const bool cellEnds = (now().value + frames) % kBlock == 0;
  const auto enough = static_cast<std::int64_t>(kLongestEcho * rate_.hertz);
  for (const Plan::Whole& whole : plan_->wholes) {
    Rest& rest = whole.keys->rest;
    if (whole.keys->rests) continue;
    rest.loud = rest.loud || !isQuiet(whole.out->heard(whole.outlet), frames);
    if (!cellEnds) continue;
    rest.quietFor = rest.loud || rest.down.any() ? 0 : rest.quietFor + kBlock;
    rest.loud = false;
    if (rest.quietFor < enough) continue;
    for (Node* node : whole.members) node->rests = true;
    for (Made& made : whole.out->makes) {
      for (int g = 0; g < whole.out->groups; ++g) std::fill_n(made.at(g, 0), kLanes, 0.0f);
      made.steady = true;
    }
    resting_.fetch_add(1, std::memory_order_relaxed);
  }
}

/// Something that is no number has come out. The first node on the way that said such a thing is muted; those that
/// have heard it forget what they were at.
void Machine::findFault(int frames) {
  bool first = true;
  for (const Plan::Turn& turn : plan_->turns) {
    Node& node = *turn.node;
    bool sound = true;
    for (std::size_t i = 0; i < node.makes.size(); ++i) {
      const Heard said = node.heard(static_cast<int>(i));
      for (int g = 0; g < node.groups; ++g) sound = sound && isFinite(said.at(g, 0), said.steady() ? 1 : frames);
    }
    if (sound) continue;
    for (const Signals& made : node.made)
      std::fill_n(made.get(), static_cast<std::size_t>(node.groups) * kPerGroup, 0.0f);
    node.module->calm();
    if (first && &node != plan_->out) {
      node.muted = true;
      faulty_.store(node.id.value, std::memory_order_release);
    }
    first = false;
  }
  for (Cable* cable : plan_->late)
    std::fill_n(cable->past.get(), static_cast<std::size_t>(cable->from->groups) * kPerGroup, 0.0f);
  std::fill_n(plan_->out->made[0].get(), static_cast<std::size_t>(frames) * kLanes, 0.0f);
}

}  // namespace antiphon::synth
