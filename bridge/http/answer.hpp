// What a request is answered.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bridge/http/head.hpp"

namespace antiphon::http {

inline constexpr std::string_view kJson = "application/json";

struct Answer {
  int status = 200;
  std::string body{};
  std::string type{kJson};
  Fields headers{};
};

/// {"detail": "..."}
Answer refusal(int status, std::string_view detail);

/// As it goes out. `keeps`: the connection is kept; `headOnly`: HEAD was asked for.
std::string wireOf(const Answer& answer, bool keeps, bool headOnly);

}  // namespace antiphon::http
