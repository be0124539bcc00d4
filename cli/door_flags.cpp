#include "cli/door_flags.hpp"

#include <cstdlib>

#include "bridge/daw/daw_place.hpp"
#include "bridge/socket_door.hpp"
#include "bridge/status_file.hpp"
#include "cli/exit.hpp"
#include "cli/words.hpp"

namespace antiphon {
namespace {

template <typename Make>
auto orRefused(Make&& make) {
  try {
    return make();
  } catch (const std::runtime_error& error) {
    throw UsageError{error.what()};
  }
}

}  // namespace

DoorFlags::DoorFlags(CLI::App& app, bool serves) : serves_{serves} {
  const std::string doors = "Doors for programs";
  osc_ = app.add_option("--osc", port_,
                        "Understand OSC, over UDP and TCP, on this port (default " +
                            std::to_string(OscPlace::kUsualPort) + "; docs/osc.md)")
             ->expected(0, 1)
             ->check(wholeNumber(1, 65535))
             ->group(doors);
  bind_ = app.add_option("--osc-bind", address_,
                         "The address of this machine at which OSC is heard (default " + address_ +
                             ", this machine alone; 0.0.0.0: all)")
              ->group(doors);
  socket_ = app.add_option("--socket", path_,
                           "Take lines from antiphon send and other programs, at this path (default " +
                               usualSocket().string() + ")")
                ->expected(0, 1)
                ->group(doors);
  http_ = app.add_option("--http", httpPort_,
                         "Answer HTTP on this port, 0: one that is free (default " +
                             std::to_string(HttpPlace::kUsualPort) + "; docs/http.md)")
              ->expected(0, 1)
              ->check(wholeNumber(0, 65535))
              ->group(doors);
  needHttp_ = {app.add_option("--http-bind", place_.bind,
                              "The address of this machine at which HTTP is answered (default " + place_.bind +
                                  ", this machine alone; 0.0.0.0: all)"),
               app.add_option("--http-token", place_.token,
                              "A word that all who ask have to say (better: the variable ANTIPHON_HTTP_TOKEN, which "
                              "others do not see)"),
               app.add_option("--http-origin", place_.origins,
                              "Pages of this site may ask as well, such as https://daw.example; *: of all sites")
                   ->expected(1)
                   ->take_all()};
  for (CLI::Option* option : needHttp_) option->group(doors);
  daw_ = app.add_option("--daw", dawWord_,
                        "A DAW to ask and to give music to: dawg:http://localhost:8080, or abletonosc for Live with "
                        "AbletonOSC (docs/daw.md)")
             ->group(doors);
  status_ = app.add_option("--status-file", statusPath_,
                           "Keep a file of JSON that says what is going on, at this path (default "
                           "~/.local/state/antiphon/status.json)")
                ->expected(0, 1)
                ->group(doors);
}

void DoorFlags::understand(DaemonPlan& plan) const {
  if (osc_->count() > 0) plan.osc = OscPlace{port_.empty() ? OscPlace::kUsualPort : std::stoi(port_), address_};
  else if (bind_->count() > 0) throw UsageError{"--osc-bind says where OSC is heard: add --osc"};
  if (socket_->count() > 0) plan.socket = path_.empty() ? usualSocket() : std::filesystem::path{path_};
  if (daw_->count() > 0) plan.daw = orRefused([this] { return dawAt(dawWord_); });
  if (status_->count() > 0)
    plan.statusFile = statusPath_.empty() ? orRefused(usualStatusFile) : std::filesystem::path{statusPath_};
  understandHttp(plan);
}

void DoorFlags::understandHttp(DaemonPlan& plan) const {
  if (http_->count() == 0 && !serves_) {
    for (const CLI::Option* option : needHttp_) {
      if (option->count() > 0) throw UsageError{option->get_name() + " is for HTTP: add --http"};
    }
    return;
  }
  plan.http = place_;
  if (!httpPort_.empty()) plan.http->port = std::stoi(httpPort_);
  const char* const token = std::getenv("ANTIPHON_HTTP_TOKEN");
  if (place_.token.empty() && token != nullptr) plan.http->token = token;
}

}  // namespace antiphon
