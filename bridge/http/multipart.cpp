#include "bridge/http/multipart.hpp"

#include <algorithm>

#include "bridge/http/error.hpp"

namespace antiphon::http {
namespace {

constexpr std::size_t kLongestHeading = 8 * 1024, kLongestBoundary = 70, kLongestName = 100;

/// Of the headers of one part: its Content-Disposition.
Labelled dispositionOf(std::string_view heading) {
  while (!heading.empty()) {
    const std::size_t end = std::min(heading.find("\r\n"), heading.size());
    const std::string_view line = heading.substr(0, end);
    heading.remove_prefix(std::min(end + 2, heading.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) throw HttpError{400, "a part of the form has a header that is none"};
    std::string name{line.substr(0, colon)};
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (name == "content-disposition") return readLabelled(line.substr(colon + 1));
  }
  return {};
}

}  // namespace

std::string shownName(std::string_view given) {
  if (const std::size_t slash = given.find_last_of("/\\"); slash != std::string_view::npos)
    given.remove_prefix(slash + 1);
  std::string name;
  for (const char c : given) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) name += c;
  }
  if (name.size() > kLongestName) {
    name.resize(kLongestName);
    while (!name.empty() && (static_cast<unsigned char>(name.back()) & 0xC0) == 0x80) name.pop_back();
    if (!name.empty() && static_cast<unsigned char>(name.back()) >= 0xC0) name.pop_back();
  }
  return name.empty() || name == "." || name == ".." ? "file" : name;
}

Multipart::Multipart(const std::string& boundary, Budget& disk) : delimiter_{"\r\n--" + boundary}, disk_{disk} {
  if (boundary.empty() || boundary.size() > kLongestBoundary)
    throw HttpError{400, "multipart/form-data has a boundary of 1 to " + std::to_string(kLongestBoundary) + " bytes"};
}

void Multipart::take(std::string_view bytes) {
  if (state_ == State::over) return;
  held_ += bytes;
  while (step()) {}
}

void Multipart::end() const {
  if (state_ != State::over) throw HttpError{400, "the form is cut off: its last boundary is missing"};
}

/// Understands a piece of what has come; false: more has to come first.
bool Multipart::step() {
  if (state_ == State::over) {
    held_.clear();
    return false;
  }
  if (state_ == State::behindBoundary) {
    if (held_.size() < 2) return false;
    const std::string_view next = std::string_view{held_}.substr(0, 2);
    if (next != "--" && next != "\r\n") throw HttpError{400, "a boundary of the form is followed by something else"};
    state_ = next == "--" ? State::over : State::heading;
    if (state_ == State::heading) held_.erase(0, 2);
    return true;
  }
  if (state_ == State::heading) {
    const bool bare = held_.starts_with("\r\n");
    const std::size_t end = bare ? 0 : held_.find("\r\n\r\n");
    if (end == std::string::npos) {
      if (held_.size() > kLongestHeading) throw HttpError{400, "a part of the form has headers that do not end"};
      return false;
    }
    begin(std::string_view{held_}.substr(0, end));
    held_.erase(0, end + (bare ? 2 : 4));
    return true;
  }
  return content();
}

/// Of a part, or what stands before the first.
bool Multipart::content() {
  const std::size_t end = held_.find(delimiter_);
  if (end != std::string::npos) {
    keep(std::string_view{held_}.substr(0, end));
    held_.erase(0, end + delimiter_.size());
    state_ = State::behindBoundary;
    return true;
  }
  if (held_.size() < delimiter_.size()) return false;
  const std::size_t sure = held_.size() - delimiter_.size() + 1;
  keep(std::string_view{held_}.substr(0, sure));
  held_.erase(0, sure);
  return false;
}

void Multipart::begin(std::string_view heading) {
  const Labelled disposition = dispositionOf(heading);
  const std::string* const name = disposition.parameter("name");
  if (disposition.label != "form-data" || name == nullptr || name->size() > kLongestName)
    throw HttpError{400, "every part of the form has a header like Content-Disposition: form-data; name=\"file\""};
  if (const std::string* const file = disposition.parameter("filename")) {
    if (files.size() == kMostFiles) throw HttpError{413, "a form has at most " + std::to_string(kMostFiles) + " files"};
    files.push_back({*name, shownName(*file), Spool{disk_}});
    state_ = State::file;
  } else {
    if (fields.size() == kMostFields)
      throw HttpError{413, "a form has at most " + std::to_string(kMostFields) + " fields"};
    fields.emplace_back(*name, std::string{});
    state_ = State::text;
  }
}

void Multipart::keep(std::string_view bytes) {
  if (state_ == State::file) files.back().file.write(bytes);
  if (state_ != State::text) return;
  text_ += bytes.size();
  if (text_ > kMostText) throw HttpError{413, "the fields of a form, its files aside, have at most 1 MB"};
  fields.back().second += bytes;
}

}  // namespace antiphon::http
