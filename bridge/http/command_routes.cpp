#include "bridge/http/command_routes.hpp"

#include "bridge/answer_line.hpp"
#include "bridge/http/error.hpp"

#include <nlohmann/json.hpp>

namespace antiphon::http {
namespace {

constexpr const char* kPrefix = "/api/v1/commands/";
constexpr const char* kWords = "words";  // whatever a command calls those that have no names

/// What the table would add by itself.
bool isUsual(const Command::Parameter& parameter, const Command::Arguments& given) {
  if (!parameter.fallback) return false;
  const auto* const whole = std::get_if<std::int64_t>(&*parameter.fallback);
  const auto* const real = std::get_if<double>(&*parameter.fallback);
  const auto* const text = std::get_if<std::string>(&*parameter.fallback);
  const auto* const flag = std::get_if<bool>(&*parameter.fallback);
  return (whole != nullptr && *whole == given.integer(parameter.name)) ||
         (real != nullptr && *real == given.real(parameter.name)) ||
         (text != nullptr && *text == given.text(parameter.name)) ||
         (flag != nullptr && *flag == given.flag(parameter.name));
}

/// As they would be typed: named, then the words that have no names.
Command::Words wordsOf(const Command& command, const Command::Arguments& given) {
  Command::Words words;
  for (const Command::Parameter& parameter : command.parameters) {
    if (isUsual(parameter, given)) continue;
    if (std::holds_alternative<Command::Rest>(parameter.kind)) {
      for (const Command::Word& word : given.rest(kWords)) words.push_back(word);
    } else if (std::holds_alternative<Command::Integer>(parameter.kind)) {
      words.push_back({parameter.name, std::to_string(given.integer(parameter.name))});
    } else if (std::holds_alternative<Command::Real>(parameter.kind)) {
      words.push_back({parameter.name, nlohmann::json(given.real(parameter.name)).dump()});
    } else if (std::holds_alternative<Command::Flag>(parameter.kind)) {
      words.push_back({parameter.name, given.flag(parameter.name) ? "on" : "off"});
    } else {
      words.push_back({parameter.name, given.text(parameter.name)});
    }
  }
  return words;
}

Answer answerTo(const Command::Reply& reply) {
  if (reply.ok) return {200, answerLine(reply, true)};
  nlohmann::ordered_json json{{"ok", false}, {"text", reply.text}, {"detail", reply.text}};
  return {400, json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)};
}

}  // namespace

void addCommandRoutes(Router& router, const CommandTable& table, Doorway& doorway) {
  router.topic(kCommandsTopic);
  for (const Command& command : table.commands()) {
    Route route{.method = "POST",
                .path = kPrefix + command.name,
                .purpose = command.help,
                .answers = "{\"ok\": true, \"text\": ...}",
                .handle = [&command, &doorway](Call& call) {
                  return answerTo(doorway.run(command.name, wordsOf(command, call.given), Doorway::Door::other));
                }};
    for (Command::Parameter parameter : command.parameters) {
      const auto* const rest = std::get_if<Command::Rest>(&parameter.kind);
      const std::string shape = rest != nullptr ? rest->shape : "";
      if (rest != nullptr) parameter.name = kWords;
      route.parameters.push_back({std::move(parameter), shape});
    }
    router.add(std::move(route));
  }
  router.explain(kPrefix, [&table](const std::string& tail) {
    const std::string why = table.wrongIn(tail);
    return why.empty() ? "behind commands/ stands a command's name" : why;
  });
}

std::string commandsIntroduction() {
  return std::string{"\n### POST "} + kPrefix +
         "NAME\n\nWhatever can be typed into the studio: [commands.md](commands.md) lists it, with the parameters, and "
         "`/openapi.json` has a path for each command. What a command takes beside its named parameters are its "
         "`words`: a list, or a "
         "text with spaces between them; `param=value` among them may be a parameter of its own.\n\n"
         "Answers `{\"ok\": true, \"text\": ...}`; a command that cannot be carried out is answered 400 with "
         "`{\"ok\": false, \"text\": ..., \"detail\": ...}`.\n\n"
         "```\n"
         "curl -sS -X POST -d name=bass -d osc=saw http://localhost:9000/api/v1/commands/create\n"
         "curl -sS -H 'Content-Type: application/json' -d '{\"name\": \"bass\", \"words\": \"x...x...\"}' "
         "http://localhost:9000/api/v1/commands/sequence\n"
         "curl -sS -X POST 'http://localhost:9000/api/v1/commands/gain?name=bass&level=-6'\n"
         "curl -sS -X POST http://localhost:9000/api/v1/commands/mixer\n"
         "```\n";
}

}  // namespace antiphon::http
