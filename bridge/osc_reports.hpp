// What is told to OSC programs that have subscribed: meters, phase, bars and turns.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/command_table.hpp"
#include "bridge/osc_packet.hpp"
#include "scheduler/meter.hpp"
#include "synth/desk.hpp"
#include "synth/engine.hpp"

namespace antiphon {

/// Who sent something and is answered, as the wires know it.
using OscSender = std::uint64_t;

/// Where the reports come from; what is empty is not there to be subscribed to. Asked by the door's thread.
struct OscSources {
  std::function<std::vector<synth::Desk::Strip>()> meters{};  // how loud each is
  std::function<std::optional<synth::Beat>()> music{};        // where it is; nothing: it has not begun
  Meter meter{};
  bool turns = false;  // that somebody tells them
};

/// By one thread. Times are the steady clock's.
class OscReports {
 public:
  static constexpr std::size_t kMostSubscribers = 16;
  /// False: this one is not there any more.
  using Send = std::function<bool(OscSender, const std::string& address, const std::vector<OscValue>&)>;

  OscReports(OscSources sources, Send send);

  /// subscribe and unsubscribe, as they are asked for by a sender.
  const CommandTable& commands() const { return commands_; }
  Command::Reply run(std::string_view name, std::span<const Command::Word> words, OscSender sender, Nanos now);

  /// This one is still there.
  void heard(OscSender sender, Nanos now);
  void forget(OscSender sender);
  void turn(const std::string& text);
  /// Sends what is due.
  void tend(Nanos now);
  /// When something will be; Nanos::max(): nobody has subscribed to what comes by itself.
  Nanos nextDue() const { return due_; }
  std::size_t subscribers() const { return subscribers_.size(); }

 private:
  enum class What : std::uint8_t { meters, phase, bar, turn };
  struct Wish {
    bool wanted = false;
    Nanos apart{}, due{};
  };
  struct Subscriber {
    OscSender sender{};
    Nanos heard{};
    std::array<Wish, 4> wishes{};
    bool gone = false;
    Wish& wish(What what) { return wishes[static_cast<std::size_t>(what)]; }
    bool wantsAnything() const;
  };

  Command::Reply subscribe(const Command::Arguments& given);
  Command::Reply unsubscribe(const Command::Arguments& given);
  Subscriber* find(OscSender sender);
  void tell(Subscriber& subscriber, const char* address, const std::vector<OscValue>& values);
  void tellMeters(Nanos now);
  void tellMusic(Nanos now);
  void sweep(Nanos now);

  OscSources sources_;
  Send send_;
  CommandTable commands_;
  OscSender asking_{};
  Nanos now_{}, due_ = Nanos::max();
  std::vector<Subscriber> subscribers_{};
  std::optional<std::int64_t> bar_{};  // told last
};

}  // namespace antiphon
