// A private JACK server that needs no sound card, for measurements and tests.
#pragma once

#include <sys/types.h>
#include <string>

namespace antiphon {

/// A dummy server of its own name, which JACK_DEFAULT_SERVER names as long as this lives. It ends with this, by
/// SIGTERM: a server that is killed keeps one of the eight places that the machine has for servers.
class DummyJack {
 public:
  static constexpr unsigned kRate = 48000;
  static constexpr unsigned kPeriod = 256;

  /// Returns when clients can open; throws std::runtime_error with the server's log when they never can. A brisk one
  /// runs before all ordinary threads, and so do its clients, where the system allows it.
  explicit DummyJack(bool brisk = false, unsigned period = kPeriod);
  ~DummyJack();
  DummyJack(const DummyJack&) = delete;
  DummyJack& operator=(const DummyJack&) = delete;

  void stop();
  /// A new one under another name, because a name that was used before may fail.
  void startAgain();

 private:
  void start();

  std::string before_;  // what JACK_DEFAULT_SERVER was
  bool hadBefore_ = false;
  bool brisk_;
  unsigned period_;
  std::string name_;
  std::string log_;
  pid_t process_ = -1;
};

}  // namespace antiphon
