// OSC over UDP and TCP, on one port.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "bridge/osc_reception.hpp"
#include "bridge/stream_clients.hpp"

namespace antiphon {

struct OscPlace {
  static constexpr int kUsualPort = 9010;
  int port = kUsualPort;           // 0: one that is free
  std::string bind = "127.0.0.1";  // an IPv4 address of this machine; 0.0.0.0: all
};

/// Open while it lives, on a thread of its own.
class OscDoor {
 public:
  /// Throws DoorError. What is referred to has to live longer.
  OscDoor(Doorway& doorway, const OscPlace& place, std::function<synth::Frame(Nanos)> frameOf, OscSources sources);
  ~OscDoor();
  OscDoor(const OscDoor&) = delete;
  OscDoor& operator=(const OscDoor&) = delete;

  /// These from any thread.
  int port() const;
  void turn(const std::string& text);
  OscCounts counts() const;
  /// Packets that the system dropped, since they came faster than they were read.
  std::uint64_t lost() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace antiphon
