#include "model/sampler.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

using namespace antiphon;

namespace {

constexpr float kMost = std::numeric_limits<float>::infinity();

std::vector<float> logs(std::initializer_list<double> probabilities) {
  std::vector<float> logits;
  for (const double p : probabilities) logits.push_back(static_cast<float>(std::log(p)));
  return logits;
}

std::vector<double> shares(Sampler sampler, const std::vector<float>& logits, int throws = 20000) {
  std::vector<double> counted(logits.size());
  for (int i = 0; i < throws; ++i) counted[static_cast<std::size_t>(sampler.choose(logits).index)] += 1.0 / throws;
  return counted;
}

}  // namespace

TEST_CASE("choices fall as often as they are likely") {
  const auto logits = logs({0.5, 0.3, 0.15, 0.05});
  const auto plain = shares(Sampler{1, {.temperature = 1, .minP = 0}}, logits);
  REQUIRE(plain[0] == Approx(0.5).margin(0.015));
  REQUIRE(plain[1] == Approx(0.3).margin(0.015));
  REQUIRE(plain[3] == Approx(0.05).margin(0.01));
  const auto cold = shares(Sampler{2, {.temperature = 0.5, .minP = 0}}, logits);  // squared
  REQUIRE(cold[0] == Approx(0.25 / 0.365).margin(0.015));
}

TEST_CASE("temperature 0 takes the likeliest, the first of equals") {
  Sampler sampler{1, {.temperature = 0}};
  REQUIRE(sampler.choose(logs({0.1, 0.2, 0.6, 0.1})).index == 2);
  REQUIRE(sampler.choose(logs({0.1, 0.4, 0.4, 0.1})).index == 1);
}

TEST_CASE("what is unlikely is left out") {
  const auto logits = logs({0.5, 0.3, 0.15, 0.05});
  const auto minP = shares(Sampler{1, {.temperature = 1, .minP = 0.4}}, logits);
  REQUIRE(minP[2] == 0);
  REQUIRE(minP[0] == Approx(0.5 / 0.8).margin(0.015));
  const auto topP = shares(Sampler{1, {.temperature = 1, .topP = 0.7, .minP = 0}}, logits);
  REQUIRE(topP[2] == 0);
  REQUIRE(topP[1] == Approx(0.3 / 0.8).margin(0.015));
  REQUIRE(shares(Sampler{1, {.temperature = 1, .topP = 0, .minP = 0}}, logits)[0] == Approx(1));
  REQUIRE(shares(Sampler{1, {.temperature = 1, .minP = 1}}, logits)[0] == Approx(1));
}

TEST_CASE("the log-probability is the model's own, whatever the settings") {
  const auto logits = logs({0.2, 0.5, 0.3});
  for (const double temperature : {0.0, 0.3, 1.0, 4.0}) {
    Sampler sampler{7, {.temperature = temperature, .repetition = 1}};
    for (int i = 0; i < 20; ++i) {
      const auto choice = sampler.choosePitch(logits);
      const double expected = static_cast<double>(logits[static_cast<std::size_t>(choice.index)]);
      REQUIRE(choice.logProbability == Approx(expected).margin(1e-6));
    }
  }
}

TEST_CASE("same seed, same choices") {
  const std::vector<float> logits(50, 0.0f);
  Sampler a{1}, b{1}, c{2};
  int different = 0;
  for (int i = 0; i < 100; ++i) {
    const int index = a.choose(logits).index;
    REQUIRE(b.choose(logits).index == index);
    different += c.choose(logits).index != index ? 1 : 0;
  }
  REQUIRE(different > 80);
  Sampler copy = a;
  REQUIRE(copy.choose(logits).index == a.choose(logits).index);
}

TEST_CASE("only what is possible is chosen, whatever the logits") {
  REQUIRE(rc::check([] {
    const auto count = *rc::gen::inRange<std::size_t>(1, 30);
    std::vector<float> logits;
    for (std::size_t i = 0; i < count; ++i) {
      logits.push_back(*rc::gen::element(std::nanf(""), -kMost, kMost, 0.0f, -3e38f, 3e38f, 1.0f, -100.0f));
    }
    logits[*rc::gen::inRange<std::size_t>(0, count)] = *rc::gen::element(0.0f, -1e30f, kMost);
    Sampler sampler{*rc::gen::arbitrary<std::uint64_t>(),
                    {*rc::gen::element(0.0, 1e-6, 0.95, 100.0), *rc::gen::element(0.0, 0.5, 1.0),
                     *rc::gen::element(0.0, 0.03, 1.0), *rc::gen::element(0.0, 1.0)}};
    for (int i = 0; i < 12; ++i) {
      const auto choice = sampler.choosePitch(logits);
      RC_ASSERT((choice.index >= 0 && choice.index < static_cast<int>(count)));
      const float logit = logits[static_cast<std::size_t>(choice.index)];
      RC_ASSERT_FALSE(std::isnan(logit));
      RC_ASSERT(logit > -kMost);
      RC_ASSERT_FALSE(std::isnan(choice.logProbability));
      RC_ASSERT(choice.logProbability <= 1e-9);
    }
  }));
}

TEST_CASE("where nothing is possible nothing is chosen") {
  Sampler sampler{1};
  REQUIRE_THROWS_AS(sampler.choose({}), std::invalid_argument);
  const std::vector<float> none{-kMost, std::nanf("")};
  REQUIRE_THROWS_AS(sampler.choose(none), std::invalid_argument);
}

TEST_CASE("a pitch that was just played gives way to others") {
  const std::vector<float> logits{1.0f, 0.0f, -9.0f};
  const auto repeats = [&](double repetition) {
    Sampler sampler{3, {.temperature = 1, .repetition = repetition}};
    int same = 0, last = -1;
    for (int i = 0; i < 4000; ++i) {
      const int index = sampler.choosePitch(logits).index;
      same += index == last ? 1 : 0;
      last = index;
    }
    return same;
  };
  REQUIRE(repeats(1) < repeats(0.3));
  REQUIRE(repeats(0.3) < repeats(0));

  // Eight times heard: it loses 8 * kRepetitionCost.
  Sampler sampler{3, {.temperature = 0, .repetition = 1}};
  const std::vector<float> close{4.25f, 0.0f};
  for (int i = 0; i < 20; ++i) REQUIRE(sampler.choosePitch(close).index == 0);
  const std::vector<float> closer{3.75f, 0.0f};
  REQUIRE(sampler.choosePitch(closer).index == 1);
  REQUIRE(sampler.choose(closer).index == 0);  // pitches alone
}

TEST_CASE("settings out of bounds are refused") {
  REQUIRE_THROWS_AS((Sampler{1, {.temperature = -1}}), std::invalid_argument);
  REQUIRE_THROWS_AS((Sampler{1, {.temperature = std::nan("")}}), std::invalid_argument);
  REQUIRE_THROWS_AS((Sampler{1, {.topP = 1.1}}), std::invalid_argument);
  REQUIRE_THROWS_AS((Sampler{1, {.minP = -0.1}}), std::invalid_argument);
  REQUIRE_THROWS_AS((Sampler{1, {.repetition = 2}}), std::invalid_argument);
}
