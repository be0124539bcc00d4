#include "bridge/prompt.hpp"

#include <algorithm>
#include <utility>

#include "bridge/answer_line.hpp"
#include "bridge/completion.hpp"
#include "bridge/console.hpp"
#include "bridge/script.hpp"

namespace antiphon {

void Prompt::obey(const std::function<bool()>& ended) {
  if (beside_.valid() && beside_.wait_for(std::chrono::seconds{0}) == std::future_status::ready) answer(beside_.get());
  while (!asked_.empty() && !ended() && !waits()) {
    const std::string line = manner_.studio ? withoutComment(asked_.front()) : asked_.front();
    asked_.pop_front();
    if (!line.empty()) command(line);
  }
}

Command::Reply Prompt::wait(double seconds) {
  if (doorway_.asking() == Doorway::Door::other || byHand_)
    return {false, "wait is for files and pipes: here nothing waits for it"};
  waitUntil_ = std::chrono::steady_clock::now() +
               std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>{seconds});
  return {};
}

void Prompt::command(const std::string& line) {
  if (doorway_.isBeside(line))
    beside_ = std::async(std::launch::async, [this, line] { return doorway_.run(line, Doorway::Door::own); });
  else answer(doorway_.run(line, Doorway::Door::own));
}

void Prompt::answer(const Command::Reply& reply) {
  // A program reads line by line; a person reads lists.
  if (manner_.json || (manner_.studio && !byHand_)) log_.reply(answerLine(reply, manner_.json));
  else if (manner_.studio) {
    const bool list = reply.text.find('\n') != std::string::npos;  // in columns, from the first on
    log_.reply((reply.ok ? "ok" : "error") + (reply.text.empty() ? "" : (list ? "\n" : " ") + reply.text));
  } else if (!reply.text.empty()) log_.reply(reply.text);
}

std::vector<std::string> Prompt::completions(std::string_view before) {
  // Where a key alone is one, a command begins with a colon.
  const bool colon = before.starts_with(':');
  auto words = doorway_.within([&] {
    CompletionSources sources{table_};
    if (ensemble_ != nullptr) {
      sources.patch = &ensemble_->desk().patch();
      sources.shelf = &ensemble_->shelf();
    }
    return completionsOf(colon ? before.substr(1) : before, sources);
  });
  if (colon && before.find(' ') == std::string_view::npos) {
    for (std::string& word : words) word.insert(0, 1, ':');
  }
  return words;
}

void Prompt::show(const std::vector<std::string>& choices) {
  std::string line;
  const std::size_t width = std::max<std::size_t>(outputWidth(), 40);
  for (const std::string& choice : choices) {
    if (line.size() + choice.size() + 2 > width) log_.reply(std::exchange(line, {}));
    line += (line.empty() ? "" : "  ") + choice;
  }
  log_.reply(line);
}

}  // namespace antiphon
