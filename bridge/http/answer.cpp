#include "bridge/http/answer.hpp"

#include <nlohmann/json.hpp>

namespace antiphon::http {
namespace {

std::string_view nameOf(int status) {
  switch (status) {
    case 200: return "OK";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "Answer";
  }
}

}  // namespace

Answer refusal(int status, std::string_view detail) {
  using Json = nlohmann::ordered_json;
  Answer answer{status, Json{{"detail", detail}}.dump(-1, ' ', false, Json::error_handler_t::replace)};
  if (status == 503) answer.headers.emplace_back("Retry-After", "2");
  if (status == 401) answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  return answer;
}

std::string wireOf(const Answer& answer, bool keeps, bool headOnly) {
  std::string wire = "HTTP/1.1 " + std::to_string(answer.status) + " " + std::string{nameOf(answer.status)} + "\r\n";
  for (const auto& [name, value] : answer.headers) wire += name + ": " + value + "\r\n";
  if (answer.status != 204) {
    wire += "Content-Type: " + answer.type + "\r\nContent-Length: " + std::to_string(answer.body.size()) + "\r\n";
  }
  // What is asked for here is the state of the music now, and a page of another site has no business in it.
  wire += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: ";
  wire += keeps ? "keep-alive\r\n\r\n" : "close\r\n\r\n";
  if (!headOnly && answer.status != 204) wire += answer.body;
  return wire;
}

}  // namespace antiphon::http
