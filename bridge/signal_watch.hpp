// The signals that end a program end the music in good order instead.
#pragma once

#include <array>
#include <csignal>

namespace antiphon {

/// While it lives. One at a time.
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  /// Whether one has come.
  static bool stops();

 private:
#if defined(_WIN32)
  static constexpr std::array kSignals{SIGINT, SIGTERM};
#else
  static constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};
#endif
  std::array<void (*)(int), kSignals.size()> before_{};
};

}  // namespace antiphon
