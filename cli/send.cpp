// antiphon send: asks a studio that plays, by its socket.
#include <cstdio>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "bridge/script.hpp"
#include "bridge/socket_door.hpp"
#include "cli/commands.hpp"
#include "cli/exit.hpp"

namespace antiphon {
namespace {

struct SendWish {
  std::vector<std::string> lines{};
  std::string socket{};
  bool json = false;
};

class TalkOverSocket {
 public:
  explicit TalkOverSocket(const SendWish& wish)
      : json_{wish.json}, studio_{wish.socket.empty() ? usualSocket() : std::filesystem::path{wish.socket}} {
    if (json_) studio_.ask("json");
  }

  void say(const std::string& line) {
    const std::string words = withoutComment(line);
    if (words.empty()) return;
    const std::string answer = studio_.ask(words);
    std::printf("%s\n", answer.c_str());
    std::fflush(stdout);
    allWell_ = allWell_ && answer.starts_with(json_ ? "{\"ok\":true" : "ok");
  }
  bool allWell() const { return allWell_; }

 private:
  bool json_, allWell_ = true;
  SocketClient studio_;
};

int send(const SendWish& wish) {
  try {
    TalkOverSocket conversation{wish};
    for (const std::string& lines : wish.lines) {
      std::istringstream all{lines};
      for (std::string line; std::getline(all, line);) conversation.say(line);
    }
    for (std::string line; wish.lines.empty() && std::getline(std::cin, line);) conversation.say(line);
    return conversation.allWell() ? kExitOk : kExitFailed;
  } catch (const DoorError& error) {
    throw UsageError{error.what()};
  }
}

}  // namespace

Action addSend(CLI::App& app) {
  auto* sub = app.add_subcommand("send", "Say something to a studio that plays (antiphon studio --socket)");
  auto wish = std::make_shared<SendWish>();
  sub->add_option("lines", wish->lines, "Commands, a line each: \"set bass.cutoff 500\" (default: what is piped in)");
  sub->add_option("--socket", wish->socket, "Where it listens (default " + usualSocket().string() + ")");
  sub->add_flag("--json", wish->json, "Print each answer as a line of JSON");
  return [wish] { return send(*wish); };
}

}  // namespace antiphon
