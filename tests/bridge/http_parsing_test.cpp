// What comes over a wire that anybody may write to: heads, bodies, forms. However it is cut, and whatever it is.
#if !defined(_WIN32)

#include <rapidcheck.h>
#include <sys/resource.h>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "bridge/http/body.hpp"
#include "bridge/http/error.hpp"
#include "bridge/http/given.hpp"

using namespace antiphon;
using namespace antiphon::http;
using Catch::Contains;

namespace {

/// The status it is refused with; 0: it is not.
template <typename Do>
int refusedBy(Do&& act) {
  try {
    act();
  } catch (const HttpError& error) {
    CHECK(std::string{error.what()}.size() > 10);
    return error.status();
  }
  return 0;
}

int headRefused(const std::string& bytes) {
  return refusedBy([&] { readHead(bytes); });
}

std::string get(const std::string& more) { return "GET / HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n"; }

Head headOf(const std::string& headers) {
  return readHead("POST /x HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
}

struct Form {
  Fields fields;
  std::vector<std::pair<std::string, std::string>> files;  // shown name, contents
};

std::string contentsOf(const Spool& file) {
  std::ostringstream text;
  text << std::ifstream{file.path(), std::ios::binary}.rdbuf();
  return text.str();
}

/// As a whole body that comes in pieces of so many bytes.
Form formOf(const std::string& body, std::size_t piece) {
  static Stores stores;
  BodyReader reader{headOf("Content-Type: multipart/form-data; boundary=B\r\nContent-Length: " +
                           std::to_string(body.size()) + "\r\n"),
                    true, stores};
  for (std::size_t at = 0; at < body.size(); at += piece) reader.take(std::string_view{body}.substr(at, piece));
  Body read = reader.finish();
  Form form{read.fields, {}};
  for (const Upload& upload : read.files) form.files.emplace_back(upload.name, contentsOf(upload.file));
  return form;
}

std::string part(const std::string& disposition, const std::string& content) {
  return "--B\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n";
}

std::size_t filesIn(const std::filesystem::path& folder) {
  std::error_code none;
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator{folder, none}) ++count;
  return count;
}

}  // namespace

