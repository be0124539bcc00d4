// What is done with what comes by OSC, by whichever wire: commands, knobs, what is asked for ahead of its time,
// reports.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/doorway.hpp"
#include "bridge/osc_counts.hpp"
#include "bridge/osc_packet.hpp"
#include "bridge/osc_reports.hpp"

namespace antiphon {

/// By the door's thread, but for counts(). It knows no clock and no socket: moments are told to it.
class OscReception {
 public:
  static constexpr std::size_t kMostWaiting = 1024;
  static constexpr Nanos kFarthest = std::chrono::seconds{60};  // ahead
  static constexpr int kMostErrors = 500, kMostReplies = 2000;  // sent to each in a second

  /// Now, by both clocks.
  struct Moment {
    Nanos steady{};
    Nanos wall{};  // since 1970
  };
  /// `frameOf`: where a moment of the steady clock sounds; empty: nothing sounds here.
  OscReception(Doorway& doorway, std::function<synth::Frame(Nanos)> frameOf, OscSources sources, OscReports::Send send);

  void take(std::string_view packet, OscSender sender, Moment now);
  /// This one can be reached no more.
  void forget(OscSender sender) { reports_.forget(sender); }
  /// Does what is due.
  void tend(Nanos now);
  Nanos nextDue() const;
  OscReports& reports() { return reports_; }
  std::size_t waiting() const { return waiting_.size(); }
  /// Any thread.
  OscCounts counts() const;

 private:
  /// Something that is asked for, in the words of the prompt.
  struct Wish {
    OscSender sender{};
    std::string address{};
    std::string command{};
    Command::Words words{};
    bool own = false;    // of this door: subscribe, unsubscribe
    bool timed = false;  // to the frame
  };

  void receive(OscMessage&& message, OscSender sender, Moment now);
  /// What the address asks for; nothing: there is no such address.
  std::optional<Wish> wishOf(const OscMessage& message, OscSender sender) const;
  void keep(Wish&& wish, Nanos due, Nanos now);
  Nanos nextHandedOver() const;
  void grant(const Wish& wish, std::optional<synth::Frame> at, Nanos now);
  void answer(OscSender sender, const std::string& address, const Command::Reply& reply, Nanos now);
  void refuse(OscSender sender, std::string_view address, std::string_view why, Nanos now);
  bool mayAnswer(OscSender sender, bool ok, Nanos now);

  Doorway& doorway_;
  std::function<synth::Frame(Nanos)> frameOf_;
  OscReports reports_;
  OscReports::Send send_;
  std::multimap<Nanos, Wish> waiting_{};  // by when they are due
  Nanos second_{};
  struct Sent {
    int errors = 0, replies = 0;
  };
  std::map<OscSender, Sent> answered_{};  // in it; all that are too many share one place
  std::atomic<std::uint64_t> messages_{0}, malformed_{0}, late_{0}, refused_{0}, unanswered_{0};
};

}  // namespace antiphon
