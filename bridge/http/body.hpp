// A request's body, as it comes in.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/http/framing.hpp"
#include "bridge/http/multipart.hpp"

namespace antiphon::http {

struct Body {
  enum class Kind : std::uint8_t { none, form, json };
  Kind kind = Kind::none;
  std::string json{};  // not looked at yet
  Fields fields{};     // of a form
  std::vector<Upload> files{};
};

/// What all clients together may have here.
struct Stores {
  Budget memory{64ULL << 20};
  Budget disk{2ULL << 30};
};

class BodyReader {
 public:
  static constexpr std::uint64_t kLongestText = 1 << 20, kLongestUpload = 512ULL << 20;

  /// `files`: this route takes some. Throws HttpError, as all of it does: what cannot be taken is known before it
  /// comes.
  BodyReader(const Head& head, bool files, Stores& stores);
  /// Answers how many bytes are the body's.
  std::size_t take(std::string_view bytes);
  bool ended() const { return framing_.ended(); }
  std::uint64_t received() const { return received_; }
  /// Once it has ended.
  Body finish();

 private:
  void keep(std::string_view bytes);
  void checkLength(std::uint64_t bytes) const;

  Framing framing_;
  Body::Kind kind_ = Body::Kind::none;
  std::uint64_t longest_ = kLongestText, received_ = 0;
  bool files_;
  Budget::Share memory_;
  std::string text_{};
  std::optional<Multipart> parts_{};
};

}  // namespace antiphon::http
