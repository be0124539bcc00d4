#include "bridge/http/body.hpp"

#include "bridge/http/error.hpp"

namespace antiphon::http {

BodyReader::BodyReader(const Head& head, bool files, Stores& stores)
    : framing_{head}, files_{files}, memory_{stores.memory} {
  if (!head.hasBody()) return;
  const std::string* const type = head.header("content-type");
  const Labelled is = readLabelled(type != nullptr ? *type : "");
  if (is.label == "multipart/form-data") {
    const std::string* const boundary = is.parameter("boundary");
    parts_.emplace(boundary != nullptr ? *boundary : "", stores.disk);
    kind_ = Body::Kind::form;
    if (files) longest_ = kLongestUpload;
  } else if (is.label == "application/x-www-form-urlencoded") {
    kind_ = Body::Kind::form;
  } else if (is.label == "application/json") {
    kind_ = Body::Kind::json;
  } else {
    throw HttpError{415, "a body is application/json, application/x-www-form-urlencoded or multipart/form-data, not '" +
                             is.label.substr(0, 60) + "'"};
  }
  checkLength(head.length.value_or(0));
}

void BodyReader::checkLength(std::uint64_t bytes) const {
  if (bytes > longest_)
    throw HttpError{413, "at most " + std::to_string(longest_ >> 20) + " MB can be sent here" +
                             (files_ && !parts_ ? "; files come as multipart/form-data" : "")};
}

std::size_t BodyReader::take(std::string_view bytes) {
  return framing_.take(bytes, [this](std::string_view part) { keep(part); });
}

void BodyReader::keep(std::string_view bytes) {
  received_ += bytes.size();
  checkLength(received_);
  if (!parts_) {
    if (!memory_.take(bytes.size())) throw HttpError{503, "too much is being sent here at once; try again later"};
    text_ += bytes;
    return;
  }
  parts_->take(bytes);
  if (!files_ && !parts_->files.empty()) throw HttpError{415, "no file is taken here"};
}

Body BodyReader::finish() {
  Body body;
  body.kind = kind_;
  if (parts_) {
    parts_->end();
    body.fields = std::move(parts_->fields);
    body.files = std::move(parts_->files);
  } else if (kind_ == Body::Kind::form) {
    body.fields = readFields(text_);
  } else {
    body.json = std::move(text_);
  }
  return body;
}

}  // namespace antiphon::http
