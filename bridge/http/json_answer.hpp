// An answer that is JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "bridge/http/answer.hpp"

namespace antiphon::http {

/// What is no UTF-8 in it (names of files) is replaced.
inline Answer jsonAnswer(const nlohmann::ordered_json& json, int status = 200) {
  return {status, json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)};
}

}  // namespace antiphon::http
