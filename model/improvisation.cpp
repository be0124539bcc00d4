#include "model/improvisation.hpp"

#include <algorithm>
#include <array>

namespace antiphon {

using native::Head;
using native::Row;

Improvisation::Improvisation(Engine& styled, const native::StepWriter& writer, const Grammar& grammar,
                             const Sampler& sampler, Engine* free, double guidance, const Pace& pace,
                             const Gravity& gravity)
    : styled_{&styled},
      free_{free},
      guidance_{guidance},
      pace_{pace},
      gravity_{gravity},
      writer_{writer},
      grammar_{grammar},
      sampler_{sampler} {
  writer_.answer();
}

bool Improvisation::extend(const native::Step& step) {
  const auto full = [](const Engine* engine) { return engine != nullptr && engine->length() >= engine->capacity(); };
  if (full(styled_) || full(free_)) {
    cutShort_ = true;
    return false;
  }
  styled_->extend({&step, 1});
  if (free_ != nullptr) free_->extend({&step, 1});
  return true;
}

int Improvisation::choose(Head head, std::span<const Row> said) {
  const std::span<const float> styled = styled_->speak(head, said);
  logits_.assign(styled.begin(), styled.end());
  if (free_ != nullptr) {
    const std::span<const float> free = free_->speak(head, said);
    const auto pressed = static_cast<float>(guidance_);
    for (std::size_t i = 0; i < logits_.size(); ++i) logits_[i] = free[i] + pressed * (logits_[i] - free[i]);
  }
  const int bar = pulsesPerBar(writer_.brief().meter);
  if (head == native::nextHead) pace_.lean(logits_, grammar_.pulse(), bar, notes_, reached());
  if (head == native::pitchHead) gravity_.lean(logits_, {grammar_.bar(), grammar_.bars(), grammar_.pulse(), bar});
  grammar_.allow(head, logits_);
  const auto chosen = head == native::pitchHead ? sampler_.choosePitch(logits_) : sampler_.choose(logits_);
  logProbability_ += chosen.logProbability;
  grammar_.choose(head, chosen.index);
  return chosen.index;
}

std::optional<GridNote> Improvisation::next() {
  if (over()) return std::nullopt;
  if (onBarLine_) {
    if (extend(writer_.bar())) onBarLine_ = choose(native::nextHead, {}) == native::kNextBar;
    return std::nullopt;
  }
  if (!extend(writer_.onset(grammar_.pulse()))) return std::nullopt;
  GridNote note;
  note.bar = static_cast<std::uint16_t>(grammar_.bar());
  note.pulse = static_cast<std::uint8_t>(grammar_.pulse());
  std::array<Row, 3> said{};
  std::array<int, 3> chosen{};
  for (std::size_t i = 0; i < said.size(); ++i) {
    chosen[i] = choose(static_cast<Head>(i), std::span<const Row>{said}.first(i));
    said[i] = static_cast<Row>(native::kHeadRow[i] + chosen[i]);
  }
  note.pitch = static_cast<std::uint8_t>(chosen[native::pitchHead] % 128);
  note.length = static_cast<std::uint8_t>(chosen[native::lengthHead]);
  note.velocity = static_cast<std::uint8_t>(chosen[native::velocityHead]);
  writer_.note(note.pitch, note.length, note.velocity);
  ++notes_;
  onBarLine_ = choose(native::nextHead, said) == native::kNextBar;
  return note;
}

int Improvisation::reached() const {
  return grammar_.bar() * pulsesPerBar(writer_.brief().meter) + std::max(grammar_.pulse(), 0);
}

}  // namespace antiphon
