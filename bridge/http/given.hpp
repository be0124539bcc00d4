// What a request gives, held against what its route takes.
#pragma once

#include <optional>

#include "bridge/http/body.hpp"
#include "bridge/http/route.hpp"

namespace antiphon::http {

struct Given {
  Command::Arguments arguments{};  // a checked value for every parameter
  std::optional<Answer> wrong{};   // 422, with everything that is wrong: {"detail": [{type, loc, msg, input}]}
};

/// By query, form or JSON, whichever the client likes. Throws HttpError 400.
Given readGiven(const Route& route, const Head& head, const Body& body);

}  // namespace antiphon::http