SCENARIO("HTTP-1 A request's head is read as strictly as it can be") {
  const Head head = readHead(
      "POST /api/v1/a%20b?tempo=120&key=C%23&say=a+b HTTP/1.1\r\nHost: localhost:9000\r\nContent-Length: 12\r\n"
      "X-Odd:   spaces\t\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");
  CHECK(head.method == "POST");
  CHECK(head.path == "/api/v1/a b");
  CHECK(head.query == Fields{{"tempo", "120"}, {"key", "C#"}, {"say", "a b"}});
  CHECK(*head.header("x-odd") == "spaces");
  CHECK(head.length == 12u);
  CHECK(head.expects);
  CHECK_FALSE(head.keeps);
  CHECK(readHead(get("")).keeps);
  CHECK_FALSE(readHead("GET / HTTP/1.0\r\n\r\n").keeps);
  CHECK(readHead("GET http://localhost:9000/health HTTP/1.1\r\nHost: localhost\r\n\r\n").path == "/health");

  GIVEN("two ways to say where the body ends, as smugglers do") {
    CHECK(headRefused(get("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n")) == 400);
    CHECK(headRefused(get("Content-Length: 3\r\nContent-Length: 3\r\n")) == 400);
    CHECK(headRefused(get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")) == 400);
    CHECK(headRefused(get("Transfer-Encoding: gzip, chunked\r\n")) == 501);
    CHECK(headRefused(get("Transfer-Encoding : chunked\r\n")) == 400);
    CHECK(headRefused(get("Content-Length: +3\r\n")) == 400);
    CHECK(headRefused(get("Content-Length: 3, 3\r\n")) == 400);
    CHECK(headRefused(get("Content-Length: 0x10\r\n")) == 400);
    CHECK(headRefused(get("Content-Length: 99999999999999999999\r\n")) == 400);
    CHECK(headRefused(get(" folded\r\n")) == 400);
    CHECK(headRefused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
    CHECK(headRefused("GET / HTTP/1.1\nHost: localhost\n\n") == 400);
  }
  GIVEN("what no program should say") {
    CHECK(headRefused("GET / HTTP/1.1\r\n\r\n") == 400);
    CHECK(headRefused(get("Host: other\r\n")) == 400);
    CHECK(headRefused("GET / HTTP/2.0\r\nHost: a\r\n\r\n") == 505);
    CHECK(headRefused("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(headRefused("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(headRefused(std::string{"GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 28}) == 400);
    CHECK(headRefused(get(std::string{"A: b\0c\r\n", 8})) == 400);
    CHECK(headRefused("GET nowhere HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(headRefused("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n") == 414);
    std::string many;
    for (int i = 0; i < 101; ++i) many += "A: b\r\n";
    CHECK(headRefused(get(many)) == 431);
    CHECK(headRefused(get("Expect: the worst\r\n")) == 417);
    CHECK(headRefused("\r\n\r\n") == 400);
    CHECK(headRefused("hello\r\n\r\n") == 400);
  }
}

SCENARIO("HTTP-2 A body has the same end however it is cut") {
  Stores stores;
  const std::string chunked = "4\r\nname\r\n5;odd=1\r\n=bass\r\n0\r\nTrailer: x\r\n\r\n";
  for (std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, chunked.size()}) {
    BodyReader reader{headOf("Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n"),
                      false, stores};
    std::size_t taken = 0;
    const std::string more = chunked + "GET /";
    for (std::size_t at = 0; at < more.size() && !reader.ended(); at += piece)
      taken += reader.take(std::string_view{more}.substr(at, piece));
    CHECK(reader.ended());
    CHECK(taken == chunked.size());
    CHECK(reader.finish().fields == Fields{{"name", "bass"}});
  }
  const auto nonsense = [&](const std::string& bytes) {
    return refusedBy([&] {
      BodyReader reader{headOf("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"), false, stores};
      reader.take(bytes);
    });
  };
  CHECK(nonsense("zz\r\n") == 400);
  CHECK(nonsense("-1\r\n") == 400);
  CHECK(nonsense("\r\n") == 400);
  CHECK(nonsense("fffffffffffffffff\r\n") == 400);
  CHECK(nonsense("3\r\nabcd\r\n") == 400);
  CHECK(nonsense("3\nabc") == 400);
  CHECK(nonsense(std::string(300, '1')) == 400);
  CHECK(nonsense("100001\r\n" + std::string(0x100001, 'x')) == 413);
}

SCENARIO("HTTP-3 What is too long or of another kind is refused before it comes") {
  Stores stores;
  const auto refused = [&](const std::string& headers, bool files) {
    return refusedBy([&] { BodyReader{headOf(headers), files, stores}; });
  };
  CHECK(refused("Content-Type: application/json\r\nContent-Length: 2000000\r\n", false) == 413);
  CHECK(refused("Content-Type: application/json\r\nContent-Length: 2000000\r\n", true) == 413);
  CHECK(refused("Content-Type: multipart/form-data; boundary=B\r\nContent-Length: 2000000\r\n", false) == 413);
  CHECK(refused("Content-Type: multipart/form-data; boundary=B\r\nContent-Length: 2000000\r\n", true) == 0);
  CHECK(refused("Content-Type: multipart/form-data; boundary=B\r\nContent-Length: 600000000\r\n", true) == 413);
  CHECK(refused("Content-Type: multipart/form-data\r\nContent-Length: 2\r\n", true) == 400);
  CHECK(refused("Content-Type: text/xml\r\nContent-Length: 2\r\n", true) == 415);
  CHECK(refused("Content-Length: 2\r\n", true) == 415);
  CHECK(refused("", true) == 0);
}

SCENARIO("HTTP-4 A form with files is taken apart as it comes") {
  const std::string sound = std::string{"RIFF\0\r\n--\r\n--A\r\n-", 18} + std::string(5000, '\r') + "end";
  const std::string body = "in front\r\n" + part("name=\"target_lufs\"", "-16") +
                           part("name=\"stems\"; filename=\"bass.wav\"", sound) +
                           part("name=stems; filename=\"../../etc/p\\\"a\x01ss.wav\"", "") + "--B--\r\nbehind";
  for (std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{64}, body.size()}) {
    const Form form = formOf(body, piece);
    CHECK(form.fields == Fields{{"target_lufs", "-16"}});
    REQUIRE(form.files.size() == 2);
    CHECK(form.files[0].first == "bass.wav");
    CHECK((form.files[0].second == sound));
    CHECK(form.files[1].first == "p\"ass.wav");
    CHECK(form.files[1].second.empty());
  }
  CHECK(shownName("C:\\Music\\take 1.wav") == "take 1.wav");
  CHECK(shownName("..") == "file");
  CHECK(shownName("a/") == "file");
  CHECK(shownName(std::string(300, 'a')).size() == 100);
  CHECK(refusedBy([&] { formOf(part("name=\"file\"; filename=\"a\"", "cut of"), 100); }) == 400);
  CHECK(refusedBy([&] { formOf("--B\r\nContent-Type: text/plain\r\n\r\nx\r\n--B--\r\n", 100); }) == 400);
  CHECK(refusedBy([&] { formOf("--B\r\n" + std::string(20000, 'h'), 100); }) == 400);
  CHECK(refusedBy([&] { formOf("--Bogus\r\n\r\n", 100); }) == 400);
  CHECK(refusedBy([&] { formOf("no boundary at all", 100); }) == 400);
  std::string many;
  for (int i = 0; i < 65; ++i) many += part("name=stems; filename=a", "x");
  CHECK(refusedBy([&] { formOf(many, 1000); }) == 413);
}

SCENARIO("HTTP-5 Nothing is left of a file that came") {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "spool";
  std::filesystem::create_directories(folder);
  const char* const before = std::getenv("TMPDIR");
  const std::string kept = before != nullptr ? before : "";
  setenv("TMPDIR", folder.c_str(), 1);
  {
    Budget disk{1000};
    Spool file{disk};
    file.write("some sound");
    CHECK(filesIn(folder) == 0);
    CHECK(contentsOf(file) == "some sound");
    CHECK(contentsOf(file) == "some sound");
    Spool moved{std::move(file)};
    CHECK(contentsOf(moved) == "some sound");
    Spool other{disk};
    CHECK(refusedBy([&] { other.write(std::string(991, 'x')); }) == 503);
    other.write(std::string(990, 'x'));

    // A disk that takes no more, as far as a process can pretend that there is one.
    Budget plenty{1 << 20};
    Spool third{plenty};
    const auto signalled = std::signal(SIGXFSZ, SIG_IGN);
    rlimit files{};
    getrlimit(RLIMIT_FSIZE, &files);
    const rlimit few{1000, files.rlim_max};
    setrlimit(RLIMIT_FSIZE, &few);
    CHECK(refusedBy([&] { third.write(std::string(2000, 'x')); }) == 507);
    setrlimit(RLIMIT_FSIZE, &files);
    std::signal(SIGXFSZ, signalled);

    setenv("TMPDIR", (folder / "nowhere").c_str(), 1);
    CHECK(refusedBy([&] { Spool{plenty}; }) == 503);
  }
  if (kept.empty()) unsetenv("TMPDIR");
  else setenv("TMPDIR", kept.c_str(), 1);
  CHECK(filesIn(folder) == 0);
  std::filesystem::remove(folder);
}

SCENARIO("HTTP-6 What is given is held against what the route takes") {
  Route route;
  route.method = "POST";
  route.path = "/x";
  route.parameters = {{{"tempo", Command::Real{20, 400}, "", Command::Value{120.0}}, ""},
                      {{"bars", Command::Integer{1, 64}, "", Command::Value{std::int64_t{4}}}, ""},
                      {{"scale", Command::Choice{{"major", "minor"}}}, ""},
                      {{"apply", Command::Flag{}, "", Command::Value{false}}, ""},
                      {{"name", Command::Text{8}, "", Command::Value{std::string{}}}, ""}};
  const auto read = [&](const std::string& query, const std::string& json, Fields fields = {}) {
    Head head;
    head.query = readFields(query);
    Body body;
    body.kind = !json.empty() ? Body::Kind::json : fields.empty() ? Body::Kind::none : Body::Kind::form;
    body.json = json;
    body.fields = std::move(fields);
    return readGiven(route, head, body);
  };
  const auto wrong = [&](const std::string& query, const std::string& json, Fields fields = {}) {
    const Given given = read(query, json, std::move(fields));
    if (!given.wrong) return std::string{"nothing"};
    CHECK(given.wrong->status == 422);
    const auto detail = nlohmann::json::parse(given.wrong->body).at("detail");
    std::string all;
    for (const auto& one : detail) {
      CHECK(one.at("msg").get<std::string>().size() > 5);
      all += (all.empty() ? "" : " ") + one.at("type").get<std::string>();
      for (const auto& where : one.at("loc"))
        all += "/" + (where.is_string() ? where.get<std::string>() : where.dump());
    }
    return all;
  };
  GIVEN("what is right, in every form") {
    for (const Given& given :
         {read("tempo=90.5&bars=8&scale=minor&apply=1&name=bass", ""),
          read("", R"({"tempo":90.5,"bars":8,"scale":"minor","apply":true,"name":"bass"})"),
          read("tempo=90.5&scale=minor", R"({"bars":8.0,"apply":"yes","name":"bass"})"),
          read("", "", {{"tempo", "90.5"}, {"bars", "8"}, {"scale", "Minor"}, {"apply", "on"}, {"name", "bass"}})}) {
      REQUIRE_FALSE(given.wrong);
      CHECK(given.arguments.real("tempo") == 90.5);
      CHECK(given.arguments.integer("bars") == 8);
      CHECK(given.arguments.text("scale") == "minor");
      CHECK(given.arguments.flag("apply"));
      CHECK(given.arguments.text("name") == "bass");
    }
  }
  GIVEN("what is wrong, all of it at once") {
    CHECK(wrong("tempo=fast&bars=0", "") ==
          "float_parsing/query/tempo greater_than_equal/query/bars missing/query/scale");
    CHECK(wrong("", R"({"tempo":1000,"bars":4.5,"scale":"lydian"})") ==
          "less_than_equal/body/tempo int_parsing/body/bars literal_error/body/scale");
    CHECK(wrong("scale=major&tempoo=4", "") == "extra_forbidden/query/tempoo");
    CHECK(wrong("scale=major&scale=minor", "") == "value_error/query/scale");
    CHECK(wrong("scale=major", R"({"apply":"perhaps","name":"much too long"})") ==
          "bool_parsing/body/apply string_too_long/body/name");
    CHECK(wrong("scale=major", R"({"tempo":null,"bars":true,"name":["a"]})") ==
          "float_type/body/tempo int_type/body/bars string_type/body/name");
    CHECK(wrong("scale=major&tempo=nan", "") == "float_parsing/query/tempo");
    CHECK(wrong("scale=major&tempo=1e999", "") == "float_parsing/query/tempo");
    CHECK(wrong("scale=major&bars=99999999999999999999", "") == "less_than_equal/query/bars");
  }
  GIVEN("JSON that is none, or a bomb") {
    CHECK(wrong("", "{\"a\":") == "json_invalid/body/6");
    CHECK(wrong("", "[1]") == "dict_type/body");
    CHECK(wrong("", std::string(500'000, '[')) == "json_invalid/body");
    CHECK(wrong("", "{\"a\":" + std::string(1000, '{')) == "json_invalid/body");
    CHECK_THAT(wrong("", "\"" + std::string(1000, '[') + "\""), Contains("dict_type"));
    CHECK_THAT(wrong("", "{\"" + std::string(100'000, 'n') + "\":1}"), Contains("extra_forbidden"));
  }
  GIVEN("a file") {
    route.files = Route::Files{"file", "a sound"};
    CHECK(wrong("scale=major", "") == "missing/body/file");
    CHECK(wrong("scale=major", "", {{"file", "just text"}}) == "value_error/body/file");
  }
}

SCENARIO("HTTP-7 Random bytes are read to their end or refused") {
  const auto pieces = [](const std::string& bytes, std::size_t piece) {
    Stores stores;
    std::string in = bytes;
    while (!in.empty()) {
      const std::size_t end = endOfHead(in);
      if (end == 0) return;
      const Head head = readHead(std::string_view{in}.substr(0, end));
      in.erase(0, end);
      BodyReader reader{head, true, stores};
      while (!in.empty() && !reader.ended()) in.erase(0, reader.take(std::string_view{in}.substr(0, piece)));
      if (!reader.ended()) return;
      readGiven(Route{}, head, reader.finish());
    }
  };
  const std::vector<std::string> words{"GET ",
                                       "POST ",
                                       "/",
                                       "?a=%41",
                                       " HTTP/1.1\r\n",
                                       "Host: a\r\n",
                                       "\r\n",
                                       "\n",
                                       "Content-Length: ",
                                       "5",
                                       "Transfer-Encoding: chunked\r\n",
                                       "--B",
                                       "--B--",
                                       "0\r\n\r\n",
                                       "Content-Type: multipart/form-data; boundary=B\r\n",
                                       "a=b&c",
                                       "{\"a\":[1]}",
                                       "Content-Type: application/json\r\n",
                                       "Content-Disposition: form-data; name=\"f\"; filename=x\r\n",
                                       std::string(1, '\0'),
                                       "\xff\xfe",
                                       ":",
                                       ";",
                                       "\""};
  const bool well = rc::check("of pieces that look like HTTP", [&] {
    std::string bytes;
    for (const int which : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 40))) {
      if (which < static_cast<int>(words.size())) bytes += words[static_cast<std::size_t>(which)];
      else bytes += *rc::gen::string<std::string>();
    }
    if (*rc::gen::inRange(0, 2) == 1)
      bytes = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: " +
              std::to_string(bytes.size()) + "\r\n\r\n" + bytes;
    try {
      pieces(bytes, static_cast<std::size_t>(*rc::gen::inRange(1, 20)));
    } catch (const HttpError& error) {
      RC_ASSERT(error.status() >= 400 && error.status() <= 507);
    }
  });
  CHECK(well);

  // And requests that are nearly right.
  const std::string body = part("name=\"a\"", "b") + part("name=\"stems\"; filename=\"x.wav\"", "RIFF") + "--B--\r\n";
  const std::string whole =
      "POST /x?a=b%20c HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  std::mt19937 chance{1};
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = whole;
    for (int changes = 1 + static_cast<int>(chance() % 4); changes > 0; --changes)
      bytes[chance() % bytes.size()] = static_cast<char>(chance());
    if (chance() % 4 == 0) bytes.resize(chance() % bytes.size());
    try {
      pieces(bytes, 1 + chance() % 40);
    } catch (const HttpError&) {
      ++refused;
    }
  }
  CHECK(refused > 5'000);
}

#endif
