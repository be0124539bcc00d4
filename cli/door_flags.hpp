// The flags of the doors for other programs, for run, solo and studio.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "bridge/daemon.hpp"

namespace antiphon {

class DoorFlags {
 public:
  /// `serves`: HTTP is spoken whether it is asked for or not.
  explicit DoorFlags(CLI::App& app, bool serves = false);
  /// Throws UsageError.
  void understand(DaemonPlan& plan) const;

 private:
  void understandHttp(DaemonPlan& plan) const;

  CLI::Option *osc_ = nullptr, *bind_ = nullptr, *socket_ = nullptr, *http_ = nullptr, *status_ = nullptr,
              *daw_ = nullptr;
  std::string port_{}, address_{OscPlace{}.bind}, path_{}, httpPort_{}, statusPath_{}, dawWord_{};
  HttpPlace place_{};
  std::vector<CLI::Option*> needHttp_{};
  bool serves_;
};

}  // namespace antiphon
