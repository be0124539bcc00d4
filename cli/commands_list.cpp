// antiphon commands: all that can be asked of a studio, at every door.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "bridge/commands_manual.hpp"
#include "bridge/http/all_routes.hpp"
#include "bridge/http/manual.hpp"
#include "bridge/http/service.hpp"
#include "bridge/osc_manual.hpp"
#include "bridge/whole_table.hpp"
#include "cli/commands.hpp"
#include "cli/exit.hpp"

namespace antiphon {
namespace {

std::string httpPage(UnplayedStudio& studio) {
  Doorway doorway{studio.table(), &studio.ensemble().desk()};
  http::Router router;
  http::addAllRoutes(router, {.doorway = doorway, .table = studio.table(), .ensemble = &studio.ensemble()});
  const http::Service service{{{}, {}}, std::move(router), ANTIPHON_VERSION};
  return http::httpPage(service.router());
}

}  // namespace

Action addCommands(CLI::App& app) {
  auto* sub = app.add_subcommand("commands",
                                 "List what can be asked of a studio, by typing, by OSC and over HTTP, or explain one");
  auto name = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false), http = std::make_shared<bool>(false), page = std::make_shared<bool>(false),
       osc = std::make_shared<bool>(false);
  sub->add_option("name", *name, "Which one");
  sub->add_flag("--json", *json, "Print JSON: name, params with their ranges, help");
  sub->add_flag("--markdown", *page, "All of them, as docs/commands.md has them");
  sub->add_flag("--osc-page", *osc, "The OSC addresses, as docs/osc.md has them");
  sub->add_flag("--http-page", *http, "What can be asked for over HTTP, as docs/http.md has it");
  return [=] {
    UnplayedStudio studio;
    if (*json) {
      std::printf("%s\n", studio.table().toJson().dump(2).c_str());
      return kExitOk;
    }
    if (*http) {
      std::fputs(httpPage(studio).c_str(), stdout);
      return kExitOk;
    }
    if (*page || *osc) {
      std::fputs((*page ? commandsPage(studio.table()) : oscPage(studio.table())).c_str(), stdout);
      return kExitOk;
    }
    const Command::Word which{{}, *name};
    const Command::Reply reply = studio.table().run("help", {&which, name->empty() ? std::size_t{0} : 1});
    if (!reply.ok) throw UsageError{reply.text};
    std::printf("%s\n", reply.text.c_str());
    return kExitOk;
  };
}

}  // namespace antiphon
