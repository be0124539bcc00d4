// The head of a request, as strictly as it can be read.
//
// cpp-httplib (which the DAW client uses) is not what is served with: its server spends a thread on each connection,
// holds an upload in memory, waits for each byte of it, and takes a request that tells its length in two ways. What is
// left of it for a server that owns its sockets is this page, so it is written here, where what two programs might
// understand differently is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace antiphon::http {

inline constexpr std::size_t kLongestHead = 32 * 1024, kLongestTarget = 8 * 1024, kMostHeaders = 100;

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Head {
  std::string method{};
  std::string path{};    // decoded
  Fields query{};        // likewise
  Fields headers{};      // names in small letters
  bool keeps = true;     // the connection is kept afterwards
  bool expects = false;  // waits to hear that its body is wanted
  bool chunked = false;
  std::optional<std::uint64_t> length{};  // of the body; nothing and not chunked: there is none

  /// Null: it is not there.
  const std::string* header(std::string_view name) const;
  bool hasBody() const { return chunked || length.value_or(0) > 0; }
};

/// How many of these bytes are the head; 0: its end has not come yet. `from`: what was looked at before.
std::size_t endOfHead(std::string_view bytes, std::size_t from = 0);

/// Throws HttpError: 400, 414, 417, 431, 501 or 505.
Head readHead(std::string_view bytes);

/// a=1&b=2, decoded. Throws HttpError.
Fields readFields(std::string_view text);

/// Of a value like `form-data; name="file"; filename="a.wav"`: what stands first, in small letters, then its
/// parameters.
struct Labelled {
  std::string label{};
  Fields parameters{};
  const std::string* parameter(std::string_view name) const;
};
Labelled readLabelled(std::string_view value);

}  // namespace antiphon::http
