// Who answers which path.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bridge/http/route.hpp"

namespace antiphon::http {

class Router {
 public:
  /// What is added from here on is listed under this.
  void topic(std::string name) { topic_ = std::move(name); }
  /// One that lasts has the parameter `async` as well. Throws std::logic_error when there is one already.
  void add(Route route);
  /// What is said of a path under `prefix` that is none: a sentence.
  void explain(std::string prefix, std::function<std::string(const std::string& tail)> why);

  struct Found {
    const Route* route = nullptr;
    std::string tail{};
  };
  /// Paths are the same in capitals, and with a hyphen for an underscore. Throws HttpError 404 or 405; the latter's
  /// methods are those of allowed().
  Found find(const std::string& method, const std::string& path) const;
  /// "GET, HEAD"; empty: there is no such path.
  std::string allowed(const std::string& path) const;
  const std::vector<Route>& routes() const { return routes_; }
  /// "POST /api/v1/generate/midi"
  std::vector<std::string> listed() const;

 private:
  struct Explained {
    std::string prefix;
    std::function<std::string(const std::string&)> why;
  };
  std::vector<Route> routes_{};
  std::vector<Explained> explained_{};
  std::string topic_{};
};

inline constexpr const char* kAsync = "async";

}  // namespace antiphon::http
