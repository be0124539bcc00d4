// What the player wants of the model's answers, changed at the prompt while the model thinks.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "model/key.hpp"
#include "model/sampler.hpp"
#include "scheduler/note.hpp"

namespace antiphon {

class NativeModel;

/// Which tones an answer may use: those of the call's own key, of a named one, or all.
struct KeyWish {
  enum class Kind : std::uint8_t { automatic, named, off };
  Kind kind = Kind::automatic;
  Key key{};
};

inline constexpr int kMostTakes = 16;
inline constexpr double kMostGuidance = 5;

struct Wishes {
  SamplerSettings sampler{};
  std::optional<Part> part{};       // nothing: the call's own
  std::optional<double> density{};  // 0 sparse .. 1 busy; nothing: as the model likes
  KeyWish key{};
  int takes = 1;
  std::string style{};
  double guidance = 1;  // how far the style is pressed home; 1: as learnt
  std::shared_ptr<const NativeModel> model{};
  bool aria = false;                       // an Aria checkpoint plays, for whom some wishes mean nothing
  std::optional<double> notesPerSecond{};  // what this machine streams of it, when that was measured
};

/// Sampling as the authors of Aria advise it.
inline constexpr double kAriaTemperature = 0.95, kAriaMinP = 0.035;

/// "auto", "off", or a key's name.
std::optional<KeyWish> parseKeyWish(const std::string& text);

/// A call and what was answered to it.
struct KeptTurn {
  Tempo tempo{};
  Phrase call{}, answer{};
};

/// Where the prompt leaves wishes and the answerer finds them at its next turn. From ordinary threads.
class WishDesk {
 public:
  explicit WishDesk(Wishes wishes) : wishes_{std::move(wishes)} {}
  Wishes read() const {
    const std::scoped_lock lock{mutex_};
    return wishes_;
  }
  template <typename Change>
  void change(Change&& change) {
    const std::scoped_lock lock{mutex_};
    change(wishes_);
  }
  void leave(KeptTurn turn) {
    const std::scoped_lock lock{mutex_};
    lastTurn_ = std::move(turn);
  }
  std::optional<KeptTurn> lastTurn() const {
    const std::scoped_lock lock{mutex_};
    return lastTurn_;
  }
  /// Something the player should know of the turn that is thought of; takeRemark() gives the last one, once.
  void remark(std::string text) {
    const std::scoped_lock lock{mutex_};
    remark_ = std::move(text);
  }
  std::optional<std::string> takeRemark() {
    const std::scoped_lock lock{mutex_};
    return std::exchange(remark_, std::nullopt);
  }

 private:
  mutable std::mutex mutex_;
  Wishes wishes_;
  std::optional<KeptTurn> lastTurn_{};
  std::optional<std::string> remark_{};
};

}  // namespace antiphon
