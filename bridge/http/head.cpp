#include "bridge/http/head.hpp"

#include <algorithm>
#include <charconv>

#include "bridge/http/error.hpp"

namespace antiphon::http {
namespace {

constexpr std::size_t kMostFields = 256;

bool isToken(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

bool isControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

std::string small(std::string_view text) {
  std::string folded{text};
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<int> hexOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return {};
}

std::string decoded(std::string_view text, bool plusIsSpace) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plusIsSpace) {
      plain += ' ';
    } else if (text[i] != '%') {
      plain += text[i];
    } else {
      const auto high = i + 2 < text.size() ? hexOf(text[i + 1]) : std::nullopt;
      const auto low = high ? hexOf(text[i + 2]) : std::nullopt;
      if (!low) throw HttpError{400, "a % stands before two hexadecimal digits; to say % itself, write %25"};
      const char c = static_cast<char>(*high * 16 + *low);
      if (c == '\0') throw HttpError{400, "%00 stands for nothing that can be asked for"};
      plain += c;
      i += 2;
    }
  }
  return plain;
}

/// As a proxy says it: http://HOST/PATH.
std::string_view withoutHost(std::string_view target) {
  if (!target.starts_with("http://") && !target.starts_with("https://")) return target;
  const std::size_t path = target.find('/', target.find("//") + 2);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

void readRequestLine(std::string_view line, Head& head, int& minor) {
  const std::size_t first = line.find(' '), last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    throw HttpError{400, "a request begins with a line like GET /health HTTP/1.1"};
  const std::string_view method = line.substr(0, first), version = line.substr(last + 1);
  std::string_view target = line.substr(first + 1, last - first - 1);
  if (method.empty() || method.size() > 16 || !std::ranges::all_of(method, isToken))
    throw HttpError{400, "a request begins with a method like GET or POST"};
  if (!version.starts_with("HTTP/")) throw HttpError{400, "a request begins with a line like GET /health HTTP/1.1"};
  if (version != "HTTP/1.1" && version != "HTTP/1.0") throw HttpError{505, "HTTP/1.1 and HTTP/1.0 are understood here"};
  minor = version.back() - '0';
  if (target.size() > kLongestTarget)
    throw HttpError{414, "an address has at most " + std::to_string(kLongestTarget) +
                             " bytes; longer things go into "
                             "the body"};
  target = withoutHost(target);
  if (target.empty() || target.front() != '/' ||
      std::ranges::any_of(target, [](char c) { return c == ' ' || isControl(c); }))
    throw HttpError{400, "an address is a path like /api/v1/analyze/audio"};
  target = target.substr(0, target.find('#'));
  const std::size_t mark = target.find('?');
  head.method = method;
  head.path = decoded(target.substr(0, mark), false);
  if (mark != std::string_view::npos) head.query = readFields(target.substr(mark + 1));
}

void readHeader(std::string_view line, Head& head) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || name.empty() || !std::ranges::all_of(name, isToken))
    throw HttpError{400, "a header is a line like Content-Type: application/json"};
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (std::ranges::any_of(value, [](char c) { return c != '\t' && isControl(c); }))
    throw HttpError{400, "a header has no control characters in it"};
  if (head.headers.size() == kMostHeaders)
    throw HttpError{431, "a request has at most " + std::to_string(kMostHeaders) + " headers"};
  head.headers.emplace_back(small(name), value);
}

std::size_t countOf(const Head& head, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count(head.headers, name, &Fields::value_type::first));
}

/// How long the body is. Where a proxy might find another end of it than we do, neither is believed.
void readFraming(Head& head, int minor) {
  const std::string* const coding = head.header("transfer-encoding");
  const std::string* const length = head.header("content-length");
  if (countOf(head, "content-length") > 1 || countOf(head, "transfer-encoding") > 1 ||
      (coding != nullptr && length != nullptr))
    throw HttpError{400, "a body's length is said once: by Content-Length or by Transfer-Encoding: chunked"};
  if (coding != nullptr) {
    if (minor == 0) throw HttpError{400, "HTTP/1.0 has no Transfer-Encoding"};
    if (small(*coding) != "chunked") throw HttpError{501, "of transfer encodings, chunked is understood here"};
    head.chunked = true;
  }
  if (length != nullptr) {
    std::uint64_t bytes = 0;
    const char *const begin = length->data(), *const end = begin + length->size();
    const auto read = std::from_chars(begin, end, bytes);
    if (length->empty() || length->size() > 18 || read.ec != std::errc{} || read.ptr != end)
      throw HttpError{400, "Content-Length is a whole number"};
    head.length = bytes;
  }
}

}  // namespace

