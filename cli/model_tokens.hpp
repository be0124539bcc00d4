// What a model reads of a MIDI file, and what a checkpoint of flat tokens makes of tokens.
#pragma once

#include <string>
#include <vector>

namespace antiphon {

/// A file's tokens: of the built-in vocabulary, or of the one that the checkpoint speaks.
struct TokensWish {
  std::string midi{}, checkpoint{};
  int callMeasures = 4;
  bool json = false;
};
int printTokens(const TokensWish& wish);

struct LogitsWish {
  std::string checkpoint{}, ids{}, out{};
  std::string quant = "f32";
};
int writeLogits(const LogitsWish& wish);

}  // namespace antiphon
