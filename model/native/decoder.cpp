#include "model/native/decoder.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace antiphon::native {
namespace {

compute::TrunkPlan planOf(const std::shared_ptr<const Weights>& weights, int capacity) {
  if (weights == nullptr) throw std::invalid_argument{"decoder: no weights"};
  if (capacity < 1) throw std::invalid_argument{"decoder: capacity must be above 0"};
  const Shape& s = weights->shape;
  return {.width = s.width,
          .heads = s.heads,
          .hidden = s.hidden,
          .epsilon = kUnitEpsilon,
          .unitKeys = true,
          .scoreScale = kScoreScale / static_cast<float>(s.headWidth()),
          .turns = 2,
          .memory = weights->store.format() == compute::Format::f32 ? compute::Memory::f32 : compute::Memory::f16};
}

}  // namespace

Decoder::Decoder(std::shared_ptr<const Weights> weights, int capacity, std::shared_ptr<compute::Crew> crew)
    : weights_{std::move(weights)},
      trunk_{planOf(weights_, capacity), weights_->layers, capacity,
             crew != nullptr ? std::move(crew) : std::make_shared<compute::Crew>(0),
             std::max(2 * weights_->shape.width, std::ranges::max(kHeadChoices))} {
  const Shape& s = weights_->shape;
  const int quarter = s.headWidth() / 4;
  for (int j = 0; j < quarter; ++j) {
    speeds_.push_back(static_cast<float>(std::pow(static_cast<double>(kTurnBase), -static_cast<double>(j) / quarter)));
  }
  last_.resize(at(s.width));
  mixed_.resize(at(s.width));
  level_.resize(at(s.width));
  logits_.resize(at(std::ranges::max(kHeadChoices)));
}

void Decoder::extend(std::span<const Step> steps) {
  if (steps.size() > at(capacity() - length())) {
    throw std::length_error{"decoder: " + std::to_string(steps.size()) + " steps more than the " +
                            std::to_string(length()) + " do not fit into " + std::to_string(capacity())};
  }
  const int rows = weights_->shape.rows();
  for (const Step& step : steps) {
    if (std::ranges::any_of(step.in, [&](Row row) { return row >= rows; })) {
      throw std::out_of_range{"decoder: a step names a row that the table does not have"};
    }
  }
  while (!steps.empty()) {
    const std::size_t some = std::min(steps.size(), at(compute::Trunk::kBlock));
    block(steps.first(some));
    steps = steps.subspan(some);
  }
}

void Decoder::rollBack(int length) {
  if (length < 0 || length > this->length()) throw std::out_of_range{"decoder: cannot go back to where it never was"};
  trunk_.rollBack(length);
  thought_ = false;
}

void Decoder::block(std::span<const Step> steps) {
  const Weights& w = *weights_;
  const int width = w.shape.width, rows = static_cast<int>(steps.size());
  for (int r = 0; r < rows; ++r) {
    const Step& step = steps[at(r)];
    float* x = trunk_.row(r);
    std::fill_n(x, width, 0.0f);
    for (const Row in : step.in) compute::addTo(x, w.row(in), width);
    compute::toUnit(x, nullptr, kUnitEpsilon, x, width);

    float *cosine = trunk_.cosine(r), *sine = trunk_.sine(r);
    for (const float place : {static_cast<float>(length() + r), static_cast<float>(step.time) / kTimeUnit}) {
      for (const float speed : speeds_) {
        *cosine++ = std::cos(place * speed);
        *sine++ = std::sin(place * speed);
      }
    }
  }
  trunk_.think(rows);
  compute::level(w.norm, kUnitEpsilon, trunk_.row(rows - 1), last_.data());
  thought_ = true;
}

std::span<const float> Decoder::speak(Head head, std::span<const Row> said) {
  if (!thought_) throw std::logic_error{"decoder: speak() before extend()"};
  const Weights& w = *weights_;
  const HeadWeights& voice = w.heads[head];
  const int width = w.shape.width, choices = kHeadChoices[head];
  std::ranges::copy(last_, mixed_.begin());
  for (const Row row : said) {
    if (row >= w.shape.rows()) throw std::out_of_range{"decoder: the table does not have what was said"};
    compute::addTo(mixed_.data(), w.row(row), width);
  }
  compute::level(voice.norm1, kUnitEpsilon, mixed_.data(), level_.data());
  trunk_.feed(voice.feeding, level_.data(), mixed_.data());
  compute::level(voice.norm2, kUnitEpsilon, mixed_.data(), level_.data());
  std::ranges::copy(voice.bias, logits_.begin());
  trunk_.multiply(voice.choices, level_.data(), logits_.data(), compute::Into::add);
  return std::span<const float>{logits_}.first(at(choices));
}

}  // namespace antiphon::native
