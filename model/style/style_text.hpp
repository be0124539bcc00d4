// Words about style as pieces that the model knows, by a sentencepiece model.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace antiphon {

struct StyleTextError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class StyleText {
 public:
  /// From a sentencepiece model's bytes; throws StyleTextError when they are none.
  explicit StyleText(const std::string& model);
  ~StyleText();
  StyleText(StyleText&&) noexcept;

  /// At most native::kMostTextPieces; what the model has never seen falls apart into letters.
  std::vector<int> pieces(const std::string& words) const;
  /// Whether the model can have met a word: such a one is a piece or two. What falls apart into crumbs is new to it.
  bool knows(const std::string& word) const;
  int size() const;
  const std::string& model() const { return model_; }

 private:
  struct Processor;
  std::string model_;
  std::unique_ptr<Processor> processor_;
};

/// A sentencepiece model of `size` pieces for these lines.
std::string learnStyleText(const std::vector<std::string>& lines, int size);

}  // namespace antiphon
