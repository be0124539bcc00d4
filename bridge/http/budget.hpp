// So many bytes for all clients together.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace antiphon::http {

/// From any thread. Has to outlive its shares.
class Budget {
 public:
  explicit Budget(std::uint64_t most) : left_{most} {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;
  std::uint64_t left() const { return left_.load(std::memory_order_relaxed); }

  /// What one client has of it; given back when it goes.
  class Share {
   public:
    explicit Share(Budget& of) : of_{&of} {}
    ~Share() { giveBack(); }
    Share(Share&& other) noexcept : of_{other.of_}, held_{std::exchange(other.held_, 0)} {}
    Share& operator=(Share&& other) noexcept {
      giveBack();
      of_ = other.of_;
      held_ = std::exchange(other.held_, 0);
      return *this;
    }

    /// False: there is not so much left, and nothing was taken.
    bool take(std::uint64_t bytes) {
      std::uint64_t left = of_->left_.load(std::memory_order_relaxed);
      do {
        if (left < bytes) return false;
      } while (!of_->left_.compare_exchange_weak(left, left - bytes, std::memory_order_relaxed));
      held_ += bytes;
      return true;
    }

   private:
    void giveBack() { of_->left_.fetch_add(std::exchange(held_, 0), std::memory_order_relaxed); }

    Budget* of_;
    std::uint64_t held_ = 0;
  };

 private:
  std::atomic<std::uint64_t> left_;
};

}  // namespace antiphon::http
