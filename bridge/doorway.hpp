// Where the doors to the studio meet: the prompt, OSC and sockets ask for what the one table has, one at a time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <thread>
#include <utility>

#include "bridge/command_table.hpp"
#include "synth/desk.hpp"

namespace antiphon {

/// For ordinary threads; whoever comes first goes first, so a flood at one door does not shut another.
class Doorway {
 public:
  using Words = std::span<const Command::Word>;
  enum class Door : std::uint8_t { own, other };  // the daemon's own lines, or those of another program

  /// Both have to live longer. `desk`: where what is asked for ahead of its time is done; null: nothing sounds here.
  explicit Doorway(CommandTable& table, synth::Desk* desk = nullptr) : table_{table}, desk_{desk} {}
  Doorway(const Doorway&) = delete;
  Doorway& operator=(const Doorway&) = delete;

  Command::Reply run(std::string_view line, Door door);
  /// `at`: on this frame, if the command can be asked for ahead of its time.
  Command::Reply run(std::string_view name, Words words, Door door, std::optional<synth::Frame> at = {});
  /// What is none of the table's commands, and changes what they change: told as this line, it is one step of undo.
  Command::Reply run(std::string_view line, const std::function<Command::Reply()>& act, Door door);
  /// Whether a command is done on the very frame.
  bool isTimed(std::string_view name) const;

  /// Whether the command that a line asks for takes a while, and lets others in meanwhile.
  bool isBeside(std::string_view line) const;

  /// Does something else with what the commands change, while none is run. Within a turn it belongs to that one.
  template <typename Do>
  decltype(auto) within(Do&& act) {
    const Turn turn{*this};
    return std::forward<Do>(act)();
  }

  /// Called before and after each command, while no other is run. Told before the doors open.
  void attend(std::function<void()> before, std::function<void(std::string_view line)> after) {
    before_ = std::move(before);
    after_ = std::move(after);
  }
  /// Who is asking: within a command.
  Door asking() const { return asking_; }

 private:
  /// Drawn by whoever comes, and called in order.
  class Turn {
   public:
    explicit Turn(Doorway& doorway);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Doorway& doorway_;
    bool nested_;
  };

  template <typename Run>
  Command::Reply answered(std::string_view line, Door door, Run&& run);

  CommandTable& table_;
  synth::Desk* desk_;
  std::function<void()> before_{};
  std::function<void(std::string_view line)> after_{};
  Door asking_ = Door::own;
  std::mutex mutex_{};
  std::condition_variable called_{};
  std::uint64_t drawn_ = 0, turn_ = 0;
  std::atomic<std::thread::id> inside_{};  // whose turn it is
};

}  // namespace antiphon
