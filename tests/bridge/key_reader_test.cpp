#include "bridge/key_reader.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <vector>

namespace antiphon {
namespace {

using Kind = KeyStroke::Kind;

std::vector<KeyStroke> read(KeyReader& reader, const std::string& bytes) {
  std::vector<KeyStroke> strokes;
  for (const char byte : bytes) {
    if (const auto stroke = reader.take(byte)) strokes.push_back(*stroke);
  }
  return strokes;
}

TEST_CASE("what is typed is read, and keys that mean nothing here are passed over", "[keys]") {
  KeyReader reader;
  // An arrow, a function key and Alt with a letter stand between; an é is two bytes.
  const auto strokes = read(reader, "a\x1b[A\x1bOP\x1b[15~\x1bqB\xc3\xa9\r\x7f");
  std::string typed;
  for (const KeyStroke& stroke : strokes) {
    CHECK(stroke.kind == Kind::pressed);
    typed += stroke.text;
  }
  CHECK(typed == "aB\xc3\xa9");
  REQUIRE(strokes.size() == 7);
  CHECK(strokes[0].key == 'a');
  CHECK(strokes[1].move == KeyStroke::Move::up);
  CHECK(strokes[3].key == 0);
  CHECK(strokes[5].key == '\n');
  CHECK(strokes[6].key == '\x7f');
  CHECK_FALSE(reader.canTell());
}

TEST_CASE("a terminal that can, tells when keys go down, repeat and come up", "[keys]") {
  KeyReader reader;
  CHECK(read(reader, "\x1b[?0u").empty());
  CHECK(reader.canTell());
  const auto strokes = read(reader,
                            "\x1b[97;1:1;97u\x1b[97;1:2;97u\x1b[97;1:3u\x1b[97;2;65u\x1b[59;2:1;58u\x1b[99;5u\x1b[13u"
                            "\x1b[57441;2:1u\x1b[233;;233u");
  REQUIRE(strokes.size() == 9);
  const std::vector<Kind> kinds{Kind::pressed, Kind::repeated, Kind::released};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    CHECK(strokes[i].kind == kinds[i]);
    CHECK(strokes[i].key == 'a');
  }
  CHECK(strokes[3].text == "A");    // with Shift
  CHECK(strokes[4].key == ':');     // which has no key of its own
  CHECK(strokes[5].key == '\x03');  // control-C
  CHECK(strokes[5].text.empty());
  CHECK(strokes[6].key == '\n');
  CHECK(strokes[7].key == 0);  // Shift by itself
  CHECK(strokes[7].text.empty());
  CHECK(strokes[8].text == "\xc3\xa9");
}

TEST_CASE("whatever a terminal sends, reading goes on", "[keys]") {
  REQUIRE(rc::check("any bytes, and then a letter", [](const std::string& noise) {
    KeyReader reader;
    read(reader, noise);
    // A sequence begun must have ended by its final letter, and the next key is read.
    const auto strokes = read(reader, "ZZa");
    RC_ASSERT(!strokes.empty());
    RC_ASSERT(strokes.back().key == 'a');
  }));
}

}  // namespace
}  // namespace antiphon
