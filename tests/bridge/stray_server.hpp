// A program at a port that is not what it should be.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <atomic>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace antiphon::testing {

/// Takes every call by TCP and does with it what it was made for, on a thread each; hangs up when it goes.
class StrayServer {
 public:
  explicit StrayServer(std::function<void(int call)> treat) : treat_{std::move(treat)} {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error{"no port for the test"};
    port_ = ntohs(address.sin_port);
    taking_ = std::thread{[this] { take(); }};
  }
  ~StrayServer() { close(); }
  StrayServer(const StrayServer&) = delete;
  StrayServer& operator=(const StrayServer&) = delete;

  int port() const { return port_; }
  int calls() const { return count_; }
  /// Nobody is at the port any more.
  void close() {
    if (!taking_.joinable()) return;
    leaving_ = true;
    taking_.join();
    for (const int call : calls_) ::shutdown(call, SHUT_RDWR);
    for (std::thread& thread : treating_) thread.join();
    for (const int call : calls_) ::close(call);
    ::close(listener_);
  }

 private:
  void take() {
    while (!leaving_) {
      pollfd polled{listener_, POLLIN, 0};
      if (::poll(&polled, 1, 20) <= 0) continue;
      const int call = ::accept(listener_, nullptr, nullptr);
      if (call < 0) continue;
      calls_.push_back(call);
      ++count_;
      treating_.emplace_back([this, call] { treat_(call); });
    }
  }

  std::function<void(int)> treat_;
  int listener_ = -1, port_ = 0;
  std::atomic<int> count_{0};
  std::atomic<bool> leaving_{false};
  std::vector<int> calls_{};  // of the thread that takes them, until it has ended
  std::vector<std::thread> treating_{};
  std::thread taking_{};
};

}  // namespace antiphon::testing
