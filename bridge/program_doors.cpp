#include "bridge/program_doors.hpp"

#include <utility>

#include "bridge/http/all_routes.hpp"

namespace antiphon {

ProgramDoors::ProgramDoors(const DaemonPlan& plan, Doorway& doorway, const CommandTable& table, Ensemble* ensemble,
                           std::function<std::vector<std::string>()> ailments) {
  if (plan.osc) {
    OscSources sources{.meter = plan.settings.meter, .turns = true};
    std::function<synth::Frame(Nanos)> frameOf;
    if (ensemble != nullptr) {
      frameOf = [ensemble](Nanos when) { return ensemble->frameOf(when); };
      sources.music = [ensemble] { return ensemble->music(); };
      sources.meters = [&doorway, ensemble] { return doorway.within([&] { return ensemble->desk().strips(); }); };
    }
    osc_.emplace(doorway, *plan.osc, std::move(frameOf), std::move(sources));
    oscBind_ = plan.osc->bind;
  }
  if (plan.socket) {
    socket_.emplace(doorway, *plan.socket);
    socketPlace_ = plan.socket->string();
  }
  if (plan.http) {
    http::Router router;
    http::addAllRoutes(router, {.doorway = doorway,
                                .table = table,
                                .version = plan.version,
                                .ailments = std::move(ailments),
                                .ensemble = ensemble});
    http_.emplace(*plan.http, std::move(router), plan.version);
    httpBind_ = plan.http->bind;
  }
}

std::vector<std::string> ProgramDoors::places() const {
  std::vector<std::string> lines;
  if (osc_) lines.push_back("[osc] heard at " + oscBind_ + ":" + std::to_string(osc_->port()) + ", UDP and TCP");
  if (socket_) lines.push_back("[socket] " + socketPlace_);
  if (http_) lines.push_back("[http] http://" + httpBind_ + ":" + std::to_string(http_->port()) + "/docs");
  return lines;
}

std::string ProgramDoors::counts() const {
  std::string text;
  if (osc_) text += "\nosc: " + textOf(osc_->counts()) + ", " + std::to_string(osc_->lost()) + " lost on the way";
  if (http_) text += "\nhttp: " + textOf(http_->counts());
  return text;
}

std::vector<std::string> ProgramDoors::routes() const {
  return http_ ? http_->router().listed() : std::vector<std::string>{};
}

void ProgramDoors::turn(const std::string& text) {
  if (osc_) osc_->turn(text);
}

}  // namespace antiphon
