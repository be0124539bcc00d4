#include "bridge/http/access.hpp"

#include <algorithm>
#include <stdexcept>

#include "bridge/http/error.hpp"

namespace antiphon::http {
namespace {

std::string withoutPort(const std::string& host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

bool isAddress(const std::string& host) {
  return host.starts_with('[') || (!host.empty() && host.find_first_not_of("0123456789.") == std::string::npos);
}

/// In a time that does not tell how much of it is right.
bool isSame(std::string_view a, std::string_view b) {
  unsigned char difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference = static_cast<unsigned char>(difference | (a[i] ^ b[i % std::max<std::size_t>(1, b.size())]));
  return difference == 0;
}

}  // namespace

bool isOwnHost(const std::string& given) {
  const std::string host = withoutPort(given);
  return host == "localhost" || host.ends_with(".localhost") || host == "[::1]" ||
         (host.starts_with("127.") && isAddress(host));
}

Access::Access(std::string token, std::vector<std::string> origins)
    : token_{std::move(token)}, origins_{std::move(origins)}, all_{std::ranges::find(origins_, "*") != origins_.end()} {
  const bool visible = std::ranges::all_of(token_, [](char c) { return c > 0x20 && c < 0x7F; });
  if (!token_.empty() && (!visible || token_.size() < kShortestToken || token_.size() > kLongestToken))
    throw std::invalid_argument{"--http-token takes a word of " + std::to_string(kShortestToken) + " to " +
                                std::to_string(kLongestToken) + " letters, digits and signs"};
  for (std::string& origin : origins_) {
    while (origin.ends_with('/')) origin.pop_back();
    if (origin != "*" && !origin.starts_with("http://") && !origin.starts_with("https://"))
      throw std::invalid_argument{
          "--http-origin takes the beginning of a page's address such as https://daw.example, "
          "or * for all, not '" +
          origin.substr(0, 60) + "'"};
  }
}

bool Access::allows(const std::string& origin) const {
  if (all_ || std::ranges::find(origins_, origin) != origins_.end()) return true;
  const std::size_t host = origin.find("://");
  return host != std::string::npos && isOwnHost(origin.substr(host + 3));
}

void Access::check(const Head& head) const {
  const std::string* const origin = head.header("origin");
  if (origin != nullptr && !allows(*origin))
    throw HttpError{403, "pages of " + origin->substr(0, 80) + " may not ask here; --http-origin lets them"};
  const std::string* const host = head.header("host");
  if (token_.empty() && host != nullptr && !isOwnHost(*host) && !isAddress(withoutPort(*host)))
    throw HttpError{403, "this studio is asked as localhost or by its address, not as " + host->substr(0, 80)};
  if (token_.empty() || head.method == "OPTIONS") return;
  const std::string* const given = head.header("authorization");
  if (given == nullptr || !isSame(*given, "Bearer " + token_))
    throw HttpError{401, "a header Authorization: Bearer TOKEN is needed, with the word that --http-token says"};
}

void Access::permit(const Head& head, Answer& answer) const {
  const std::string* const origin = head.header("origin");
  if (origin == nullptr || !allows(*origin)) return;
  answer.headers.emplace_back("Access-Control-Allow-Origin", *origin);
  answer.headers.emplace_back("Vary", "Origin");
  if (head.method != "OPTIONS") return;
  answer.headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS");
  answer.headers.emplace_back("Access-Control-Allow-Headers", "Authorization, Content-Type");
  answer.headers.emplace_back("Access-Control-Max-Age", "600");
}

}  // namespace antiphon::http
