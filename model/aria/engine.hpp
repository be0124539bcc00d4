// One line of thought of an Aria model: a sequence of flat tokens that grows and can be taken back.
#pragma once

#include <span>

#include "model/aria/shape.hpp"

namespace antiphon {

class AriaEngine {
 public:
  virtual ~AriaEngine() = default;

  virtual const AriaShape& shape() const = 0;
  /// Tokens thought of so far.
  virtual int length() const = 0;
  /// The longest sequence there is room for.
  virtual int capacity() const = 0;
  /// Goes on by these tokens; the logits after the last of them, valid until the next call. Throws
  /// std::invalid_argument when there is none, std::length_error when they do not fit, std::out_of_range when one is no
  /// token; then nothing has changed.
  virtual std::span<const float> extend(std::span<const int> ids) = 0;
  /// Forgets all tokens after the first `length`; throws std::out_of_range when there is no such length. Extending
  /// again gives what a fresh engine would.
  virtual void rollBack(int length) = 0;
};

}  // namespace antiphon
