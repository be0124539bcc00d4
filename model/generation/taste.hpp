// Which of several takes is the best one to hear.
#pragma once

#include "model/tokens/phrase.hpp"

namespace antiphon {

/// The model finds the likeliest take the best, and nothing is likelier than what was just played; so likelihood alone
/// would choose copies. Against it stands what a listener minds.
class Taste {
 public:
  Taste(Part part, const GridPhrase& call) : part_{part}, call_{call} {}

  /// In natural logarithms a note, to be taken from the model's own opinion: 0 minds nothing.
  double dislikes(const GridPhrase& made) const;

 private:
  double sameness(const GridPhrase& made) const;
  double line(const GridPhrase& made) const;

  Part part_;
  const GridPhrase& call_;
};

}  // namespace antiphon
