#include "bridge/http/service.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "bridge/http/error.hpp"
#include "bridge/http/given.hpp"
#include "bridge/http/manual.hpp"

namespace antiphon::http {
namespace {

constexpr int kQuickThreads = 2, kMostThreads = 4;

/// One core is left to the music.
int lastingThreads() { return std::clamp(static_cast<int>(std::thread::hardware_concurrency()) - 1, 1, kMostThreads); }

}  // namespace

Service::Service(Access access, Router router, std::string version)
    : access_{std::move(access)},
      router_{std::move(router)},
      quick_{{.threads = kQuickThreads, .waiting = kMostQuick, .beside = false}},
      lasting_{{.threads = lastingThreads(), .waiting = kMostLasting, .beside = true}} {
  addOwnRoutes(router_, lasting_, version);
}

bool Service::meet(const Head& head) const {
  access_.check(head);
  if (head.method == "OPTIONS" && !router_.allowed(head.path).empty()) return false;
  return router_.find(head.method, head.path).route->files.has_value();
}

std::shared_ptr<Job> Service::take(const Head& head, Body body, Reply reply) {
  try {
    if (head.method == "OPTIONS") {
      reply({204, {}, {}, {{"Allow", router_.allowed(head.path) + ", OPTIONS"}}});
      return nullptr;
    }
    auto [route, tail] = router_.find(head.method, head.path);
    Given given = readGiven(*route, head, body);
    if (given.wrong) {
      reply(*given.wrong);
      return nullptr;
    }
    return begin(*route, std::move(tail), std::move(given.arguments), std::move(body.files), reply);
  } catch (const HttpError& error) {
    reply(refusal(error.status(), error.what()));
  }
  return nullptr;
}

std::shared_ptr<Job> Service::begin(const Route& route, std::string tail, Command::Arguments given,
                                    std::vector<Upload> files, const Reply& reply) {
  const bool async = route.lasts && given.flag(kAsync);
  Job::Work work = [&route, tail = std::move(tail), given = std::move(given),
                    held = std::make_shared<std::vector<Upload>>(std::move(files))](Job& job) {
    Call call{given, *held, tail, job.stop(), [&job](double share) { job.advance(share); }};
    return route.handle(call);
  };
  if (!async) {
    auto job = (route.lasts ? lasting_ : quick_).begin(std::move(work), reply);
    if (job == nullptr) throw HttpError{503, "too much waits to be done here already; try again later"};
    return route.lasts ? job : nullptr;
  }
  const auto job = lasting_.beginKept(std::move(work));
  if (job == nullptr) throw HttpError{503, "too much waits to be done here already; try again later"};
  Answer answer{202, nlohmann::ordered_json{{"job", job->name()}}.dump()};
  answer.headers.emplace_back("Location", "/api/v1/jobs/" + job->name());
  reply(answer);
  return nullptr;
}

void Service::finish(const Head& head, Answer& answer) const {
  if (answer.status == 405) answer.headers.emplace_back("Allow", router_.allowed(head.path) + ", OPTIONS");
  access_.permit(head, answer);
}

void Service::close() {
  lasting_.close();
  quick_.close();
}

void addOwnRoutes(Router& router, Jobs& jobs, const std::string& version) {
  router.topic("jobs");
  router.add({.method = "GET",
              .path = "/api/v1/jobs/{job}",
              .purpose = "How something that was asked for with async=1 stands.",
              .answers = "`job`, `status` (queued, running, done, failed, cancelled), `progress` 0..1, `result`: what "
                         "would have been answered without async, or null while there is nothing yet",
              .example = "http://localhost:9000/api/v1/jobs/JOB",
              .handle = [&jobs](Call& call) { return jobs.report(call.tail); }});
  router.add({.method = "DELETE",
              .path = "/api/v1/jobs/{job}",
              .purpose = "Cancels it.",
              .answers = "as GET",
              .example = "-X DELETE http://localhost:9000/api/v1/jobs/JOB",
              .handle = [&jobs](Call& call) { return jobs.cancel(call.tail); }});
  router.topic("this page");
  router.add({.method = "GET",
              .path = "/openapi.json",
              .purpose = "All of this as OpenAPI 3.1, for programs.",
              .answers = "an OpenAPI document",
              .example = "http://localhost:9000/openapi.json",
              .handle = [&router, version](Call&) {
                return Answer{200, openApi(router, version)};
              }});
  router.add({.method = "GET",
              .path = "/docs",
              .purpose = "All of this as a page, for people.",
              .answers = "HTML, with nothing in it from anywhere else",
              .example = "http://localhost:9000/docs",
              .handle = [&router, version](Call&) {
                return Answer{200, docsPage(router, version), "text/html; charset=utf-8"};
              }});
}

}  // namespace antiphon::http
