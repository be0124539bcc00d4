// The doors to other programs, those that were asked for: OSC, a socket, HTTP.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bridge/daemon.hpp"
#include "bridge/doorway.hpp"
#include "bridge/ensemble.hpp"
#include "bridge/http/http_door.hpp"
#include "bridge/osc_door.hpp"
#include "bridge/socket_door.hpp"

namespace antiphon {

/// Open while it lives, each on a thread of its own.
class ProgramDoors {
 public:
  /// Throws DoorError. All have to live longer; `ensemble` may be null. `ailments`: what is not well, from any thread.
  ProgramDoors(const DaemonPlan& plan, Doorway& doorway, const CommandTable& table, Ensemble* ensemble,
               std::function<std::vector<std::string>()> ailments);

  bool any() const { return osc_ || socket_ || http_; }
  /// Where they are, a line each.
  std::vector<std::string> places() const;
  /// What went through them, a line each.
  std::string counts() const;
  /// What can be asked for over HTTP.
  std::vector<std::string> routes() const;
  /// A turn has ended, told as it is logged.
  void turn(const std::string& text);

 private:
  std::optional<OscDoor> osc_{};
  std::optional<SocketDoor> socket_{};
  std::optional<HttpDoor> http_{};
  std::string oscBind_{}, socketPlace_{}, httpBind_{};
};

}  // namespace antiphon
