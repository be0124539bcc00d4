// How a command ends when it was asked for something impossible.
#pragma once

#include <stdexcept>

namespace antiphon {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

/// One line: what was given, what is possible. Ends the program with kExitUsage.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace antiphon
