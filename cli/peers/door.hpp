// The door between the program and other people's ears: plain data. They are a plug-in, since their libraries bring a
// hundred others along, which nobody who plays has any use for.
#pragma once

#include <cstddef>

namespace antiphon::peers_door {

inline constexpr int kVersion = 1;
inline constexpr int kRate = 44100;  // of the sound they hear, in mono

struct Heard {
  const double* beats = nullptr;  // seconds
  std::size_t beatCount = 0;
  const char* key = nullptr;  // null where it hears none
  const char* mode = nullptr;
};
using Tell = void (*)(void* to, const Heard& heard);

struct Peer {
  const char* name = "";
  bool hearsKeys = false;
  /// Tells once, before it returns.
  void (*hear)(const float* sound, std::size_t samples, Tell tell, void* to) = nullptr;
};

/// What the plug-in hands out, by the one symbol that is looked up in it.
struct Door {
  int version = kVersion;
  const Peer* peers = nullptr;
  std::size_t count = 0;
};
inline constexpr const char* kSymbol = "antiphonPeersDoor";
using DoorFunction = const Door* (*)();

}  // namespace antiphon::peers_door
