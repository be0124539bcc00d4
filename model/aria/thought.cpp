#include "model/aria/thought.hpp"

#include <algorithm>
#include <stdexcept>

namespace antiphon {

AriaThought::AriaThought(std::unique_ptr<AriaEngine> engine) : engine_{std::move(engine)} {
  if (engine_ == nullptr) throw std::invalid_argument{"aria: no engine"};
}

void AriaThought::become(std::span<const int> ids) {
  const auto same = static_cast<int>(std::ranges::mismatch(ids, ids_).in1 - ids.begin());
  takeBack(same);
  ids_.assign(ids.begin(), ids.end());
}

void AriaThought::takeBack(int length) {
  ids_.resize(static_cast<std::size_t>(std::min(length, this->length())));
  if (engine_->length() > length) engine_->rollBack(length);
  if (heard_ > length) heard_ = 0;
}

std::span<float> AriaThought::hear(const GivenUp& givenUp) {
  if (ids_.empty()) throw std::logic_error{"aria: nothing was said yet"};
  if (heard_ != length()) {
    if (engine_->length() == length()) engine_->rollBack(length() - 1);  // it speaks only after something new
    while (engine_->length() < length()) {
      if (givenUp()) return {};
      const auto from = static_cast<std::size_t>(engine_->length());
      const auto count = std::min<std::size_t>(kChunk, ids_.size() - from);
      const std::span<const float> logits = engine_->extend(std::span{ids_}.subspan(from, count));
      logits_.assign(logits.begin(), logits.end());
      heard_ = engine_->length();
    }
  }
  changeable_ = logits_;
  return changeable_;
}

}  // namespace antiphon
