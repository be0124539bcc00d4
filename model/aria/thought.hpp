// What an Aria model has in mind: a sequence of tokens, and what it expects after them.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "model/aria/engine.hpp"

namespace antiphon {

/// Keeps an engine in step with the sequence that should be; what it holds already of its beginning is not thought of
/// again, and tokens are thought of only when what comes after them is asked for.
class AriaThought {
 public:
  /// True once nobody waits for the outcome.
  using GivenUp = std::function<bool()>;

  /// Throws std::invalid_argument when there is no engine.
  explicit AriaThought(std::unique_ptr<AriaEngine> engine);

  int length() const { return static_cast<int>(ids_.size()); }
  int capacity() const { return engine_->capacity(); }
  const AriaShape& shape() const { return engine_->shape(); }

  /// The sequence is these tokens from now on.
  void become(std::span<const int> ids);
  void say(int id) { ids_.push_back(id); }
  /// Forgets all tokens after the first `length`.
  void takeBack(int length);
  /// The logits after the last token, to be changed at will; none when nobody waits for them any more. Throws
  /// std::logic_error when there is no token, std::length_error when they do not fit.
  std::span<float> hear(const GivenUp& givenUp);

 private:
  static constexpr int kChunk = 48;  // tokens, before it is asked again whether somebody waits

  std::unique_ptr<AriaEngine> engine_;
  std::vector<int> ids_{};
  std::vector<float> logits_{};
  int heard_ = 0;  // after how many tokens logits_ are what the engine said; 0: they are not
  std::vector<float> changeable_{};
};

}  // namespace antiphon
