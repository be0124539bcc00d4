// Writes one answer with a native model, step by step.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "model/engine.hpp"
#include "model/grammar.hpp"
#include "model/gravity.hpp"
#include "model/pace.hpp"
#include "model/sampler.hpp"

namespace antiphon {

/// The engines already hold text, header and call; `writer` wrote them and has not begun the answer. To play another
/// take, roll the engines back to the end of the call and begin another improvisation from a copy of that writer.
class Improvisation {
 public:
  /// With a `free` engine, which heard the same without the style text, the style is pressed home:
  /// logits = free + guidance * (styled - free).
  Improvisation(Engine& styled, const native::StepWriter& writer, const Grammar& grammar, const Sampler& sampler,
                Engine* free = nullptr, double guidance = 1, const Pace& pace = {}, const Gravity& gravity = {});

  /// Thinks one step further. A note, when that step is one; nothing when it was a bar line, or all is over.
  std::optional<GridNote> next();

  /// The answer is whole, or was cut short.
  bool over() const { return grammar_.over() || cutShort_; }
  /// An engine had no room for more.
  bool cutShort() const { return cutShort_; }
  /// Bars to which no more notes will come.
  int barsDone() const { return grammar_.bar(); }
  /// Pulses from the answer's beginning, before which no more notes will begin.
  int reached() const;

  /// Natural, of every choice so far, as the model (and guidance) saw it within the grammar.
  double logProbability() const { return logProbability_; }
  int notes() const { return notes_; }

 private:
  bool extend(const native::Step& step);
  int choose(native::Head head, std::span<const native::Row> said);

  Engine* styled_;
  Engine* free_;
  double guidance_;
  Pace pace_;
  Gravity gravity_;
  native::StepWriter writer_;
  Grammar grammar_;
  Sampler sampler_;
  std::vector<float> logits_{};
  bool onBarLine_ = true;  // the next step is one
  bool cutShort_ = false;
  double logProbability_ = 0;
  int notes_ = 0;
};

}  // namespace antiphon
