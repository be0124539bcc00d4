// Aria models that are asked for answers in tests, and who listens to them.
#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "model/aria/decoder.hpp"
#include "model/aria/improviser.hpp"
#include "tests/model/aria_engines.hpp"
#include "tests/model/aria_models.hpp"

namespace antiphon::aria_testing {

/// A model whose weights are chance: whatever it thinks, its answers must be music.
inline const AriaModel& wildModel() {
  static const AriaModel model = [] {
    Checkpoint checkpoint{kSmall};
    const auto weights = std::make_shared<const AriaWeights>(loadAria(checkpoint.open()));
    return AriaModel{weights->shape, "f32",
                     [weights](int capacity) { return std::make_unique<AriaDecoder>(weights, capacity); }};
  }();
  return model;
}

/// The same with tokens for the pedal, and a foot that is hard to keep from it.
inline const AriaModel& wildPedaller() {
  static const AriaModel model = [] {
    AriaShape shape = kSmall;
    shape.vocabulary = kAriaLiveTokens;
    Checkpoint checkpoint{shape};
    // Every thought is shifted to where the rows of the pedal's tokens point.
    const auto all = static_cast<std::size_t>(shape.width);
    checkpoint["model.out_layer_norm.bias"].bytes = asBytes(std::vector<float>(all, 1.0f), TensorType::f32);
    const auto rows = asBytes(std::vector<float>(2 * all, 0.25f), TensorType::f32);
    std::ranges::copy_backward(rows, checkpoint["lm_head.weight"].bytes.end());
    const auto weights = std::make_shared<const AriaWeights>(loadAria(checkpoint.open()));
    return AriaModel{weights->shape, "f32",
                     [weights](int capacity) { return std::make_unique<AriaDecoder>(weights, capacity); }};
  }();
  return model;
}

struct Heard final : AnswerStream {
  void note(const Note& note) override {
    notes.push_back(note);
    CHECK(note.tick >= end);
    if (static_cast<int>(notes.size()) == leaveAfter) left = true;
  }
  void pedal(const Pedal& pedal) override {
    pedals.push_back(pedal);
    CHECK(pedal.tick >= end);
    if (!notes.empty()) CHECK(pedal.tick >= notes.back().tick);
  }
  void reached(Tick tick) override {
    CHECK(tick > end);
    end = tick;
  }
  bool cancelled() const override { return left; }
  std::vector<Note> notes{};
  std::vector<Pedal> pedals{};
  Tick end{};
  int leaveAfter = -1;
  bool left = false;
};

inline Wishes ariaWishes() {
  Wishes wishes;
  wishes.aria = true;
  wishes.sampler.temperature = kAriaTemperature;
  wishes.sampler.minP = kAriaMinP;
  return wishes;
}

inline Call callOf(int answerBars, double bpm = 120, Meter meter = {4, 4}, std::uint32_t turn = 1,
                   std::uint64_t seed = 1) {
  Phrase prompt{meter, 1, {}};
  for (int i = 0; i < 4; ++i)
    prompt.notes.push_back({i * meter.beat(), meter.beat() - kPulse, static_cast<std::uint8_t>(60 + 2 * i), 90, 2});
  std::erase_if(prompt.notes, [&](const Note& n) { return n.tick >= meter.bar(); });
  return {{{turn, 0}, meter, 1, answerBars, Tempo::bpm(bpm), seed}, prompt};
}

inline Heard answerTo(const AriaModel& model, const Call& call, const Wishes& wishes = ariaWishes(), bool fed = false) {
  AriaImproviser improviser{model, std::make_shared<WishDesk>(wishes)};
  improviser.begin(call.plan);
  if (fed) {
    for (const Note& note : call.prompt.notes) improviser.feed(note);
  }
  Heard heard;
  improviser.commit(call, heard);
  return heard;
}

/// After a note its onset, after that a length of 200 ms; `next` says which note, and when.
inline Script pianist(std::function<void(std::span<const int>, const Like&)> note,
                      std::function<void(std::span<const int>, const Like&)> onset) {
  return [=](std::span<const int> ids, const Like& like) {
    const Kind last = ariaToken(ids.back()).kind;
    if (last == Kind::note) onset(ids, like);
    else if (last == Kind::onset) like(lengthId(200), 5);
    else note(ids, like);
  };
}

}  // namespace antiphon::aria_testing
