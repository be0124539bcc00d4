#include "bridge/doorway.hpp"

#include <algorithm>

namespace antiphon {

Doorway::Turn::Turn(Doorway& doorway)
    : doorway_{doorway}, nested_{doorway.inside_.load() == std::this_thread::get_id()} {
  if (nested_) return;
  std::unique_lock lock{doorway_.mutex_};
  const std::uint64_t mine = doorway_.drawn_++;
  doorway_.called_.wait(lock, [&] { return doorway_.turn_ == mine; });
  doorway_.inside_.store(std::this_thread::get_id());
}

Doorway::Turn::~Turn() {
  if (nested_) return;
  doorway_.inside_.store({});
  bool waited = false;
  {
    const std::lock_guard lock{doorway_.mutex_};
    waited = ++doorway_.turn_ != doorway_.drawn_;
  }
  if (waited) doorway_.called_.notify_all();
}

namespace {

/// As it would be typed.
std::string lineOf(std::string_view name, Doorway::Words words) {
  std::string line{name};
  for (const Command::Word& word : words) line += " " + (word.key.empty() ? "" : word.key + "=") + word.text;
  return line;
}

}  // namespace

template <typename Run>
Command::Reply Doorway::answered(std::string_view line, Door door, Run&& run) {
  const Turn turn{*this};
  asking_ = door;
  if (before_) before_();
  Command::Reply reply = run();
  if (after_) after_(line);
  return reply;
}

/// Of the few that are, since it is asked for every line, of which there may be 50,000 a second.
bool Doorway::isBeside(std::string_view line) const {
  const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
  const std::string_view name = line.substr(begin, line.find(' ', begin) - begin);
  return std::ranges::any_of(table_.commands(), [&](const Command& command) {
    return command.beside && command.name.size() == name.size() && foldedName(name) == foldedName(command.name);
  });
}

Command::Reply Doorway::run(std::string_view line, Door door) {
  if (isBeside(line)) return table_.run(line);
  return answered(line, door, [&] { return table_.run(line); });
}

Command::Reply Doorway::run(std::string_view name, Words words, Door door, std::optional<synth::Frame> at) {
  if (isBeside(name)) return table_.run(name, words);
  return answered(lineOf(name, words), door, [&] {
    if (!at || desk_ == nullptr || !isTimed(name)) return table_.run(name, words);
    const synth::Desk::Appointment appointment{*desk_, *at};
    return table_.run(name, words);
  });
}

Command::Reply Doorway::run(std::string_view line, const std::function<Command::Reply()>& act, Door door) {
  return answered(line, door, act);
}

bool Doorway::isTimed(std::string_view name) const {
  const Command* const command = table_.find(name);
  return command != nullptr && command->timed;
}

}  // namespace antiphon
