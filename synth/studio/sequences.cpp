#include "synth/studio/sequences.hpp"

#include <algorithm>

#include "synth/mixer.hpp"
#include "synth/rack.hpp"
#include "synth/studio/invention.hpp"

namespace antiphon::synth {
namespace {

constexpr float kKickKey = 36, kUsualKey = 48;  // of pads, by General MIDI; of all that has a pitch
constexpr std::string_view kTrigger = "trigger", kPadsModule = "pads";

void mustHaveRoom(bool had) {
  if (!had) throw PatchError{"the sound engine does not keep up with so many changes at once"};
}

/// Whoever strikes this drum; empty: it is no drum, or nobody does.
std::string strikerOf(const Patch& patch, const std::string& name) {
  const PlacedModule* const drum = patch.find(name);
  if (drum == nullptr) return {};
  const int trigger = drum->type->inlet(kTrigger);
  const auto cable =
      std::ranges::find_if(patch.cables(), [&](const PatchCable& c) { return c.to == name && c.inlet == trigger; });
  return trigger < 0 || cable == patch.cables().end() ? std::string{} : cable->from;
}

bool isDrum(const Patch& patch, const std::string& name) {
  const PlacedModule* const module = patch.find(name);
  return module != nullptr && module->type->inlet(kTrigger) >= 0;
}

/// What is played when `name` is: itself, or the pads that strike it.
std::string playedFor(const Patch& patch, const std::string& name) {
  return isDrum(patch, name) ? strikerOf(patch, name) : patch.playedBy(name).name;
}

}  // namespace

Sequences::Sequence& Sequences::find(const std::string& name) {
  const auto found = std::ranges::find(sequences_, name, &Sequence::name);
  if (found == sequences_.end()) {
    throw PatchError{"nothing is written for " + name.substr(0, 60) + ": say sequence " + name.substr(0, 60) +
                     ": x...x... or melody " + name.substr(0, 60) + ": C2 G2"};
  }
  return *found;
}

const Sequences::Sequence& Sequences::at(const std::string& name) const {
  return const_cast<Sequences*>(this)->find(name);
}

int Sequences::trackOf(const std::string& name) {
  auto player = std::ranges::find(players_, name, &Player::sequence);
  if (player == players_.end()) player = std::ranges::find(players_, std::string{}, &Player::sequence);
  if (player == players_.end())
    throw PatchError{"at most " + std::to_string(Sequencer::kMostTracks) + " patterns play at once"};
  return static_cast<int>(player - players_.begin());
}

void Sequences::makePlayable(const std::string& name) {
  Patch patch = desk_.patch();
  if (isDrum(patch, name) && strikerOf(patch, name).empty()) {
    const std::string pads = std::string{kPadsModule} + "-" + name;
    patch.add(pads, *moduleCalled(kPadsModule));
    patch.connect(pads + ".kick", name + "." + std::string{kTrigger});
    desk_.load(patch);
  }
  static_cast<void>(desk_.played(playedFor(desk_.patch(), name)));  // throws where nothing can be played
}

void Sequences::makeHeard(const std::string& name) {
  const PlacedModule& voice = *desk_.patch().source(name).module;
  if (voice.type->spread == Spread::voices) return;  // what it gives is which keys are held, and no sound
  const Instrument* const whole = desk_.patch().instrument(name);
  const bool heard = std::ranges::any_of(desk_.patch().cables(), [&](const PatchCable& cable) {
    return cable.from == voice.name && (whole == nullptr || !cable.to.starts_with(name + "-"));
  });
  if (!heard) desk_.connect(name, heardThrough(desk_.patch()));
}

const PlacedModule* Sequences::playerOf(const std::string& name) const {
  try {
    return desk_.patch().find(playedFor(desk_.patch(), name));
  } catch (const PatchError&) {
    return nullptr;
  }
}

NodeId Sequences::nodeOf(const std::string& name) const {
  const PlacedModule* const player = playerOf(name);
  return player == nullptr || player->type->spread != Spread::voices ? NodeId{} : desk_.played(player->name);
}

/// The track that plays it, aimed at whoever that is.
int Sequences::aimedAt(const std::string& name, bool muted) {
  Sequencer& sequencer = desk_.machine().sequencer();
  const int track = trackOf(name);
  Player& player = players_[static_cast<std::size_t>(track)];
  player.sequence = name;
  if (const NodeId node = nodeOf(name); node != player.node) {
    mustHaveRoom(sequencer.aim(track, node));
    player.node = node;
  }
  mustHaveRoom(sequencer.mute(track, muted));
  return track;
}

void Sequences::send(const Sequence& sequence) {
  const int track = aimedAt(sequence.name, sequence.muted);
  mustHaveRoom(desk_.machine().sequencer().play(track, keep(pattern(sequence)), coming()));
}

bool Sequences::isThere(const std::string& name) const {
  return desk_.patch().find(name) != nullptr || desk_.patch().instrument(name) != nullptr;
}

bool Sequences::isStruck(const std::string& name) const {
  const PlacedModule* const player = playerOf(name);
  return player != nullptr && player->type->name == kPadsModule;
}

float Sequences::keyOf(const std::string& name) const { return isStruck(name) ? kKickKey : kUsualKey; }

/// Until the sequencer gives it back.
const Pattern* Sequences::keep(Pattern pattern) {
  patterns_.push_back(std::make_unique<const Pattern>(std::move(pattern)));
  return patterns_.back().get();
}

void Sequences::engage(const std::string& name) {
  makePlayable(name);
  makeHeard(name);
}

void Sequences::write(const std::string& name, Written written) {
  static_cast<void>(patternOf(written, kUsualKey));  // throws where it is none
  engage(name);
  auto found = std::ranges::find(sequences_, name, &Sequence::name);
  if (found == sequences_.end()) found = sequences_.insert(found, Sequence{.name = name});
  found->written = std::move(written);
  tend();
  if (found->plays) send(*found);
}

void Sequences::play(const std::string& name) {
  Sequence& sequence = find(name);
  engage(name);
  tend();
  if (sequence.plays) return;
  send(sequence);
  sequence.plays = true;
}

void Sequences::stop(const std::string& name) {
  Sequence& sequence = find(name);
  if (!sequence.plays) return;
  const int track = trackOf(name);
  mustHaveRoom(desk_.machine().sequencer().play(track, nullptr, coming()));
  sequence.plays = false;
}

void Sequences::mute(const std::string& name, bool muted) {
  Sequence& sequence = find(name);
  if (sequence.plays) mustHaveRoom(desk_.machine().sequencer().mute(trackOf(name), muted));
  sequence.muted = muted;
}

void Sequences::fill(const std::string& name, double amount) {
  const Sequence& sequence = find(name);
  if (!sequence.plays) throw PatchError{name + " does not play: a fill leads on from what plays"};
  if (sequence.written.as != Written::As::steps)
    throw PatchError{name + " plays notes: a fill is for steps; say vary " + name + " 0.3"};
  const Written once{Written::As::steps, sequence.written.step,
                     leadingOn(sequence.written, meter_.bar(), amount, ++fills_)};
  playOnce(name, patternOf(once, keyOf(name)));
}

void Sequences::playOnce(const std::string& name, Pattern pattern) {
  const auto sequence = std::ranges::find(sequences_, name, &Sequence::name);
  const int track = aimedAt(name, sequence != sequences_.end() && sequence->muted);
  const Tick lasts = pattern.length;
  mustHaveRoom(desk_.machine().sequencer().playOnce(track, keep(std::move(pattern)), meter_.bar(), lasts));
}

void Sequences::meter(Meter meter) {
  const bool byBar = quantum_ == meter_.bar(), byBeat = quantum_ == meter_.beat();
  meter_ = meter;
  if (byBar || byBeat) quantum_ = byBar ? meter.bar() : meter.beat();
}

void Sequences::playAll() {
  for (const Sequence& sequence : sequences_)
    if (isThere(sequence.name)) play(sequence.name);
}

void Sequences::stopAll() {
  for (const Sequence& sequence : sequences_) stop(sequence.name);
  for (std::size_t track = 0; track < players_.size(); ++track) {  // and who plays something once
    if (!players_[track].sequence.empty())
      mustHaveRoom(desk_.machine().sequencer().play(static_cast<int>(track), nullptr, coming()));
  }
}

void Sequences::clear(const std::string& name) {
  stop(name);
  std::erase_if(sequences_, [&](const Sequence& sequence) { return sequence.name == name; });
}

void Sequences::adopt(const State& state) {
  meter_ = state.meter;
  quantum_ = state.quantum;
  if (state.feel != feel_) feel(state.feel);
  const std::vector<Sequence> before = sequences_;
  for (const Sequence& old : before) {
    if (std::ranges::find(state.all, old.name, &Sequence::name) == state.all.end()) clear(old.name);
  }
  std::vector<Sequence> all = state.all;
  for (Sequence& wanted : all) {
    const auto old = std::ranges::find(before, wanted.name, &Sequence::name);
    if (old != before.end() && *old == wanted) continue;
    if (wanted.plays) send(wanted);
    else if (old != before.end()) stop(wanted.name);
  }
  sequences_ = std::move(all);
}

void Sequences::feel(const Feel& feel) {
  mustHaveRoom(desk_.machine().sequencer().feel(feel));
  feel_ = feel;
}

void Sequences::tend() {
  Sequencer& sequencer = desk_.machine().sequencer();
  for (const Pattern* gone = nullptr; sequencer.retired(gone);)
    std::erase_if(patterns_, [&](const auto& pattern) { return pattern.get() == gone; });
  for (std::size_t track = 0; track < players_.size(); ++track) {
    Player& player = players_[track];
    if (player.sequence.empty()) continue;
    const auto sequence = std::ranges::find(sequences_, player.sequence, &Sequence::name);
    const bool plays = sequence != sequences_.end() && sequence->plays;
    if (!plays && !sequencer.sounds(static_cast<int>(track))) {
      player.sequence.clear();
      continue;
    }
    const NodeId node = nodeOf(player.sequence);
    if (node != player.node && sequencer.aim(static_cast<int>(track), node)) player.node = node;
  }
}

}  // namespace antiphon::synth
