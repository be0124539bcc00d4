#include "model/compute/crew.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>

#include "model/compute/store.hpp"

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace antiphon::compute {
namespace {

constexpr std::int64_t kLeastPatience = 3'000;     // ns: a cache line on its way, not a helper that lost its core
constexpr std::int64_t kUnknownPatience = 20'000;  // when the leader has done no part that tells how long one takes
// ns that a helper looks out for the next order before it sleeps. It costs a few microseconds to wake one; but when the
// leader's core is given to someone else, it can only go on where a helper has left its own.
constexpr std::int64_t kWatchful = 80'000;
constexpr int kLooks = 64;  // between two looks at the clock

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Tells the processor that this is waiting, so that a sibling gets more of the core.
void breathe() {
#if defined(__x86_64__) || defined(_M_X64)
  _mm_pause();
#else
  std::this_thread::yield();
#endif
}

/// A moment, in which a few lines are fetched of what will be wanted: no more than keeps a hand from seeing at once
/// what it waits for.
void wait(Soon& soon) {
  constexpr int kLine = 64, kLines = 4;
  if (soon.from >= soon.end) return breathe();
  for (int i = 0; i < kLines && soon.from < soon.end; ++i, soon.from += kLine) __builtin_prefetch(soon.from, 0, 2);
}

}  // namespace

Crew::Crew(int helpers) {
  if (helpers < 0 || helpers > kMostHelpers)
    throw std::invalid_argument{"crew: 0 to " + std::to_string(kMostHelpers) + " helpers"};
  helpers_.reserve(static_cast<std::size_t>(helpers));
  try {
    for (int i = 0; i < helpers; ++i) {
      helpers_.push_back(std::make_unique<Helper>());
    }
    for (int i = 0; i < helpers; ++i) helpers_[at(i)]->thread = std::thread{[this, i] { help(i + 1); }};
  } catch (...) {
    leaving_ = true;
    bell_.fetch_add(1);
    bell_.notify_all();
    for (const auto& helper : helpers_) {
      if (helper->thread.joinable()) helper->thread.join();
    }
    throw;
  }
}

Crew::~Crew() {
  leaving_ = true;
  bell_.fetch_add(1);
  bell_.notify_all();
  for (const auto& helper : helpers_) helper->thread.join();
}

void Crew::runAlone(const Order& order) {
  for (int share = 0; share < hands(); ++share) {
    for (int i = 0; i < order.parts; ++i) {
      order.part({share, i}, 0);
      order.bring({share, i}, 0, 0);
    }
  }
  wasHelped_ = false;
}

void Crew::run(const Order& order) {
  for (const Order* now = &order; now != nullptr; now = now->goesOn ? now->next(0) : nullptr) {
    if (helpers_.empty()) runAlone(*now);
    else callOut(*now);
    reclaim(&shares_[0]);
  }
}

void Crew::callOut(const Order& order) {
  someAstray_ = someAstray_ && std::ranges::any_of(helpers_, [&](const auto& helper) { return isAstray(*helper); });
  const State generation = call_.load(std::memory_order_relaxed) / 16 + 1;
  order_.store(&order, std::memory_order_relaxed);
  // A helper that falls asleep at this very moment may be missed: the leader does its part, and wakes it the next time.
  call_.store(callOf(generation, order.parts), std::memory_order_release);
  if (asleep_.load(std::memory_order_relaxed) > 0) {
    bell_.fetch_add(1);
    bell_.notify_all();
  }
  lead(order, generation);
}

bool Crew::isTaken(PartOfShare part, State generation) const {
  return shares_[at(part.share)].parts[at(part.index)].load(std::memory_order_relaxed) / 64 >= generation;
}

bool Crew::take(PartOfShare part, State generation, State as) {
  std::atomic<State>& state = shares_[at(part.share)].parts[at(part.index)];
  State seen = state.load(std::memory_order_relaxed);
  return seen / 64 < generation && state.compare_exchange_strong(seen, as);
}

/// Calls `attempt(part)` for the parts in the order in which a hand tries to take them, until it says false: its own
/// share from end to end, as memory is read best; then what others have left over, from their far ends.
template <typename Try>
void Crew::inTurn(int hand, int parts, Try&& attempt) const {
  for (int i = 0; i < parts; ++i) {
    if (!attempt(PartOfShare{hand, i})) return;
  }
  for (int other = hands() - 1; other >= 0; --other) {
    if (other == hand) continue;
    for (int i = parts - 1; i >= 0; --i) {
      if (!attempt(PartOfShare{other, i})) return;
    }
  }
}

void Crew::lead(const Order& order, State generation) {
  const std::int64_t begun = now();
  Own itsOwn{};
  std::int64_t longest = 0;
  inTurn(0, order.parts, [&](PartOfShare part) {
    if (!take(part, generation, stateOf(generation, 0, held))) return true;
    order.part(part, 0);
    shares_[at(part.share)].parts[at(part.index)].store(stateOf(generation, 0, done), std::memory_order_release);
    itsOwn[at(part.share)][at(part.index)] = true;
    if (longest == 0) longest = now() - begun;  // the first of a share is the longest
    return true;
  });
  if (longest == 0) longest = kUnknownPatience;
  Soon soon = order.soon[0];
  wasHelped_ = false;
  for (int share = 0; share < hands(); ++share) {
    for (int i = 0; i < order.parts; ++i) {
      // A part's state does not tell any more: a helper ahead of the call may have taken it again, for what follows.
      const int by =
          itsOwn[at(share)][at(i)] ? 0 : finish(order, generation, {share, i}, std::max(kLeastPatience, longest), soon);
      order.bring({share, i}, by, 0);
    }
  }
}

/// Waits for a part in a helper's hands, or does it in its place; returns who did it.
int Crew::finish(const Order& order, State generation, PartOfShare part, std::int64_t patience, Soon& soon) {
  std::atomic<State>& state = shares_[at(part.share)].parts[at(part.index)];
  State seen = state.load(std::memory_order_acquire);
  const int hand = static_cast<int>(seen / 4 % 16);
  Helper& helper = *helpers_[at(hand - 1)];
  helper.helped = generation;
  wasHelped_ = true;
  const State inHand = stateOf(generation, hand, held);
  if (seen == inHand) {
    const std::int64_t until = now() + patience;
    for (int looks = 0; seen == inHand; ++looks, seen = state.load(std::memory_order_acquire)) {
      if (looks % kLooks != kLooks - 1 || now() < until) {
        wait(soon);
        continue;
      }
      if (!state.compare_exchange_strong(seen, stateOf(generation, 0, done))) continue;
      helper.astray = generation;
      helper.holding = &order;
      someAstray_ = true;
      ++takenAway_;
      order.part(part, 0);
      return 0;
    }
  }
  return hand;
}

bool Crew::isHeldBySome(const Order& order) const {
  return std::ranges::any_of(helpers_,
                             [&](const auto& helper) { return helper->holding == &order && isAstray(*helper); });
}

void Crew::gather() {
  for (const auto& helper : helpers_) {
    while (helper->back.load(std::memory_order_acquire) < helper->helped) std::this_thread::yield();
    helper->astray = 0;
    helper->holding = nullptr;
  }
  someAstray_ = false;
}

void Crew::help(int hand) {
  State last = 0;
  Soon soon{};
  std::int64_t since = now();
  for (int looks = 0; !leaving_.load(std::memory_order_relaxed); ++looks) {
    const State call = call_.load(std::memory_order_acquire);
    if (call != last) {
      soon = doAsHelper(call, hand);
      last = call;
      since = now();
      continue;
    }
    wait(soon);
    if (looks % kLooks != 0 || now() - since < kWatchful) continue;
    const std::uint32_t rung = bell_.load();
    asleep_.fetch_add(1);
    if (call_.load() == last && !leaving_.load()) bell_.wait(rung);
    asleep_.fetch_sub(1);
    since = now();
  }
}

/// The order that is called out, and those that follow, as long as this hand keeps up.
Soon Crew::doAsHelper(State call, int hand) {
  // Read before a part is claimed: a claim succeeds only while this generation lasts, and then it belongs to it.
  const Order* order = order_.load(std::memory_order_relaxed);
  State generation = call / 16;
  int parts = static_cast<int>(call % 16);
  std::atomic<State>& back = helpers_[at(hand - 1)]->back;
  const State left = back.load(std::memory_order_relaxed);
  Soon soon{};
  if (generation < left) return soon;  // it was ahead of this call
  for (const Order* own = nullptr;; ++generation, order = own, parts = own->parts) {
    Own itsOwn{};
    bool some = false, keepsUp = true, goesOn = false;
    inTurn(hand, parts, [&](PartOfShare part) {
      // Ahead of the call the leader may still be bringing home what this hand made last.
      const auto called = [&] { return call_.load(std::memory_order_acquire) / 16 >= generation; };
      const State inHand = stateOf(generation, hand, held);
      if (isTaken(part, generation) || (part.share != hand && !called()) || !take(part, generation, inHand))
        return true;
      if (!some) {
        some = true;
        soon = order->soon[at(hand)];
        // Who comes back to an order that it has left does not know any more which parts were its own.
        goesOn = order->goesOn && hands() == 2 && generation > left;
        if (goesOn && own == nullptr) own = order->join(hand);
      }
      order->part(part, hand);
      State expected = inHand;
      keepsUp = shares_[at(part.share)].parts[at(part.index)].compare_exchange_strong(expected,
                                                                                      stateOf(generation, hand, done));
      itsOwn[at(part.share)][at(part.index)] = true;
      return keepsUp;
    });
    // Once its parts are done, the order that was called out is the leader's again.
    if (!some || !keepsUp || !goesOn || !bringAsHelper(*own, generation, hand, itsOwn, soon)) break;
    reclaim(&shares_[at(hand)]);
    own = own->next(hand);
  }
  back.store(generation, std::memory_order_release);
  return soon;
}

/// False when that takes so long that the leader must have lost its core.
bool Crew::bringAsHelper(const Order& order, State generation, int hand, const Own& itsOwn, Soon& soon) const {
  for (int share = 0; share < hands(); ++share) {
    for (int i = 0; i < order.parts; ++i) {
      const bool own = itsOwn[at(share)][at(i)];
      const std::atomic<State>& state = shares_[at(share)].parts[at(i)];
      std::int64_t since = 0;
      // The leader may be further on already: what it made stays where it is until this hand takes part again.
      for (int looks = 1; !own && state.load(std::memory_order_acquire) < stateOf(generation, 0, done); ++looks) {
        wait(soon);
        if (looks % kLooks != 0) continue;
        if (since == 0) since = now();
        else if (now() - since > kWatchful) return false;
      }
      order.bring({share, i}, own ? hand : 0, hand);
    }
  }
  return true;
}

int processors() { return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMostHelpers + 1); }

}  // namespace antiphon::compute
