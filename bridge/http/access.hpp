// Who may ask, and from which web pages.
#pragma once

#include <string>
#include <vector>

#include "bridge/http/answer.hpp"
#include "bridge/http/head.hpp"

namespace antiphon::http {

class Access {
 public:
  static constexpr std::size_t kShortestToken = 8, kLongestToken = 256;

  /// `token`: without it nobody is answered; empty: everybody is, by a name of this machine itself. `origins`: of web
  /// pages that may ask, beside those of this machine; `*`: all. Throws std::invalid_argument with a sentence.
  Access(std::string token, std::vector<std::string> origins);

  /// Throws HttpError 401 or 403. A browser lets every page that is open in it send requests here, so a page is asked
  /// where it comes from, and the request by what name it has found this machine.
  void check(const Head& head) const;
  /// Lets the page that asked see the answer.
  void permit(const Head& head, Answer& answer) const;

 private:
  bool allows(const std::string& origin) const;

  std::string token_;
  std::vector<std::string> origins_;
  bool all_ = false;
};

/// Whether it is this machine's own: localhost, 127.0.0.1, [::1], whatever the port.
bool isOwnHost(const std::string& host);

}  // namespace antiphon::http
