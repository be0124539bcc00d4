#include "cli/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace antiphon {
namespace {

constexpr int kWide = 40;

}  // namespace

Progress::Progress(std::string what, bool wanted)
    : what_{std::move(what)}, shown_{wanted && ::isatty(STDERR_FILENO) != 0} {}

void Progress::at(double share) {
  const int full = static_cast<int>(std::clamp(share, 0.0, 1.0) * kWide);
  if (!shown_ || full == last_) return;
  last_ = full;
  const std::string bar =
      std::string(static_cast<std::size_t>(full), '#') + std::string(static_cast<std::size_t>(kWide - full), '.');
  std::fprintf(stderr, "\r%s [%s]", what_.c_str(), bar.c_str());
  std::fflush(stderr);
}

void Progress::end() {
  if (!shown_ || last_ < 0) return;
  last_ = -1;
  std::fprintf(stderr, "\r\033[K");
  std::fflush(stderr);
}

}  // namespace antiphon
