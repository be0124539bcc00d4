// The line to a DAW: a thread that does the waiting, so that nobody else has to.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bridge/daw/daw.hpp"

namespace antiphon {

struct DawNews {
  bool warning = false;
  std::string text{};
};

/// What is known of it, as of the last look.
struct DawKnown {
  std::optional<bool> connected{};  // nothing: nobody has looked yet
  std::string why{};                // it is away
  DawState state{};
};

/// Looks at the DAW every two seconds, and where nobody answers after 2, 4, 8, 16, then every 30; does what is asked
/// for in between, in order. All of it waits on this thread; whoever asks or reads never does.
class DawLine {
 public:
  using Deed = std::function<void(Daw&)>;
  static constexpr std::size_t kMostWaiting = 16;  // deeds; one more is refused
  static constexpr std::chrono::seconds kEvery{2}, kSeldom{30};
  static constexpr std::chrono::seconds kLongestCall{10};  // then it is abandoned

  explicit DawLine(std::unique_ptr<Daw> daw);
  ~DawLine();
  DawLine(const DawLine&) = delete;
  DawLine& operator=(const DawLine&) = delete;

  const Daw& daw() const { return *daw_; }
  /// False: too much is waiting already. `what`, for the news: "import lead".
  bool ask(std::string what, Deed deed);
  /// As soon as may be, not only when it is time.
  void lookNow();
  DawKnown known() const;
  /// What came of what was asked, and comings and goings, each told once.
  std::vector<DawNews> news();
  /// From time to time: a call that hangs is ended.
  void tend(std::chrono::steady_clock::time_point now);

 private:
  using Steady = std::chrono::steady_clock;
  struct Asked {
    std::string what{};
    Deed deed{};
  };

  void run();
  void look();
  void perform(const Asked& asked);
  void lost(const std::string& why);
  void tell(bool warning, std::string text);

  std::unique_ptr<Daw> daw_;
  mutable std::mutex mutex_{};
  std::condition_variable rung_{};
  std::deque<Asked> asked_{};
  std::deque<DawNews> news_{};
  DawKnown known_{};
  std::string remark_{};  // told already
  Steady::time_point nextLook_{};
  std::chrono::seconds pause_ = kEvery;
  std::optional<Steady::time_point> calling_{};  // since when
  bool lookWanted_ = false, leaving_ = false;
  std::thread thread_;
};

}  // namespace antiphon
