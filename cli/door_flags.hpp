// The flags of the doors for other programs, for run, solo and studio.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "bridge/daemon.hpp"

namespace antiphon {

class DoorFlags {
 public:
  explicit DoorFlags(CLI::App& app);
  /// Throws UsageError.
  void understand(DaemonPlan& plan) const;

 private:
  CLI::Option *osc_ = nullptr, *bind_ = nullptr, *socket_ = nullptr, *status_ = nullptr, *daw_ = nullptr;
  std::string port_{}, address_{OscPlace{}.bind}, path_{}, statusPath_{}, dawWord_{};
};

}  // namespace antiphon
