#include "bridge/http/manual.hpp"

#include <nlohmann/json.hpp>

#include "bridge/commands_manual.hpp"
#include "bridge/http/command_routes.hpp"
#include "bridge/http/connections.hpp"
#include "bridge/http/http_door.hpp"
#include "bridge/http/service.hpp"

namespace antiphon::http {
namespace {

using Json = nlohmann::ordered_json;

struct Schema {
  Json operator()(const Command::Integer& is) const {
    return {{"type", "integer"}, {"minimum", is.least}, {"maximum", is.most}};
  }
  Json operator()(const Command::Real& is) const {
    return {{"type", "number"}, {"minimum", is.least}, {"maximum", is.most}};
  }
  Json operator()(const Command::Choice& is) const { return {{"type", "string"}, {"enum", is.names}}; }
  Json operator()(const Command::Text& is) const { return {{"type", "string"}, {"maxLength", is.longest}}; }
  Json operator()(const Command::Flag&) const { return {{"type", "boolean"}}; }
  Json operator()(const Command::Rest& is) const {
    return {{"type", "array"}, {"items", {{"type", "string"}}}, {"maxItems", is.most}};
  }
};

struct Plain {
  Json operator()(std::int64_t value) const { return value; }
  Json operator()(double value) const { return value; }
  Json operator()(const std::string& value) const { return value; }
  Json operator()(bool value) const { return value; }
  Json operator()(const Command::Words&) const { return Json::array(); }
};

Json schemaOf(const Route::Parameter& parameter) {
  Json schema = std::visit(Schema{}, parameter.is.kind);
  if (parameter.is.fallback) schema["default"] = std::visit(Plain{}, *parameter.is.fallback);
  if (!parameter.help.empty()) schema["description"] = parameter.help;
  return schema;
}

/// Without it nothing is understood.
bool isNeeded(const Route::Parameter& parameter) {
  return !parameter.is.fallback && !std::holds_alternative<Command::Rest>(parameter.is.kind);
}

Json operationOf(const Route& route) {
  Json operation{{"summary", route.purpose}, {"tags", {route.topic}}};
  Json parameters = Json::array(), properties = Json::object(), needed = Json::array();
  if (const std::size_t at = route.path.find('{'); at != std::string::npos) {
    const std::string name = route.path.substr(at + 1, route.path.size() - at - 2);
    parameters.push_back({{"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
  }
  for (const Route::Parameter& parameter : route.parameters) {
    const Json schema = schemaOf(parameter);
    // Each may stand in the query or in the body, so in the query none is needed.
    parameters.push_back({{"name", parameter.is.name}, {"in", "query"}, {"required", false}, {"schema", schema}});
    properties[parameter.is.name] = schema;
  }
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  Json body{{"type", "object"}, {"properties", properties}};
  if (route.files) {
    const Json file{{"type", "string"}, {"format", "binary"}, {"description", route.files->help}};
    body["properties"][route.files->field] = route.files->several ? Json{{"type", "array"}, {"items", file}} : file;
    if (route.files->needed) needed.push_back(route.files->field);
    if (!needed.empty()) body["required"] = needed;
    operation["requestBody"] = {{"required", route.files->needed},
                                {"content", {{"multipart/form-data", {{"schema", body}}}}}};
  } else if (route.method == "POST" && !properties.empty()) {
    operation["requestBody"] = {
        {"content",
         {{"application/json", {{"schema", body}}}, {"application/x-www-form-urlencoded", {{"schema", body}}}}}};
  }
  Json& responses = operation["responses"];
  responses["200"] = {{"description", route.answers}};
  if (route.lasts) responses["202"] = {{"description", "with async=1: {\"job\": ...}"}};
  responses["422"] = {{"description", "what is wrong with the parameters"},
                      {"content", {{"application/json", {{"schema", {{"$ref", "#/components/schemas/Wrong"}}}}}}}};
  if (route.lasts) responses["503"] = {{"description", "too much waits already; Retry-After says when to try again"}};
  return operation;
}

Json wrongSchema() {
  const Json place{{"anyOf", {{{"type", "string"}}, {{"type", "integer"}}}}};
  const Json one{
      {"type", "object"},
      {"properties",
       {{"loc", {{"type", "array"}, {"items", place}}}, {"msg", {{"type", "string"}}}, {"type", {{"type", "string"}}}}},
      {"required", {"loc", "msg", "type"}}};
  return {{"type", "object"}, {"properties", {{"detail", {{"type", "array"}, {"items", one}}}}}};
}

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&') safe += "&amp;";
    else if (c == '<') safe += "&lt;";
    else if (c == '>') safe += "&gt;";
    else if (c == '"') safe += "&quot;";
    else safe += c;
  }
  return safe;
}

/// `these` as code, in HTML.
std::string withCode(std::string_view text) {
  std::string html;
  bool open = false;
  for (const char c : escaped(text)) {
    if (c != '`') html += c;
    else html += (open = !open) ? "<code>" : "</code>";
  }
  return html;
}

std::string number(std::uint64_t of) { return std::to_string(of); }

std::string curlOf(const Route& route) { return "curl -sS " + route.example; }

bool isCommand(const Route& route) { return route.topic == kCommandsTopic; }

std::vector<std::string> topicsOf(const Router& router) {
  std::vector<std::string> topics;
  for (const Route& route : router.routes()) {
    if (topics.empty() || topics.back() != route.topic) topics.push_back(route.topic);
  }
  return topics;
}

/// "`tempo` a number 20..400, usually 120: the speed"
std::string described(const Route::Parameter& parameter) {
  std::string text = "`" + parameter.is.name + "` " + parameter.is.possible();
  if (parameter.is.fallback) {
    const Json usual = std::visit(Plain{}, *parameter.is.fallback);
    const std::string said = usual.is_string() ? usual.get<std::string>() : usual.dump();
    if (!said.empty()) text += ", usually " + said;
  } else if (isNeeded(parameter)) {
    text += ", needed";
  }
  return text + (parameter.help.empty() ? "" : ": " + parameter.help);
}

std::string described(const Route::Files& files) {
  return "`" + files.field + "` " + (files.several ? "one or more files" : "a file") + " by multipart/form-data" +
         (files.needed ? ", needed" : "") + ": " + files.help;
}

}  // namespace

std::string openApi(const Router& router, const std::string& version) {
  Json paths = Json::object();
  for (const Route& route : router.routes()) {
    std::string method = route.method;
    for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
    paths[route.path][method] = operationOf(route);
  }
  const Json document{{"openapi", "3.1.0"},
                      {"info",
                       {{"title", "Antiphon"},
                        {"version", version},
                        {"description", "Listening, generation, mixing advice, and the studio's own commands."}}},
                      {"paths", std::move(paths)},
                      {"components", {{"schemas", {{"Wrong", wrongSchema()}}}}}};
  return document.dump(1);
}

std::string docsPage(const Router& router, const std::string& version) {
  std::string page =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Antiphon over HTTP</title>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:54rem;margin:2rem auto;padding:0 1rem;color:#222;"
      "background:#fdfcfa}h2{margin-top:2.2rem;border-bottom:1px solid #ccc}h3{font:600 1rem ui-monospace,monospace;"
      "margin:1.6rem 0 .2rem}h3 b{color:#8a3b12}p{margin:.3rem 0}code,pre{font:.9em ui-monospace,monospace}"
      "pre{background:#f1eee8;padding:.5rem .8rem;overflow-x:auto}li{margin:.1rem 0}"
      "@media(prefers-color-scheme:dark){body{color:#ddd;background:#191817}pre{background:#262422}"
      "h3 b{color:#e89b6c}}</style></head><body>\n<h1>Antiphon " +
      escaped(version) +
      "</h1>\n<p>Parameters may come as query, as form or as JSON. The same for programs: "
      "<a href=\"/openapi.json\">/openapi.json</a>.</p>\n";
  for (const std::string& topic : topicsOf(router)) {
    page += "<h2>" + escaped(topic) + "</h2>\n";
    for (const Route& route : router.routes()) {
      if (route.topic != topic) continue;
      page +=
          "<h3><b>" + route.method + "</b> " + escaped(route.path) + "</h3>\n<p>" + withCode(route.purpose) + "</p>\n";
      std::string list;
      if (route.files) list += "<li>" + withCode(described(*route.files)) + "</li>\n";
      for (const Route::Parameter& parameter : route.parameters)
        list += "<li>" + withCode(described(parameter)) + "</li>\n";
      if (!list.empty()) page += "<ul>\n" + list + "</ul>\n";
      if (!route.answers.empty() && !isCommand(route)) page += "<p>Answers " + withCode(route.answers) + ".</p>\n";
      if (!route.example.empty()) page += "<pre>" + escaped(curlOf(route)) + "</pre>\n";
    }
  }
  return page + "</body></html>\n";
}

std::string httpPage(const Router& router) {
  std::string page =
      "# HTTP\n\nMade by `antiphon commands --http-page` from the routes' own declarations; `/docs` shows the same "
      "while "
      "it runs, `/openapi.json` tells it to programs.\n\n"
      "`antiphon serve` is a studio for programs: it listens at 127.0.0.1, port " +
      number(HttpPlace::kUsualPort) +
      ". `antiphon run --http`, `antiphon solo --http` and `antiphon studio --http` do it beside what else they do; "
      "`--http PORT` takes another port, 0 one that is free, which the log tells.\n\n"
      "## Who may ask\n\n"
      "- Programs of this machine. `--http-bind ADDRESS` lets others in (`0.0.0.0`: all); then a token is needed, a "
      "word "
      "of " +
      number(Access::kShortestToken) +
      " characters or more that `--http-token` or, better, the variable `ANTIPHON_HTTP_TOKEN` says, and every request "
      "has a header `Authorization: Bearer TOKEN`. There is no encryption: put a proxy with TLS before it where the "
      "network is not your own.\n"
      "- Web pages of this machine (`http://localhost:3000`). `--http-origin https://daw.example` lets the pages of "
      "another site, may be said more than once, and takes `*` for all. Without a token the studio must be asked as "
      "localhost or by an address, so that no page of another site can pass for one of this machine's.\n\n"
      "## How it is asked and how it answers\n\n"
      "Parameters come as query, form (`application/x-www-form-urlencoded` or `multipart/form-data`) or JSON object, "
      "files as `multipart/form-data`. Answers are JSON. What went wrong is said in `detail`: a sentence, or for "
      "parameters (422) a list of `{type, loc, msg, input}` as clients of FastAPI know it.\n\n"
      "| status | when |\n|---|---|\n"
      "| 400 | what was sent is no request, or a command was not carried out |\n"
      "| 401, 403 | the token is missing; a page or a name that may not ask |\n"
      "| 404, 405 | there is nothing there; it is asked for with another method |\n"
      "| 408 | the request did not come in time |\n"
      "| 409 | it does not go with what the studio is doing |\n"
      "| 413, 414, 431 | it is too long |\n"
      "| 415 | it comes in a form that is not understood |\n"
      "| 422 | a parameter, or a file, is wrong |\n"
      "| 503 | too much is asked for at once; `Retry-After` says when to try again |\n"
      "| 507 | the disk is full |\n\n"
      "What takes a while (analysis, generation, mixing) is done beside the music by threads that give way to it, one "
      "or "
      "a few at a time; up to " +
      number(Service::kMostLasting) +
      " wait, and the next is answered 503. Who goes away cancels it. With `async=1` it is answered at once, 202 with "
      "`{\"job\": ...}`, and `/api/v1/jobs/JOB` tells how it stands; results are kept for " +
      number(static_cast<std::uint64_t>(Jobs::kKept.count())) + " minutes, at most " + number(Jobs::kMostKept) +
      " of them.\n\n"
      "## What is bounded\n\n"
      "Up to " +
      number(Connections::kMost) +
      " connections: who comes then takes the place of one that has not asked for anything yet, or is answered 503. A "
      "head has at most " +
      number(kLongestHead / 1024) + " KB and " + number(kMostHeaders) + " headers and " +
      number(
          static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(Connections::kForHead).count())) +
      " seconds to come, a body " + number(BodyReader::kLongestText >> 20) + " MB, an upload " +
      number(BodyReader::kLongestUpload >> 20) + " MB and " + number(Multipart::kMostFiles) +
      " files, all uploads together 2 GB; after " +
      number(
          static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(Connections::kForBody).count())) +
      " seconds a body has to come at " + number(Connections::kSlowest / 1024) +
      " KB a second. Uploads lie on disk without a name, so nothing is left of them.\n";
  for (const std::string& topic : topicsOf(router)) {
    page += "\n## " + topic + "\n";
    if (topic == kCommandsTopic) {
      page += commandsIntroduction();
      continue;
    }
    for (const Route& route : router.routes()) {
      if (route.topic != topic) continue;
      page += "\n### " + route.method + " " + route.path + "\n\n" + route.purpose + "\n\n";
      if (route.files) page += "- " + described(*route.files) + "\n";
      for (const Route::Parameter& parameter : route.parameters) page += "- " + described(parameter) + "\n";
      if (route.files || !route.parameters.empty()) page += "\n";
      if (!route.answers.empty()) page += "Answers " + route.answers + ".\n";
      if (!route.example.empty()) page += "\n```\n" + curlOf(route) + "\n```\n";
    }
  }
  return page;
}

}  // namespace antiphon::http
