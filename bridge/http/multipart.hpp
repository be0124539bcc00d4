// A form with files in it, taken apart as it comes: what is a file goes to disk, byte by byte as it arrives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/http/head.hpp"
#include "bridge/http/spool.hpp"

namespace antiphon::http {

/// A file that a client sent.
struct Upload {
  std::string field{};
  std::string name{};  // as the client calls it: to be shown, never to be opened
  Spool file;
};

/// Of a file's name as a client says it: its last part, without control characters, not too long.
std::string shownName(std::string_view given);

class Multipart {
 public:
  static constexpr std::size_t kMostFiles = 64, kMostFields = 256, kMostText = 1 << 20;

  /// `boundary`: as the Content-Type says; throws HttpError where that is none.
  Multipart(const std::string& boundary, Budget& disk);
  /// Throws HttpError.
  void take(std::string_view bytes);
  /// All has come. Throws HttpError when its end has not.
  void end() const;

  Fields fields{};
  std::vector<Upload> files{};

 private:
  enum class State : std::uint8_t { before, behindBoundary, heading, text, file, over };
  bool step();
  bool content();
  void begin(std::string_view heading);
  void keep(std::string_view bytes);

  std::string delimiter_;
  std::string held_ = "\r\n";  // what has come and is not understood yet; the first boundary may lack its line's begin
  State state_ = State::before;
  Budget& disk_;
  std::size_t text_ = 0;  // bytes of fields
};

}  // namespace antiphon::http
