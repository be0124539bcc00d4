// How a model is to think on this processor.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "model/compute/crew.hpp"
#include "model/compute/packed.hpp"

namespace antiphon::compute {

struct Thinking {
  std::optional<Format> format{};  // nothing: int8, which is fast and no poorer to the ear
  int hands = 0;                   // 0: as many as turn out fastest on this machine

  Format chosen() const { return format.value_or(Format::int8); }
};

/// The hands of all engines of one model, gathered when they are first asked for.
class SharedCrew {
 public:
  /// Measures with a crew; the more steps a second, the better.
  using Speed = std::function<double(const std::shared_ptr<Crew>&)>;

  /// `hands` 0: tries one hand, then two ..., as long as one more is worth it, some tens of milliseconds in all.
  SharedCrew(int hands, Speed speed) : hands_{hands}, speed_{std::move(speed)} {}

  std::shared_ptr<Crew> get();

 private:
  int hands_;
  Speed speed_;
  std::once_flag gathered_{};
  std::shared_ptr<Crew> crew_{};
};

}  // namespace antiphon::compute
