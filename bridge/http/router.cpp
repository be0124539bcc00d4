#include "bridge/http/router.hpp"

#include <algorithm>
#include <stdexcept>

#include "bridge/http/error.hpp"
#include "scheduler/spelling.hpp"

namespace antiphon::http {
namespace {

constexpr std::size_t kLongestPathShown = 80;

bool isOpen(const Route& route) { return route.path.ends_with('}'); }

/// Nothing: it is another path. Else what the client chose.
std::optional<std::string> tailOf(const Route& route, const std::string& path) {
  if (!isOpen(route)) return foldedName(route.path) == foldedName(path) ? std::optional{std::string{}} : std::nullopt;
  const std::size_t fixed = route.path.find('{');
  if (path.size() <= fixed || foldedName(path.substr(0, fixed)) != foldedName(route.path.substr(0, fixed))) return {};
  std::string tail = path.substr(fixed);
  if (tail.find('/') != std::string::npos) return {};
  return tail;
}

/// HEAD is a GET of which the head alone is wanted.
bool answersMethod(const Route& route, const std::string& method) {
  return route.method == (method == "HEAD" ? "GET" : method);
}

/// Without the / that some put at the end.
std::string plain(const std::string& path) {
  return path.size() > 1 && path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
}

}  // namespace

void Router::add(Route route) {
  for (const Route& other : routes_) {
    if (other.method == route.method && other.path == route.path)
      throw std::logic_error{route.method + " " + route.path + " is declared twice"};
  }
  if (route.lasts) {
    route.parameters.push_back({{kAsync, Command::Flag{}, "", Command::Value{false}},
                                "answers at once with {\"job\": ...}, to be asked for at /api/v1/jobs/JOB"});
  }
  if (route.topic.empty()) route.topic = topic_;
  routes_.push_back(std::move(route));
}

void Router::explain(std::string prefix, std::function<std::string(const std::string&)> why) {
  explained_.push_back({std::move(prefix), std::move(why)});
}

Router::Found Router::find(const std::string& method, const std::string& asked) const {
  const std::string path = plain(asked);
  for (const Route& route : routes_) {
    if (!answersMethod(route, method)) continue;
    if (auto tail = tailOf(route, path)) return {&route, *std::move(tail)};
  }
  if (const std::string methods = allowed(path); !methods.empty())
    throw HttpError{405, path.substr(0, kLongestPathShown) + " is asked for with " + methods};
  for (const Explained& one : explained_) {
    if (path.starts_with(one.prefix)) throw HttpError{404, one.why(path.substr(one.prefix.size()))};
  }
  std::vector<std::string_view> paths;
  for (const Route& route : routes_) paths.push_back(route.path);
  const std::string near = path.size() > kLongestPathShown ? "" : nearestName(path, paths);
  throw HttpError{404, "there is nothing at " + path.substr(0, kLongestPathShown) +
                           (near.empty() ? "" : "; did you mean " + near + "?") + " (/docs lists what there is)"};
}

std::string Router::allowed(const std::string& asked) const {
  const std::string path = plain(asked);
  std::string methods;
  for (const Route& route : routes_) {
    if (!tailOf(route, path)) continue;
    methods += (methods.empty() ? "" : ", ") + route.method;
    if (route.method == "GET") methods += ", HEAD";
  }
  return methods;
}

std::vector<std::string> Router::listed() const {
  std::vector<std::string> list;
  for (const Route& route : routes_) list.push_back(route.method + " " + route.path);
  return list;
}

}  // namespace antiphon::http
