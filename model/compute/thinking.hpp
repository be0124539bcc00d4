// How a model is to think on this processor.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "model/compute/crew.hpp"
#include "model/compute/packed.hpp"

namespace antiphon::compute {

struct Thinking {
  std::optional<Format> format{};  // nothing: int8, which is fast and no poorer to the ear
  int hands = 0;                   // 0: as many as turn out fastest on this machine

  Format chosen() const { return format.value_or(Format::int8); }
};

/// Tries one hand, then two ..., as long as one more is worth it; `stepsPerSecond` measures with a crew. Takes some
/// tens of milliseconds.
std::shared_ptr<Crew> fastestCrew(const std::function<double(const std::shared_ptr<Crew>&)>& stepsPerSecond);

}  // namespace antiphon::compute
