#include "bridge/answer_line.hpp"

#include <nlohmann/json.hpp>

namespace antiphon {

std::string answerLine(const Command::Reply& reply, bool json) {
  using Json = nlohmann::ordered_json;
  if (json) {
    const Json answer{{"ok", reply.ok}, {"text", reply.text}};
    return answer.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  std::string line = reply.ok ? "ok" : "error";
  if (!reply.text.empty()) line += " ";
  bool begins = false;
  for (const char c : reply.text) {
    if (c == '\n') line += "; ";
    if (c == '\n') begins = true;
    else if (begins && c == ' ') continue;
    else line += c, begins = false;
  }
  return line;
}

}  // namespace antiphon
