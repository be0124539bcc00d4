#include "model/compute/crew.hpp"

#include <rapidcheck.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstring>
#include <thread>
#include <vector>

#include "model/dice.hpp"
#include "model/native/decoder.hpp"
#include "scheduler/realtime_scope.hpp"
#include "tests/guard/realtime_guard.hpp"

using namespace antiphon;
using namespace antiphon::compute;

namespace {

/// Each part writes its number into the memory of the hand that does it.
struct Numbering final : Order {
  void part(PartOfShare part, int hand) const override { at(hand, part) = base + 10 * part.share + part.index; }
  void bring(PartOfShare part, int hand) const override { brought.push_back({part, hand}); }
  int& at(int hand, PartOfShare part) const {
    return made[static_cast<std::size_t>(hand)][static_cast<std::size_t>(part.share * kMostParts + part.index)];
  }
  int base = 0;
  mutable std::array<std::array<int, (kMostHelpers + 1) * kMostParts>, kMostHelpers + 1> made{};
  struct Brought {
    PartOfShare part;
    int hand;
  };
  mutable std::vector<Brought> brought{};
};

/// A helper that takes a part loses its core until it is let go.
struct Stalling final : Order {
  void part(PartOfShare, int hand) const override {
    if (hand == 0) {
      // The leader leaves the helper time to take one.
      while (!stalled.load() && !gone.load()) std::this_thread::yield();
      return;
    }
    stalled = true;
    while (!gone.load()) std::this_thread::yield();
  }
  void bring(PartOfShare, int hand) const override { others += hand != 0; }
  mutable int others = 0;
  mutable std::atomic<bool> stalled{false};
  std::atomic<bool> gone{false};
};

std::shared_ptr<const native::Weights> weightsIn(Format format) {
  return std::make_shared<const native::Weights>(native::randomWeights({128, 3, 2, 352, 0}, 3, 0.1f, format));
}

std::vector<native::Step> someSteps(int count) {
  Dice dice = Dice::from(4);
  std::vector<native::Step> steps(static_cast<std::size_t>(count));
  int time = 0;
  for (native::Step& step : steps) {
    for (native::Row& in : step.in) in = static_cast<native::Row>(dice.below(native::kTextRow));
    step.time = time += static_cast<int>(dice.below(20));
  }
  return steps;
}

}  // namespace

TEST_CASE("Every part of every order is done, whoever does it") {
  for (const int helpers : {0, 1, 3}) {
    Crew crew{helpers};
    Numbering order;
    for (int round = 0; round < 3000; ++round) {
      REQUIRE_FALSE(crew.isHeld(order));
      const int parts = 1 + round % kMostParts;
      order.base = round * 1000;
      const bool alone = round % 5 == 4;
      if (alone) crew.runAlone(order, parts);
      else crew.run(order, parts);
      REQUIRE(order.brought.size() == static_cast<std::size_t>(crew.hands() * parts));
      int next = 0;
      for (const auto& [part, hand] : order.brought) {
        REQUIRE(part.share * parts + part.index == next++);
        REQUIRE(hand < (alone ? 1 : crew.hands()));
        REQUIRE(order.at(hand, part) == order.base + 10 * part.share + part.index);
      }
      order.brought.clear();
      crew.gather();  // so that the next round's base is not read by one who lags behind
    }
  }
  CHECK_THROWS_AS(Crew{-1}, std::invalid_argument);
  CHECK_THROWS_AS(Crew{kMostHelpers + 1}, std::invalid_argument);
}

TEST_CASE("A helper that loses its core holds nobody up") {
  Crew crew{1};
  Stalling stalling;
  crew.run(stalling, 4);  // comes back, though the helper does not
  REQUIRE(stalling.stalled.load());
  CHECK(crew.takenAway() == 1);
  CHECK(crew.isHeld(stalling));
  CHECK(stalling.others == 0);

  Numbering other;  // and goes on alone
  for (int round = 0; round < 50; ++round) {
    crew.run(other, 5);
    REQUIRE(std::ranges::all_of(other.brought, [](const auto& brought) { return brought.hand == 0; }));
  }
  CHECK(crew.takenAway() == 1);

  stalling.gone = true;
  crew.gather();
  CHECK_FALSE(crew.isHeld(stalling));
}

TEST_CASE("However many hands help, the thought is the same") {
  for (const Format format : {Format::f32, Format::int8, Format::q4}) {
    const auto weights = weightsIn(format);
    const auto steps = someSteps(290);
    native::Decoder alone{weights, 290};
    std::vector<std::unique_ptr<native::Decoder>> helped;
    for (const int helpers : {1, 2}) {
      helped.push_back(std::make_unique<native::Decoder>(weights, 290, std::make_shared<Crew>(helpers)));
    }
    std::size_t at = 0;
    for (const std::size_t some : {1u, 49u, 1u, 1u, 30u, 1u, 57u, 115u, 1u, 1u, 1u, 32u}) {
      const auto next = std::span{steps}.subspan(at, some);
      alone.extend(next);
      for (const auto& decoder : helped) {
        decoder->extend(next);
        decoder->rollBack(static_cast<int>(at));  // and once more over what is remembered
        decoder->extend(next);
      }
      at += some;
      for (int head = 0; head < native::kHeads; ++head) {
        const auto expected = alone.speak(static_cast<native::Head>(head), {});
        const std::vector<float> one{expected.begin(), expected.end()};
        for (const auto& decoder : helped) {
          const auto other = decoder->speak(static_cast<native::Head>(head), {});
          REQUIRE(std::memcmp(one.data(), other.data(), one.size() * sizeof(float)) == 0);
        }
      }
    }
  }
}

TEST_CASE("A step of thought takes no memory and no lock") {
  if (!guard::watching()) return;
  native::Decoder decoder{weightsIn(Format::int8), 400, std::make_shared<Crew>(1)};
  const auto steps = someSteps(400);
  const auto before = guard::offences().all();
  {
    const RealtimeScope scope;
    for (int round = 0; round < 250; ++round) {
      for (const native::Step& step : steps) {
        decoder.extend({&step, 1});
        decoder.speak(native::pitchHead, {});
      }
      decoder.rollBack(0);
    }
  }
  CHECK(guard::offences().all() == before);
}
