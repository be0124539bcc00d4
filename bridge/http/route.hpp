// One thing that can be asked for over HTTP, declared once: from here come its checks, /openapi.json, /docs and
// docs/http.md.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "bridge/command.hpp"
#include "bridge/http/answer.hpp"
#include "bridge/http/multipart.hpp"

namespace antiphon::http {

/// What a handler gets: all of it checked.
struct Call {
  const Command::Arguments& given;
  std::vector<Upload>& files;
  const std::string& tail;  // of the path, where the route's ends with {name}
  std::stop_token stop{};   // whoever asked has gone
  std::function<void(double share)> advance{};
};

struct Route {
  struct Parameter {
    Command::Parameter is;
    std::string help;
    /// Of a text: what is wrong with it, in a sentence; empty: nothing.
    std::function<std::string(const std::string&)> wrong{};
  };
  struct Files {
    std::string field;
    std::string help;
    bool several = false, needed = true;
  };
  /// May throw HttpError.
  using Handler = std::function<Answer(Call&)>;

  std::string method;
  std::string path;     // may end with /{name}: one segment that the client chooses
  std::string purpose;  // one sentence
  std::vector<Parameter> parameters{};
  std::optional<Files> files{};
  std::string answers{};  // what comes back, for people
  std::string example{};  // what follows `curl` and the address
  bool lasts = false;     // it is done beside the music, one after the other, and can be asked for with async
  Handler handle{};
  std::string topic{};
};

}  // namespace antiphon::http
