// What a client asked for and cannot have.
#pragma once

#include <stdexcept>
#include <string>

namespace antiphon::http {

/// Becomes the answer {"detail": what()} with this status.
class HttpError : public std::runtime_error {
 public:
  HttpError(int status, const std::string& detail) : std::runtime_error{detail}, status_{status} {}
  int status() const { return status_; }

 private:
  int status_;
};

}  // namespace antiphon::http
