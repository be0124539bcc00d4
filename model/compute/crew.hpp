// Hands that help with one step of thought, and never hold it up.
//
// A step is a few dozen short jobs, one after the other. Every hand has a share of each, cut into parts, and takes what
// others have left when it is through. When all parts are taken the leader waits for those in the helpers' hands, but
// not for long: a helper whose core was given to someone else would come back after milliseconds. Its part is taken away
// and done by the leader; when the helper comes back it finds its part gone, and what it made of it is looked at by no
// one. So it writes into memory of its own only, and the order it still reads is not changed before it is back.
//
// A job takes microseconds and a cache line some tenth of one from core to core, so hands meet on few lines: what is
// said of a share stands on one of its own, and nothing has to be wiped clean between two jobs.
//
// Two hands that know what follows do not wait to be told: each takes home what both have made, makes the next order
// ready for itself, and goes on. The leader still calls every order out, for a helper that has dropped out: it comes in
// again at the next one. Ahead of the call a helper does its own share alone, so it is never more than one order ahead.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace antiphon::compute {

inline constexpr int kMostHelpers = 7;
inline constexpr int kMostParts = 8;  // of a share

/// Part `index` of the share that is meant for hand `share`.
struct PartOfShare {
  int share = 0;
  int index = 0;
};

/// What a hand will probably read next: while it waits, it fetches that into its near cache.
struct Soon {
  const std::byte* from = nullptr;
  const std::byte* end = nullptr;
};

/// A job in parts. Whoever does a part writes what comes of it into memory that belongs to that hand.
class Order {
 public:
  virtual ~Order() = default;
  /// Hand 0 is the leader, 1 .. are the helpers. Any hand may do any part, two hands even the same one.
  virtual void part(PartOfShare part, int hand) const = 0;
  /// For each part in turn, as soon as it and those before it are done: what came of it is in the memory of hand `by`,
  /// and `hand` has use for it. So nobody only waits for the last ones. The leader brings home every order, a helper
  /// those that go on.
  virtual void bring(PartOfShare part, int by, int hand) const = 0;
  /// A helper comes in here: what it needs for going on, in memory of its own. Called when it has a part.
  virtual const Order* join(int /*hand*/) const { return this; }
  /// What follows when all is brought home, made ready in memory of that hand's own. All hands must come to the same.
  virtual const Order* next(int /*hand*/) const { return nullptr; }

  int parts = 1;        // 1 .. kMostParts, for each hand
  bool goesOn = false;  // what follows is known: next()
  /// Of each hand, after this order.
  std::array<Soon, kMostHelpers + 1> soon{};
};

class Crew {
 public:
  /// Throws std::invalid_argument unless there are 0 .. kMostHelpers, std::system_error when a thread cannot begin.
  explicit Crew(int helpers);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  int hands() const { return static_cast<int>(helpers_.size()) + 1; }

  /// Does an order and those that follow it, and brings home what comes of them. One thread at a time leads. Takes no
  /// memory and no lock.
  void run(const Order& order);
  /// The leader does it all.
  void runAlone(const Order& order);

  /// A helper may still be reading this order: it must not change.
  bool isHeld(const Order& order) const { return someAstray_ && isHeldBySome(order); }
  /// Waits until no helper holds any order: before what orders read goes away, or is written again.
  void gather();
  /// A helper has done parts of the last order.
  bool wasHelped() const { return wasHelped_; }

  /// Parts that were taken away from a helper so far.
  std::uint64_t takenAway() const { return takenAway_; }

 private:
  // A part's state is generation * 64 + hand * 4 + one of these; a part of an earlier generation is free to be taken.
  using State = std::uint64_t;
  enum Status : State { held = 1, done = 2 };
  static constexpr State stateOf(State generation, int hand, Status status) {
    return generation * 64 + static_cast<State>(hand) * 4 + status;
  }
  static constexpr std::size_t at(int index) { return static_cast<std::size_t>(index); }

  struct alignas(64) Share {
    std::array<std::atomic<State>, kMostParts> parts{};
  };
  // Which generation it is, and how many parts each share has in it: said in one word, so that who comes late does not
  // mix two jobs up.
  static constexpr State callOf(State generation, int parts) { return generation * 16 + static_cast<State>(parts); }
  struct alignas(64) Helper {
    std::thread thread{};
    std::atomic<State> back{0};  // the generation that it has let go of, and all before
    State helped = 0;            // the leader's: the last generation in which it did a part
    State astray = 0;            // the leader's: the generation it holds a part of, or 0
    const Order* holding = nullptr;
  };

  using Own = std::array<std::array<bool, kMostParts>, kMostHelpers + 1>;  // parts that a hand has done itself

  bool isHeldBySome(const Order& order) const;
  void help(int hand);
  Soon doAsHelper(State call, int hand);
  bool bringAsHelper(const Order& order, State generation, int hand, const Own& itsOwn, Soon& soon) const;
  bool isTaken(PartOfShare part, State generation) const;
  bool take(PartOfShare part, State generation, State as);
  template <typename Try>
  void inTurn(int hand, int parts, Try&& attempt) const;
  void callOut(const Order& order);
  void lead(const Order& order, State generation);
  int finish(const Order& order, State generation, PartOfShare part, std::int64_t patience, Soon& soon);
  bool isAstray(const Helper& helper) const {
    return helper.astray != 0 && helper.back.load(std::memory_order_acquire) < helper.astray;
  }

  std::vector<std::unique_ptr<Helper>> helpers_{};
  std::array<Share, kMostHelpers + 1> shares_{};
  alignas(64) std::atomic<State> call_{0};
  std::atomic<const Order*> order_{nullptr};
  alignas(64) std::atomic<int> asleep_{0};
  std::atomic<std::uint32_t> bell_{0};
  std::atomic<bool> leaving_{false};
  bool someAstray_ = false;  // perhaps
  bool wasHelped_ = false;
  std::uint64_t takenAway_ = 0;
};

/// Processors of this machine that are worth helping hands, at most kMostHelpers.
int processors();

}  // namespace antiphon::compute
