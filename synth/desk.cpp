#include "synth/desk.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "synth/mixer.hpp"

namespace antiphon::synth {
namespace {

constexpr double kFade = 0.005;      // s in which a cable comes or goes
constexpr double kKnobGlide = 0.01;  // s, at least, from one setting to the next
constexpr double kOverwritten = 1;   // s at the far end of what is remembered, that new sound may come into meanwhile

/// What is left to chance follows from a module's name, so that a patch sounds the same in whatever order it was made.
std::uint64_t seedOf(std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash;
}

/// Whether a module that is made anew hears by this cable what the one before has heard by that. Both hear all of it,
/// and fade into each other by what they give: a new one does not begin with half a pitch.
bool isSucceeded(const Cable& before, const Cable& now) {
  return before.to != now.to && before.to->name == now.to->name && before.from->name == now.from->name &&
         before.from->type.outlets[static_cast<std::size_t>(before.outlet)].name ==
             now.from->type.outlets[static_cast<std::size_t>(now.outlet)].name &&
         before.to->type.inlets[static_cast<std::size_t>(before.inlet)].name ==
             now.to->type.inlets[static_cast<std::size_t>(now.inlet)].name;
}

Node* called(const std::string& name, const std::vector<std::shared_ptr<Node>>& nodes) {
  return std::ranges::find(nodes, name, &Node::name)->get();
}

/// A fader, or an effect behind somebody: EFFECT-NAME.
bool isOfTheMixer(const PlacedModule& module) {
  return module.type->name == "channel" || module.name.starts_with(std::string{module.type->name} + "-");
}

}  // namespace

Desk::Desk(SampleRate rate, std::uint64_t seed) : machine_{rate}, seed_{seed} {
  bring(patch_);
  follow();
}

int Desk::frames(double seconds) const {
  return static_cast<int>(std::lround(std::clamp(seconds, 0.0, 3600.0) * machine_.rate().hertz));
}

void Desk::edit(Patch patch) {
  free();
  patch.renew();
  bring(patch);
  patch_ = std::move(patch);
  changed_ = machine_.now();
  follow();
}

void Desk::add(const std::string& name, const ModuleType& type, int voices, const std::string& file) {
  Patch patch = patch_;
  patch.add(name, type, voices, file);
  edit(std::move(patch));
}

void Desk::remove(const std::string& name) {
  Patch patch = patch_;
  patch.remove(name);
  edit(std::move(patch));
}

void Desk::connect(std::string_view from, std::string_view to, double amount) {
  Patch patch = patch_;
  patch.connect(from, to, amount);
  edit(std::move(patch));
}

void Desk::disconnect(std::string_view from, std::string_view to) {
  Patch patch = patch_;
  patch.disconnect(from, to);
  edit(std::move(patch));
}

void Desk::load(const Patch& patch) { edit(patch); }

void Desk::set(std::string_view port, double value, double seconds) {
  tend();
  const Patch::Port to = patch_.sink(port);
  const std::string name = to.module->name;
  Node& node = *nodes_[static_cast<std::size_t>(to.module - patch_.modules().data())];
  const bool ahead = now() > machine_.now();
  if (isOfTheMixer(*to.module)) changed_ = std::max(changed_, now() + frames(seconds));
  if (ahead && coming_.size() == kMostComing)
    throw PatchError{"more than " + std::to_string(kMostComing) + " knobs wait for their time already"};
  if (ahead) checkValue(*to.module, to.inlet(), value);
  else patch_.set(name, to.inlet().name, value);
  const bool glides = to.inlet().unit != Unit::choice && now() > Frame{};
  if (!machine_.turn(node, to.index, static_cast<float>(value),
                     frames(glides ? std::max(seconds, kKnobGlide) : seconds), appointed_))
    throw PatchError{"the sound engine does not keep up with so many changes at once"};
  if (!ahead) return;
  const Coming coming{node.id, to.index, value, appointed_};
  coming_.insert(std::ranges::upper_bound(coming_, appointed_, {}, &Coming::at), coming);
}

/// How many groups of voices each module has: as many as the most of what it hears. 0: it is in the room.
std::vector<int> Desk::groupsOf(const Patch& patch) const {
  const auto& modules = patch.modules();
  std::vector<int> groups;
  for (const PlacedModule& module : modules) groups.push_back(groupsFor(module.voices));
  const auto indexOf = [&](const std::string& name) {
    return static_cast<std::size_t>(std::ranges::find(modules, name, &PlacedModule::name) - modules.begin());
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (const PatchCable& cable : patch.cables()) {
      const std::size_t from = indexOf(cable.from), to = indexOf(cable.to);
      if (modules[to].type->spread != Spread::follows || groups[to] >= groups[from]) continue;
      groups[to] = groups[from];
      changed = true;
    }
  }
  return groups;
}

bool Desk::closesLoop(std::string_view from, std::string_view to) const {
  const std::vector<bool> late = patch_.closingLoops();
  for (std::size_t i = 0; i < late.size(); ++i) {
    const PatchCable& cable = patch_.cables()[i];
    if (late[i] && from.starts_with(cable.from) && to.starts_with(cable.to)) return true;
  }
  return false;
}

/// What each module plays: for one that is there already what it has, whatever has become of the file since.
std::vector<std::shared_ptr<const Recording>> Desk::recordingsOf(const Patch& patch) {
  std::vector<std::shared_ptr<const Recording>> all;
  for (const PlacedModule& placed : patch.modules()) {
    all.emplace_back();
    if (placed.file.empty()) continue;
    const PlacedModule* const before = patch_.find(placed.name);
    if (before != nullptr && before->file == placed.file)
      all.back() = nodes_[static_cast<std::size_t>(before - patch_.modules().data())]->recording;
    else all.back() = recordings_.in(placed.file);
  }
  return all;
}

/// A new cable may form a loop with one that is on its way out: two effects change places. In whatever order they were
/// made then, one of both would step by a block. So the new one, of which nothing is heard yet, comes late at first;
/// once the other has gone it fades into one that does not (free).
std::vector<bool> Desk::lateBeside(const Patch& patch, const std::vector<std::shared_ptr<Node>>& nodes) const {
  std::vector<bool> late = patch.closingLoops();
  std::vector<std::pair<const Node*, const Node*>> joined;
  for (const auto& cable : cables_)
    if (!cable->late) joined.emplace_back(cable->from, cable->to);
  for (const Leaving& leaving : leaving_)
    if (leaving.sounds && leaving.cable && !leaving.cable->late)
      joined.emplace_back(leaving.cable->from, leaving.cable->to);
  for (std::size_t i = 0; i < late.size(); ++i) {
    const PatchCable& wanted = patch.cables()[i];
    const Node* const from = called(wanted.from, nodes);
    const Node* const to = called(wanted.to, nodes);
    if (late[i]) continue;
    std::vector<const Node*> reached{to};
    for (std::size_t r = 0; r < reached.size(); ++r) {
      for (const auto& [giver, taker] : joined)
        if (giver == reached[r] && std::ranges::find(reached, taker) == reached.end()) reached.push_back(taker);
    }
    late[i] = std::ranges::find(reached, from) != reached.end();
    if (!late[i]) joined.emplace_back(from, to);
  }
  return late;
}

/// Makes the nodes and cables of this patch, keeping those that are there already.
void Desk::bring(const Patch& patch) {
  const auto recordings = recordingsOf(patch);  // first: what cannot be read changes nothing
  const std::vector<int> groups = groupsOf(patch);
  const bool begun = machine_.now() > Frame{};
  const int fade = begun ? frames(kFade) : 0;  // nobody has heard it yet
  const Frame gone = machine_.now() + frames(kFade) + 8 * kBlock;

  std::vector<std::shared_ptr<Node>> nodes;
  for (std::size_t i = 0; i < patch.modules().size(); ++i) {
    const PlacedModule& placed = patch.modules()[i];
    const auto old = std::ranges::find_if(nodes_, [&](const auto& node) {
      return node->name == placed.name && &node->type == placed.type && node->groups == std::max(1, groups[i]) &&
             node->voices == (groups[i] > 0) && node->recording == recordings[i] && node->code == placed.type->code;
    });
    if (old != nodes_.end()) {
      nodes.push_back(*old);
      for (std::size_t k = 0; k < placed.values.size(); ++k) {
        const PlacedModule* before = patch_.find(placed.name);
        if (before != nullptr && before->values[k] != placed.values[k])
          machine_.turn(**old, static_cast<int>(k), static_cast<float>(placed.values[k]),
                        begun && placed.type->inlets[k].unit != Unit::choice ? frames(kKnobGlide) : 0);
      }
      continue;
    }
    ++made_;
    nodes.push_back(std::make_shared<Node>(
        NodeId{made_}, placed.name, *placed.type,
        Place{machine_.rate(), std::max(1, groups[i]), seed_ * 0x9E3779B97F4A7C15u + seedOf(placed.name), recordings[i],
              placed.type->code, groups[i] > 0},
        placed.values));
  }
  const std::vector<bool> late = begun ? lateBeside(patch, nodes) : patch.closingLoops();
  std::vector<std::shared_ptr<Cable>> cables;
  for (std::size_t i = 0; i < patch.cables().size(); ++i) {
    const PatchCable& wanted = patch.cables()[i];
    Node* const from = called(wanted.from, nodes);
    Node* const to = called(wanted.to, nodes);
    const auto amount = static_cast<float>(wanted.amount);
    const auto old = std::ranges::find_if(cables_, [&](const auto& c) {
      return c->from == from && c->outlet == wanted.outlet && c->to == to && c->inlet == wanted.inlet &&
             c->late == late[i];
    });
    if (old != cables_.end()) {
      cables.push_back(*old);
      const double before = patch_.cables()[static_cast<std::size_t>(old - cables_.begin())].amount;
      if (before != wanted.amount) machine_.fade(**old, amount, fade);
    } else {
      cables.push_back(std::make_shared<Cable>(from, wanted.outlet, to, wanted.inlet, late[i]));
      const bool heardAlready =
          std::ranges::any_of(cables_, [&](const auto& c) { return isSucceeded(*c, *cables.back()); });
      cables.back()->amount = Glide{heardAlready ? amount : 0};
      cables.back()->amount.to(amount, fade);
    }
  }

  for (const auto& cable : cables_) {
    if (std::ranges::find(cables, cable) != cables.end()) continue;
    if (std::ranges::none_of(cables, [&](const auto& c) { return isSucceeded(*cable, *c); }))
      machine_.fade(*cable, 0, fade);
    leaving_.push_back({nullptr, cable, gone, begun});
  }
  for (const auto& node : nodes_) {
    if (std::ranges::find(nodes, node) == nodes.end()) leaving_.push_back({node, nullptr, gone, begun});
  }
  nodes_ = std::move(nodes);
  cables_ = std::move(cables);
}

/// Which instruments can rest: those that nothing from outside moves, that are heard at one place, and that do not play
/// by themselves.
void Desk::findWholes(Score& score) const {
  const auto nodeOf = [&](std::string_view name) {
    const auto found = std::ranges::find(nodes_, name, [](const auto& node) { return std::string_view{node->name}; });
    return found == nodes_.end() ? nullptr : found->get();
  };
  for (const Instrument& instrument : patch_.instruments()) {
    const bool complete = patch_.find(instrument.keys) != nullptr &&
                          patch_.find(instrument.out.substr(0, instrument.out.find('.'))) != nullptr;
    if (!complete) continue;
    const Patch::Port out = patch_.source(instrument.name);
    Plan::Whole whole{nodeOf(patch_.playedBy(instrument.name).name), nodeOf(out.module->name), out.index, {}};
    const std::string prefix = instrument.name + "-";
    bool can = true;
    for (const auto& node : nodes_) {
      if (!node->name.starts_with(prefix)) continue;
      whole.members.push_back(node.get());
      can = can && node->type.family != "patterns";
    }
    const auto inside = [&](const Node* node) { return std::ranges::find(whole.members, node) != whole.members.end(); };
    for (const auto& cable : score.cables) {
      const bool from = inside(cable->from), to = inside(cable->to);
      can = can && (from == to || (from && cable->from == whole.out && cable->outlet == whole.outlet));
    }
    if (can && inside(whole.keys) && inside(whole.out)) score.plan.wholes.push_back(std::move(whole));
  }
}

void Desk::measure(bool wanted) {
  if (measures_ == wanted) return;
  measures_ = wanted;
  follow();
}

std::vector<Desk::Strip> Desk::strips() const {
  std::vector<Strip> strips;
  for (const Ear& ear : ears_) strips.push_back({ear.name, ear.meter->levels()});
  return strips;
}

void Desk::remember(double seconds) {
  remembers_ = seconds;
  follow();
}

std::vector<Desk::Recalled> Desk::recall() const {
  const Frame now = machine_.now();
  const std::int64_t room = std::max(0, frames(remembers_) - frames(kOverwritten));
  const Frame from = std::max({changed_ + frames(kFade + kKnobGlide), now + -room, Frame{}});
  const auto count = static_cast<std::size_t>(std::max<std::int64_t>(0, now - from));
  std::vector<Recalled> all;
  for (const Ear& ear : ears_) {
    all.push_back({ear.name, std::vector<float>(count), std::vector<float>(count)});
    if (ear.hindsight) ear.hindsight->recall(from, all.back().left, all.back().right);
  }
  return all;
}

/// Who was listened to before is listened to on.
void Desk::placeEars(Score& score) {
  std::vector<Ear> ears;
  const auto place = [&](const PlacedModule& module, int outlet, double amount) {
    const NodeId id = nodes_[static_cast<std::size_t>(&module - patch_.modules().data())]->id;
    const auto same = [&](const Ear& ear) { return ear.node == id && ear.outlet == outlet; };
    if (const auto placed = std::ranges::find_if(ears, same); placed != ears.end()) {
      placed->amount += amount;
      return;
    }
    const auto before = std::ranges::find_if(ears_, same);
    auto meter = before != ears_.end() ? before->meter : std::make_shared<LoudnessMeter>(machine_.rate());
    auto hindsight = before != ears_.end() ? before->hindsight : nullptr;
    if (!hindsight && remembers_ > 0)
      hindsight = std::make_shared<Hindsight>(static_cast<std::size_t>(frames(remembers_)));
    ears.push_back({ownerOf(patch_, module), id, outlet, amount, std::move(meter), std::move(hindsight)});
  };
  for (const PlacedModule& module : patch_.modules()) {
    if (!measures_) break;
    for (const PatchCable& cable : patch_.cables()) {
      if (cable.from == module.name && (cable.to == kOut || cable.to == kMaster))
        place(module, cable.outlet, cable.amount);
    }
  }
  if (measures_) place(patch_.at(kOut), 0, 1);
  ears_ = std::move(ears);
  for (const Ear& ear : ears_) {
    const auto node = std::ranges::find(nodes_, ear.node, &Node::id);
    score.plan.ears.push_back(
        {node->get(), ear.outlet, static_cast<float>(ear.amount), ear.meter.get(), ear.hindsight.get()});
    score.meters.push_back(ear.meter);
    score.hindsights.push_back(ear.hindsight);
  }
}

/// Hands the machine what there is now, in an order in which everyone hears what was just made.
void Desk::follow() {
  auto score = std::make_unique<Score>();
  score->nodes = nodes_;
  score->cables = cables_;
  for (const Leaving& leaving : leaving_) {
    if (leaving.sounds && leaving.node) score->nodes.push_back(leaving.node);
    if (leaving.sounds && leaving.cable) score->cables.push_back(leaving.cable);
  }
  std::vector<Node*> waiting;
  for (const auto& node : score->nodes) waiting.push_back(node.get());
  while (!waiting.empty()) {
    // There is always one: whatever closes a loop is late, also beside those that are on their way out.
    const auto ready = std::ranges::find_if(waiting, [&](const Node* node) {
      return std::ranges::none_of(score->cables, [&](const auto& cable) {
        return cable->to == node && !cable->late && std::ranges::find(waiting, cable->from) != waiting.end();
      });
    });
    assert(ready != waiting.end());
    const auto next = ready == waiting.end() ? waiting.begin() : ready;  // rather a block late than no sound
    Plan::Turn turn{*next, std::vector<std::vector<Cable*>>((*next)->type.inlets.size())};
    for (const auto& cable : score->cables) {
      if (cable->to == *next) turn.cables[static_cast<std::size_t>(cable->inlet)].push_back(cable.get());
    }
    score->plan.turns.push_back(std::move(turn));
    waiting.erase(next);
  }
  for (const auto& cable : score->cables) {
    if (cable->late) score->plan.late.push_back(cable.get());
  }
  score->plan.out = nodes_.front().get();
  findWholes(*score);
  placeEars(*score);
  if (!machine_.follow(score->plan)) throw PatchError{"the sound engine does not keep up with so many edits at once"};
  scores_.push_back(std::move(score));
}

void Desk::tend() {
  free();
  const auto later = std::ranges::upper_bound(coming_, machine_.now(), {}, &Coming::at);
  for (auto turned = coming_.begin(); turned != later; ++turned) {
    const auto node = std::ranges::find(nodes_, turned->node, [](const auto& n) { return n->id; });
    if (node == nodes_.end()) continue;  // gone meanwhile
    const auto inlet = static_cast<std::size_t>(turned->inlet);
    patch_.set((*node)->name, (*node)->type.inlets[inlet].name, turned->value);
  }
  coming_.erase(coming_.begin(), later);
}

/// Frees what has gone silent. An edit begins with it alone: it comes from a copy of the patch as it was.
void Desk::free() {
  const Plan* used = nullptr;
  while (machine_.used(used)) {
    std::erase_if(scores_, [&](const auto& score) { return &score->plan == used; });
  }
  const Frame now = machine_.now();
  if (std::erase_if(leaving_, [&](const Leaving& leaving) { return leaving.gone <= now; }) == 0) return;
  if (!std::ranges::equal(cables_, patch_.closingLoops(), {}, [](const auto& cable) { return cable->late; }))
    bring(patch_);  // some came late because of those that have gone
  follow();
}

NodeId Desk::played(std::string_view name) const {
  const PlacedModule& module = patch_.playedBy(name);
  if (module.type->spread != Spread::voices)
    throw PatchError{module.name + " is a " + std::string{module.type->name} + ", which is not played; keys are"};
  return nodes_[static_cast<std::size_t>(&module - patch_.modules().data())]->id;
}

std::string Desk::faulty() const {
  const auto found = std::ranges::find(nodes_, machine_.faulty(), &Node::id);
  return found == nodes_.end() ? std::string{} : (*found)->name;
}

}  // namespace antiphon::synth
