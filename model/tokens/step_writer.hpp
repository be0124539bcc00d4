// Turns music into steps of the native model, one at a time, as it is heard or thought of.
#pragma once

#include <span>
#include <vector>

#include "model/tokens/vocabulary.hpp"

namespace antiphon::native {

/// What an answer is asked to be.
struct Brief {
  Meter meter{};
  Part callPart = Part::melody;
  Part answerPart = Part::melody;
  int density = 0;  // level; 0: as the model likes
  int answerBars = 1;
};

/// Writes the steps of a window in order: text, header, then bars of call, then bars of answer.
class StepWriter {
 public:
  explicit StepWriter(const Brief& brief) : brief_{brief} {}

  Step text(int piece) const;
  Step header() const;
  /// The next bar line. After answer() it is one of the answer's.
  Step bar();
  void answer();
  /// A note that stands at this pulse of the bar; what it is must follow by note().
  Step onset(int pulse);
  void note(int pitch, int length, int velocity);

  bool answering() const { return answering_; }
  bool drums() const { return section() == Part::drums; }
  int barsLeft() const { return barsLeft_; }
  const Brief& brief() const { return brief_; }

 private:
  Part section() const { return answering_ ? brief_.answerPart : brief_.callPart; }
  Step step(Row what) const;

  Brief brief_;
  bool answering_ = false;
  bool begun_ = false;
  int barsLeft_ = 0;
  std::int32_t barAt_ = 0;
  std::int32_t time_ = 0;
  std::array<Row, 3> last_{};  // the note before
};

/// Text, header and call as steps; the writer has written them then.
std::vector<Step> opening(StepWriter& writer, std::span<const int> text, const GridPhrase& call);

/// A call and its answer, as the model learns from them.
struct Window {
  std::vector<int> text{};  // pieces of the style text; may be empty
  Part callPart = Part::melody;
  Part answerPart = Part::melody;
  int density = 0;
  GridPhrase call{};
  GridPhrase answer{};
};

/// Every step with its targets. The answer's bars are those of `answer`.
std::vector<Step> encode(const Window& window);
/// What encode() was given, density and text included; throws std::invalid_argument when the steps are none.
Window decode(std::span<const Step> steps);

}  // namespace antiphon::native
