#include "cli/ears_peers.hpp"

#include <dlfcn.h>

#include "cli/peers/door.hpp"
#include "scheduler/plugin_places.hpp"

namespace antiphon {
namespace {

const peers_door::Door* peersDoor() {
  for (const auto& path : pluginPlaces("antiphon_peers.so", "ANTIPHON_PEERS")) {
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    void* const symbol = library == nullptr ? nullptr : dlsym(library, peers_door::kSymbol);
    if (symbol == nullptr) continue;
    const auto* const door = reinterpret_cast<peers_door::DoorFunction>(symbol)();
    if (door->version == peers_door::kVersion) return door;
  }
  return nullptr;
}

void keep(void* to, const peers_door::Heard& heard) {
  EarsSay& say = *static_cast<EarsSay*>(to);
  say.beats.assign(heard.beats, heard.beats + heard.beatCount);
  if (heard.key != nullptr) say.key = heard.key;
  if (heard.mode != nullptr) say.mode = heard.mode;
}

}  // namespace

std::vector<EarsPeer> earsPeers() {
  std::vector<EarsPeer> peers;
  const auto* const door = peersDoor();
  for (std::size_t i = 0; door != nullptr && i < door->count; ++i) {
    const peers_door::Peer& peer = door->peers[i];
    const auto hear = [&peer](std::span<const float> sound) {
      EarsSay say;
      peer.hear(sound.data(), sound.size(), keep, &say);
      say.tempo = tempoOf(say.beats);
      return say;
    };
    peers.push_back({peer.name, hear, peer.hearsKeys});
  }
  return peers;
}

}  // namespace antiphon
