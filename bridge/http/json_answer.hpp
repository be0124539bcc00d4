// An answer that is JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "bridge/http/answer.hpp"

namespace antiphon::http {

/// What is no UTF-8 in it (names of files) is replaced.
inline Answer jsonAnswer(const nlohmann::ordered_json& json, int status = 200) {
  return {status, json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)};
}

/// What is found to be wrong with a parameter or a file only when it is used.
inline Answer wrongAnswer(const std::string& name, const std::string& why) {
  nlohmann::ordered_json one{{"type", "value_error"}, {"loc", {"body", name}}, {"msg", why}, {"input", nullptr}};
  return jsonAnswer({{"detail", nlohmann::ordered_json::array({std::move(one)})}}, 422);
}

}  // namespace antiphon::http
