// HTTP: the service at a port of this machine.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bridge/http/router.hpp"
#include "bridge/stream_clients.hpp"

namespace antiphon {

struct HttpPlace {
  static constexpr int kUsualPort = 9000;
  int port = kUsualPort;               // 0: one that is free
  std::string bind = "127.0.0.1";      // an IPv4 address of this machine; 0.0.0.0: all
  std::string token{};                 // that everybody has to say; empty: nobody has to, on this machine alone
  std::vector<std::string> origins{};  // of web pages that may ask beside this machine's own; *: all
};

struct HttpCounts {
  std::uint64_t answered = 0;    // requests that were understood, whatever the answer
  std::uint64_t refused = 0;     // that were not
  std::uint64_t turnedAway = 0;  // connections for which there was no place
  std::uint64_t tooSlow = 0;
  std::size_t connections = 0;  // that there are now
};

/// Open while it lives, on threads of its own. When it goes, what was begun is answered, if it is soon done.
class HttpDoor {
 public:
  /// Throws DoorError. What the routes refer to has to live longer.
  HttpDoor(const HttpPlace& place, http::Router router, std::string version);
  ~HttpDoor();
  HttpDoor(const HttpDoor&) = delete;
  HttpDoor& operator=(const HttpDoor&) = delete;

  /// These from any thread.
  int port() const;
  HttpCounts counts() const;
  const http::Router& router() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

/// "at 127.0.0.1:9000: 1200 requests answered, 3 connections"
std::string textOf(const HttpCounts& counts);

}  // namespace antiphon
