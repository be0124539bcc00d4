#include "bridge/http/framing.hpp"

#include <algorithm>
#include <charconv>

#include "bridge/http/error.hpp"

namespace antiphon::http {
namespace {

constexpr std::size_t kLongestChunkLine = 256, kMostTrailed = 8 * 1024;

}  // namespace

Framing::Framing(const Head& head)
    : state_{head.chunked                   ? State::size
             : head.length.value_or(0) == 0 ? State::ended
                                            : State::plain},
      left_{head.length.value_or(0)} {}

/// True when a line is whole, without its end.
bool Framing::line(char c) {
  if (c != '\n') {
    if (line_.size() == kLongestChunkLine) throw HttpError{400, "a chunk begins with its length, in few digits"};
    line_ += c;
    return false;
  }
  if (line_.empty() || line_.back() != '\r')
    throw HttpError{400, "a chunk's length ends with a carriage return and a line feed"};
  line_.pop_back();
  return true;
}

void Framing::beginChunk() {
  const std::size_t digits = std::min(line_.find_first_of("; \t"), line_.size());
  const auto read = std::from_chars(line_.data(), line_.data() + digits, left_, 16);
  if (digits == 0 || digits > 15 || read.ec != std::errc{} || read.ptr != line_.data() + digits)
    throw HttpError{400, "a chunk begins with its length in hexadecimal digits"};
  line_.clear();
  state_ = left_ == 0 ? State::trailer : State::chunk;
}

std::size_t Framing::take(std::string_view bytes, const Hand& hand) {
  std::size_t taken = 0;
  while (taken < bytes.size() && state_ != State::ended) {
    if (state_ == State::plain || state_ == State::chunk) {
      const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - taken));
      hand(bytes.substr(taken, part));
      taken += part;
      left_ -= part;
      if (left_ == 0) state_ = state_ == State::plain ? State::ended : State::behindChunk;
      continue;
    }
    const char c = bytes[taken++];
    if (state_ == State::trailer && ++trailed_ > kMostTrailed)
      throw HttpError{400, "what comes behind the chunks is too long"};
    if (!line(c)) continue;
    if (state_ == State::size) {
      beginChunk();
    } else if (state_ == State::behindChunk) {
      if (!line_.empty()) throw HttpError{400, "a chunk is longer than it says"};
      state_ = State::size;
    } else if (line_.empty()) {
      state_ = State::ended;
    } else {
      line_.clear();  // trailers say nothing that is needed here
    }
  }
  return taken;
}

}  // namespace antiphon::http
