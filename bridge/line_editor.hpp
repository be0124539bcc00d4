// The line that is being typed: a cursor, what was typed before, and what could stand next. The libraries that do this
// want the terminal's last row to themselves; here it is shared with the status line, and keys may be a piano's.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/key_reader.hpp"

namespace antiphon {

class LineEditor {
 public:
  static constexpr std::size_t kLongest = 4096, kMostLines = 500;

  /// What the last word of a line may become; by the whole word.
  using Complete = std::function<std::vector<std::string>(std::string_view before)>;
  void completeBy(Complete complete) { complete_ = std::move(complete); }

  /// A stroke that is not the end of the line.
  void take(const KeyStroke& stroke);
  /// The line, which is remembered; an empty one begins.
  std::string finish();
  void clear();
  /// Lines of another time, the last one last.
  void remember(std::vector<std::string> lines);

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  /// How many characters stand behind the cursor.
  std::size_t behindCursor() const;
  /// What could stand there, to be shown when a word cannot be completed any further; empty: nothing new.
  std::vector<std::string> takeChoices();

 private:
  void insert(std::string_view text);
  void move(KeyStroke::Move where);
  void eraseBack();
  void recall(int step);
  void complete();
  std::size_t before(std::size_t at) const;
  std::size_t after(std::size_t at) const;

  std::string text_{};
  std::size_t at_ = 0;  // in bytes
  std::vector<std::string> lines_{};
  std::size_t recalled_ = 0;  // the index of the line that is shown; behind the last: the one being typed
  std::string kept_{};        // it, meanwhile
  Complete complete_{};
  std::vector<std::string> choices_{};
};

}  // namespace antiphon
