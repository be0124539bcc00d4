#pragma once

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/cli/program.hpp"

namespace antiphon::testing {

/// One line that says why, and exit code 2.
inline void refused(const std::vector<std::string>& words, const std::string& why) {
  const auto result = runAntiphon(words);
  INFO(result.err);
  CHECK(result.code == 2);
  CHECK(result.err.find(why) != std::string::npos);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
}

}  // namespace antiphon::testing
