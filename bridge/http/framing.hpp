// Where a request's body ends in what comes by its connection.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "bridge/http/head.hpp"

namespace antiphon::http {

/// Takes a body out of its frame, by length or by chunks, however it is cut.
class Framing {
 public:
  using Hand = std::function<void(std::string_view)>;

  explicit Framing(const Head& head);
  /// Hands over what is the body's; answers how many bytes it has taken, which are all unless the body has ended.
  /// Throws HttpError, and whatever `hand` throws.
  std::size_t take(std::string_view bytes, const Hand& hand);
  bool ended() const { return state_ == State::ended; }

 private:
  enum class State : std::uint8_t { plain, size, chunk, behindChunk, trailer, ended };
  void beginChunk();
  bool line(char c);

  State state_;
  std::uint64_t left_ = 0;  // bytes of the body or of the chunk
  std::string line_{};
  std::size_t trailed_ = 0;  // bytes of what comes behind the chunks
};

}  // namespace antiphon::http
