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
  void bring(PartOfShare part, int by, int) const override { brought.push_back({part, by}); }
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
  void bring(PartOfShare, int by, int) const override { others += by != 0; }
  mutable int others = 0;
  mutable std::atomic<bool> stalled{false};
  std::atomic<bool> gone{false};
};

/// A round of verses: each is made of what all parts of the one before came to.
struct Round {
  static constexpr int kVerses = 12;
  using Made = std::array<std::uint64_t, (kMostHelpers + 1) * kMostParts>;

  struct Verse final : Order {
    Verse() = default;
    void part(PartOfShare part, int hand) const override {
      std::uint64_t made = value * 31 + static_cast<std::uint64_t>(of->placeOf(part));
      // Now and then a helper is held up, for longer than the leader waits.
      if (hand != 0 && made % 97 == 0) {
        for (int i = 0; i < 40; ++i) std::this_thread::yield();
      }
      for (int i = 0; i < 50; ++i) made = made * 6364136223846793005u + 1442695040888963407u;
      of->hands[static_cast<std::size_t>(hand)].made[side][of->placeOf(part)] = made;
    }
    void bring(PartOfShare part, int by, int hand) const override {
      std::uint64_t& sum = of->hands[static_cast<std::size_t>(hand)].sum;
      sum = sum * 17 + of->hands[static_cast<std::size_t>(by)].made[side][of->placeOf(part)];
    }
    const Order* join(int hand) const override {
      Verse& own = of->hands[static_cast<std::size_t>(hand)].own;
      own = *this;
      of->hands[static_cast<std::size_t>(hand)].sum = value;
      return &own;
    }
    const Order* next(int hand) const override {
      Round& round = *of;
      Verse& to = hand != 0 ? round.hands[static_cast<std::size_t>(hand)].own : round.fresh();
      const std::size_t nextSide = hand == 0 ? round.turn() : side ^ 1;
      const int nextNumber = number + 1;
      to.of = of;
      to.side = nextSide;
      to.number = nextNumber;
      to.value = round.hands[static_cast<std::size_t>(hand)].sum;
      to.parts = 1 + nextNumber % 3;
      to.goesOn = nextNumber + 1 < kVerses;
      return &to;
    }
    Round* of = nullptr;
    std::uint64_t value = 0;
    std::size_t side = 0;
    int number = 0;
  };

  explicit Round(Crew& by) : crew{by}, hands(static_cast<std::size_t>(by.hands())) {}
  static std::size_t placeOf(PartOfShare part) {
    return static_cast<std::size_t>(part.share * kMostParts + part.index);
  }
  Verse& fresh() {
    return *std::ranges::find_if(verses, [&](const Verse& verse) { return !crew.isHeld(verse); });
  }
  /// A helper that did some of the last verse may still be reading what the leader made of it.
  std::size_t turn() { return side ^= crew.wasHelped() ? 1u : 0u; }
  std::uint64_t sing(std::uint64_t begin) {
    Verse& first = fresh();
    first.of = this;
    first.value = hands[0].sum = begin;
    first.side = turn();
    first.number = 0;
    first.parts = 1;
    first.goesOn = true;
    crew.run(first);
    return hands[0].sum;
  }

  struct Hand {
    std::array<Made, 2> made{};
    std::uint64_t sum = 0;
    Verse own{};
  };
  Crew& crew;
  std::vector<Hand> hands;
  std::array<Verse, kMostHelpers + 2> verses{};
  std::size_t side = 0;
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
      order.parts = 1 + round % kMostParts;
      order.base = round * 1000;
      const bool alone = round % 5 == 4;
      if (alone) crew.runAlone(order);
      else crew.run(order);
      REQUIRE(order.brought.size() == static_cast<std::size_t>(crew.hands() * order.parts));
      int next = 0;
      for (const auto& [part, hand] : order.brought) {
        REQUIRE(part.share * order.parts + part.index == next++);
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
  stalling.parts = 4;
  crew.run(stalling);  // comes back, though the helper does not
  REQUIRE(stalling.stalled.load());
  CHECK(crew.takenAway() == 1);
  CHECK(crew.isHeld(stalling));
  CHECK(stalling.others == 0);

  Numbering other;  // and goes on alone
  other.parts = 5;
  for (int round = 0; round < 50; ++round) {
    crew.run(other);
    REQUIRE(std::ranges::all_of(other.brought, [](const auto& brought) { return brought.hand == 0; }));
  }
  CHECK(crew.takenAway() == 1);

  stalling.gone = true;
  crew.gather();
  CHECK_FALSE(crew.isHeld(stalling));
}

TEST_CASE("Hands that know what follows go on by themselves, and come to the same") {
  for (const int helpers : {1, 2, 4}) {
    Crew crew{helpers};
    Round round{crew};
    for (std::uint64_t begin = 0; begin < 3000; ++begin) {
      // What two hands or three come to, share by share and part by part, one hand comes to as well.
      std::uint64_t expected = begin;
      for (int number = 0; number < Round::kVerses; ++number) {
        const std::uint64_t value = expected;
        for (int share = 0; share <= helpers; ++share) {
          for (int i = 0; i < (number == 0 ? 1 : 1 + number % 3); ++i) {
            std::uint64_t made = value * 31 + Round::placeOf({share, i});
            for (int again = 0; again < 50; ++again) made = made * 6364136223846793005u + 1442695040888963407u;
            expected = expected * 17 + made;
          }
        }
      }
      REQUIRE(round.sing(begin) == expected);
    }
    crew.gather();
  }
}

TEST_CASE("However many hands help, the thought is the same") {
  for (const Format format : {Format::f32, Format::int8, Format::q4}) {
    const auto weights = weightsIn(format);
    const auto steps = someSteps(290);
    native::Decoder alone{weights, 290};
    std::vector<std::unique_ptr<native::Decoder>> helped;
    for (const int helpers : {1, 2, 4}) {
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
