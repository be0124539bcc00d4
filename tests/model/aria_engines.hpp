// Aria engines for tests that think what they are told to.
#pragma once

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "model/aria/model.hpp"
#include "model/aria/vocabulary.hpp"

namespace antiphon::aria_testing {

using Kind = AriaToken::Kind;

inline int noteId(int pitch, int velocity = 80) { return ariaId({Kind::note, AriaInstrument::piano, pitch, velocity}); }
inline int drumId(int key) { return ariaId({Kind::drum, AriaInstrument::drum, key, 0}); }
inline int onsetId(int ms) { return ariaId({.kind = Kind::onset, .value = ms}); }
inline int lengthId(int ms) { return ariaId({.kind = Kind::length, .value = ms}); }
inline int pedalId(bool down) { return ariaId({.kind = down ? Kind::pedalDown : Kind::pedalUp}); }
inline int segmentId() { return ariaId({.kind = Kind::segment}); }

/// What is expected after these tokens: `like(id, logit)` says so; all else is unlikely.
using Like = std::function<void(int id, float logit)>;
using Script = std::function<void(std::span<const int> ids, const Like& like)>;

/// What all engines of a model have been through.
struct Diary {
  std::vector<std::vector<int>> extended{};  // the whole sequence after each extension
  int tokens = 0;                            // thought of
  std::function<void()> onExtend{};
};

class Scripted final : public AriaEngine {
 public:
  Scripted(const AriaShape& shape, Script script, std::shared_ptr<Diary> diary, int capacity)
      : script_{std::move(script)},
        diary_{std::move(diary)},
        capacity_{capacity},
        shape_{shape},
        logits_(static_cast<std::size_t>(shape.vocabulary)) {}

  const AriaShape& shape() const override { return shape_; }
  int length() const override { return static_cast<int>(ids_.size()); }
  int capacity() const override { return capacity_; }
  std::span<const float> extend(std::span<const int> ids) override {
    if (ids.empty()) throw std::invalid_argument{"no tokens"};
    if (ids.size() + ids_.size() > static_cast<std::size_t>(capacity_)) throw std::length_error{"too many"};
    ids_.insert(ids_.end(), ids.begin(), ids.end());
    diary_->tokens += static_cast<int>(ids.size());
    diary_->extended.push_back(ids_);
    if (diary_->onExtend) diary_->onExtend();
    std::ranges::fill(logits_, -20.0f);
    script_(ids_, [&](int id, float logit) { logits_.at(static_cast<std::size_t>(id)) = logit; });
    return logits_;
  }
  void rollBack(int length) override {
    if (length < 0 || length > this->length()) throw std::out_of_range{"no such length"};
    ids_.resize(static_cast<std::size_t>(length));
  }

 private:
  Script script_;
  std::shared_ptr<Diary> diary_;
  int capacity_;
  AriaShape shape_;
  std::vector<int> ids_{};
  std::vector<float> logits_;
};

inline AriaModel scripted(Script script, std::shared_ptr<Diary> diary = std::make_shared<Diary>(), int most = 8192,
                          int vocabulary = kAriaTokens) {
  const AriaShape shape{.vocabulary = vocabulary};
  return {shape, "f32",
          [=](int capacity) { return std::make_unique<Scripted>(shape, script, diary, std::min(capacity, most)); }};
}

}  // namespace antiphon::aria_testing