const std::string* Head::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &Fields::value_type::first);
  return found == headers.end() ? nullptr : &found->second;
}

const std::string* Labelled::parameter(std::string_view name) const {
  const auto found = std::ranges::find(parameters, name, &Fields::value_type::first);
  return found == parameters.end() ? nullptr : &found->second;
}

std::size_t endOfHead(std::string_view bytes, std::size_t from) {
  // Bare line feeds end a head too, so that who writes them is told at once that they are wrong.
  for (std::size_t at = from > 2 ? from - 2 : 0; (at = bytes.find('\n', at)) != std::string_view::npos; ++at) {
    if (at + 1 < bytes.size() && bytes[at + 1] == '\n') return at + 2;
    if (at + 2 < bytes.size() && bytes[at + 1] == '\r' && bytes[at + 2] == '\n') return at + 3;
  }
  return 0;
}

Head readHead(std::string_view bytes) {
  Head head;
  int minor = 1;
  bool first = true;
  while (true) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos || end == 0 || bytes[end - 1] != '\r')
      throw HttpError{400, "a line of a request's head ends with a carriage return and a line feed"};
    const std::string_view line = bytes.substr(0, end - 1);
    bytes.remove_prefix(end + 1);
    if (first) readRequestLine(line, head, minor);
    else if (line.empty()) break;
    else readHeader(line, head);
    first = false;
  }
  const std::size_t hosts = countOf(head, "host");
  if (hosts > 1 || (hosts == 0 && minor == 1)) throw HttpError{400, "a request has one Host header"};
  readFraming(head, minor);
  const std::string* const connection = head.header("connection");
  const std::string wish = connection != nullptr ? small(*connection) : "";
  head.keeps = minor == 1 ? wish.find("close") == std::string::npos : wish.find("keep-alive") != std::string::npos;
  if (const std::string* const expects = head.header("expect")) {
    if (small(*expects) != "100-continue") throw HttpError{417, "of expectations, 100-continue can be met here"};
    head.expects = minor == 1 && head.hasBody();
  }
  return head;
}

Fields readFields(std::string_view text) {
  Fields fields;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.empty()) continue;
    if (fields.size() == kMostFields)
      throw HttpError{400, "a request has at most " + std::to_string(kMostFields) + " parameters"};
    const std::size_t sign = one.find('=');
    fields.emplace_back(decoded(one.substr(0, sign), true),
                        sign == std::string_view::npos ? "" : decoded(one.substr(sign + 1), true));
  }
  return fields;
}

Labelled readLabelled(std::string_view value) {
  Labelled labelled;
  labelled.label = small(trimmed(value.substr(0, value.find(';'))));
  std::size_t at = value.find(';');
  while (at < value.size() && labelled.parameters.size() < 16) {
    const std::size_t sign = value.find('=', at);
    if (sign == std::string_view::npos) break;
    std::string name = small(trimmed(value.substr(at + 1, sign - at - 1)));
    std::string text;
    at = sign + 1;
    if (at < value.size() && value[at] == '"') {
      for (++at; at < value.size() && value[at] != '"'; ++at) {
        // Only these are escaped: programs of Windows leave single backslashes in a file's name.
        if (value[at] == '\\' && at + 1 < value.size() && (value[at + 1] == '"' || value[at + 1] == '\\')) ++at;
        text += value[at];
      }
      at = value.find(';', at);
    } else {
      const std::size_t end = std::min(value.find(';', at), value.size());
      text = trimmed(value.substr(at, end - at));
      at = end;
    }
    labelled.parameters.emplace_back(std::move(name), std::move(text));
  }
  return labelled;
}

}  // namespace antiphon::http
