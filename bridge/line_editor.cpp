#include "bridge/line_editor.hpp"

#include <algorithm>
#include <utility>

namespace antiphon {
namespace {

constexpr char kTab = '\t', kToBegin = '\x01', kToEnd = '\x05', kEraseLine = '\x15', kEraseWord = '\x17',
               kEraseRest = '\x0b';

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// What all of them begin with.
std::string beginningOf(const std::vector<std::string>& words) {
  std::string common = words.front();
  for (const std::string& word : words) {
    const auto differs = std::ranges::mismatch(common, word).in1;
    common.erase(differs, common.end());
  }
  return common;
}

}  // namespace

std::size_t LineEditor::before(std::size_t at) const {
  if (at == 0) return 0;
  for (--at; at > 0 && continues(text_[at]);) --at;
  return at;
}

std::size_t LineEditor::after(std::size_t at) const {
  if (at == text_.size()) return at;
  for (++at; at < text_.size() && continues(text_[at]);) ++at;
  return at;
}

std::size_t LineEditor::behindCursor() const {
  return static_cast<std::size_t>(std::count_if(text_.begin() + static_cast<std::ptrdiff_t>(at_), text_.end(),
                                                [](char c) { return !continues(c); }));
}

void LineEditor::take(const KeyStroke& stroke) {
  if (stroke.move != KeyStroke::Move::none) return move(stroke.move);
  switch (stroke.key) {
    case '\x7f':
    case '\b': return eraseBack();
    case kTab: return complete();
    case kToBegin: at_ = 0; return;
    case kToEnd: at_ = text_.size(); return;
    case kEraseLine: return clear();
    case kEraseRest: text_.resize(at_); return;
    case kEraseWord:
      while (at_ > 0 && text_[at_ - 1] == ' ') eraseBack();
      while (at_ > 0 && text_[at_ - 1] != ' ') eraseBack();
      return;
    default: return insert(stroke.text);
  }
}

void LineEditor::insert(std::string_view text) {
  if (text_.size() + text.size() > kLongest) return;
  text_.insert(at_, text);
  at_ += text.size();
}

void LineEditor::eraseBack() {
  const std::size_t from = before(at_);
  text_.erase(from, at_ - from);
  at_ = from;
}

void LineEditor::move(KeyStroke::Move where) {
  using Move = KeyStroke::Move;
  switch (where) {
    case Move::left: at_ = before(at_); break;
    case Move::right: at_ = after(at_); break;
    case Move::home: at_ = 0; break;
    case Move::end: at_ = text_.size(); break;
    case Move::erase: text_.erase(at_, after(at_) - at_); break;
    case Move::up: recall(-1); break;
    case Move::down: recall(1); break;
    case Move::none: break;
  }
}

void LineEditor::recall(int step) {
  if ((step < 0 && recalled_ == 0) || (step > 0 && recalled_ == lines_.size())) return;
  if (recalled_ == lines_.size()) kept_ = text_;
  recalled_ += static_cast<std::size_t>(step);
  text_ = recalled_ == lines_.size() ? kept_ : lines_[recalled_];
  at_ = text_.size();
}

void LineEditor::remember(std::vector<std::string> lines) {
  lines_ = std::move(lines);
  if (lines_.size() > kMostLines) lines_.erase(lines_.begin(), lines_.end() - kMostLines);
  recalled_ = lines_.size();
}

void LineEditor::clear() {
  text_.clear();
  at_ = 0;
  recalled_ = lines_.size();
}

std::string LineEditor::finish() {
  std::string line = std::exchange(text_, {});
  const bool says = line.find_first_not_of(" \t") != std::string::npos;
  if (says && (lines_.empty() || lines_.back() != line)) lines_.push_back(line);
  if (lines_.size() > kMostLines) lines_.erase(lines_.begin());
  clear();
  return line;
}

void LineEditor::complete() {
  if (!complete_) return;
  const std::string_view head = std::string_view{text_}.substr(0, at_);
  std::vector<std::string> words = complete_(head);
  if (words.empty()) return;
  const std::size_t space = head.find_last_of(' ');
  const std::size_t from = space == std::string_view::npos ? 0 : space + 1;
  const std::string common = beginningOf(words);
  const bool further = common.size() > at_ - from;
  // Where only one word is left, the next can be typed.
  const bool whole = words.size() == 1 && !common.ends_with('=') && !common.ends_with('.');
  if (!further && words.size() > 1) choices_ = std::move(words);
  if (!further && !whole) return;
  text_.erase(from, at_ - from);
  at_ = from;
  insert(whole ? common + " " : common);
}

std::vector<std::string> LineEditor::takeChoices() { return std::exchange(choices_, {}); }

}  // namespace antiphon
