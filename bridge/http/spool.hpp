// A file that comes in: on disk without a name, so whatever becomes of the program, nothing is left of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "bridge/http/budget.hpp"

namespace antiphon::http {

class Spool {
 public:
  /// In the system's folder for temporary files. Throws HttpError 503.
  explicit Spool(Budget& disk);
  ~Spool();
  Spool(Spool&& other) noexcept;
  Spool& operator=(Spool&&) = delete;

  /// Throws HttpError: 507 when the disk is full, 503 when all clients together have sent too much.
  void write(std::string_view bytes);
  std::uint64_t size() const { return size_; }
  /// By which it can be opened while this lives.
  std::filesystem::path path() const;

 private:
  int file_ = -1;
  std::uint64_t size_ = 0;
  Budget::Share share_;
};

}  // namespace antiphon::http
