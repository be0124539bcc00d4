// One line of thought of the native model: a sequence of steps that grows and can be taken back.
#pragma once

#include <span>

#include "model/tokens/vocabulary.hpp"

namespace antiphon {

class Engine {
 public:
  virtual ~Engine() = default;

  /// Steps thought of so far.
  virtual int length() const = 0;
  /// The longest sequence there is room for.
  virtual int capacity() const = 0;
  /// Goes on by these steps; throws std::length_error when there is no room, and then nothing has changed.
  virtual void extend(std::span<const native::Step> steps) = 0;
  /// Forgets all steps after the first `length`. What was thought before is still there: extending again gives what a
  /// fresh engine would. The heads speak again only after the next extend().
  virtual void rollBack(int length) = 0;
  /// What a head thinks after the last step, given the table rows of what the heads before it said: a logit for each
  /// choice. Valid until the next call.
  virtual std::span<const float> speak(native::Head head, std::span<const native::Row> said) = 0;
};

}  // namespace antiphon
