// What the routes say of themselves, for people and for programs.
#pragma once

#include <string>

#include "bridge/http/router.hpp"

namespace antiphon::http {

/// OpenAPI 3.1.
std::string openApi(const Router& router, const std::string& version);
/// The page at /docs.
std::string docsPage(const Router& router, const std::string& version);
/// docs/http.md.
std::string httpPage(const Router& router);

}  // namespace antiphon::http
