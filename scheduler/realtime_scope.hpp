// Marks the code that runs in a real-time context, so that the test build can watch it.
#pragma once

namespace antiphon {

/// While one of these lives, this thread is in a real-time context: no allocation, no lock. The tests count offences
/// (tests/guard); elsewhere it costs an increment. Realtime: yes.
class RealtimeScope {
 public:
  RealtimeScope() { ++depth_; }
  ~RealtimeScope() { --depth_; }
  RealtimeScope(const RealtimeScope&) = delete;
  RealtimeScope& operator=(const RealtimeScope&) = delete;

  static bool active() { return depth_ > 0; }

 private:
  static inline thread_local int depth_ = 0;
};

}  // namespace antiphon
