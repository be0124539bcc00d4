// From a request that is whole to its answer: no sockets.
#pragma once

#include <functional>
#include <memory>

#include "bridge/http/access.hpp"
#include "bridge/http/connections.hpp"
#include "bridge/http/jobs.hpp"
#include "bridge/http/router.hpp"

namespace antiphon::http {

/// meet(), take(), leave() and finish() by one thread.
class Service {
 public:
  using Reply = std::function<void(const Answer&)>;
  /// What is asked beside the music waits in a short line, the rest in a long one.
  static constexpr std::size_t kMostLasting = 16, kMostQuick = 512;

  /// Adds the routes that it has itself: jobs, /openapi.json, /docs.
  Service(Access access, Router router, std::string version);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Whether files may come with it. Throws HttpError where the answer is known from the head alone.
  bool meet(const Head& head) const;
  /// `reply` is called once, now or later, by any thread. What is returned can be given to leave(); null: it is not
  /// worth it.
  std::shared_ptr<Job> take(const Head& head, Body body, Reply reply);
  /// Nobody waits for it any more.
  void leave(Job& job) { lasting_.cancel(job); }
  void finish(const Head& head, Answer& answer) const;
  /// What lasts is cancelled, and nothing is begun any more.
  void close();
  const Router& router() const { return router_; }

 private:
  std::shared_ptr<Job> begin(const Route& route, std::string tail, Command::Arguments given, std::vector<Upload> files,
                             const Reply& reply);

  Access access_;
  Router router_;
  Jobs quick_, lasting_;
};

/// The routes of every service: of jobs, and those that tell what there is.
void addOwnRoutes(Router& router, Jobs& jobs, const std::string& version);

}  // namespace antiphon::http
