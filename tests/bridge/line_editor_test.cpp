#include "bridge/line_editor.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

namespace antiphon {
namespace {

/// A keyboard, byte by byte, as a terminal sends it.
struct Keyboard {
  KeyReader reader{};
  LineEditor line{};
  std::vector<std::string> entered{};

  Keyboard& type(std::string_view bytes) {
    for (const char byte : bytes) {
      const auto stroke = reader.take(byte);
      if (!stroke) continue;
      if (stroke->key == '\n') entered.push_back(line.finish());
      else line.take(*stroke);
    }
    return *this;
  }
};

constexpr const char *kUp = "\x1b[A", *kDown = "\x1b[B", *kRight = "\x1b[C", *kLeft = "\x1b[D", *kHome = "\x1b[H",
                     *kEnd = "\x1bOF", *kDelete = "\x1b[3~";

}  // namespace

SCENARIO("A line is mended before it is sent") {
  Keyboard keys;
  GIVEN("a word too few") {
    keys.type("play bas").type(kLeft).type(kLeft).type(kLeft).type("the ").type(kEnd).type("s");
    CHECK(keys.line.text() == "play the bass");
    CHECK(keys.line.behindCursor() == 0);
  }
  GIVEN("a word too many") {
    keys.type("play the bass").type(kHome);
    for (int i = 0; i < 5; ++i) keys.type(kRight);
    for (int i = 0; i < 4; ++i) keys.type(kDelete);
    CHECK(keys.line.text() == "play bass");
    CHECK(keys.line.behindCursor() == 4);
    keys.type("\x17");  // control-W
    CHECK(keys.line.text() == "bass");
  }
  GIVEN("letters of more than a byte") {
    keys.type("\xc3\xa4\xc3\xb6").type(kLeft).type("\x7f");
    CHECK(keys.line.text() == "\xc3\xb6");
    CHECK(keys.line.behindCursor() == 1);
  }
}

SCENARIO("What was typed before is typed again") {
  Keyboard keys;
  keys.type("play\nstop\nstop\n");
  keys.type("pl").type(kUp);
  CHECK(keys.line.text() == "stop");
  keys.type(kUp).type(kUp).type(kUp);
  CHECK(keys.line.text() == "play");
  keys.type(kDown).type(kDown).type(kDown);
  CHECK(keys.line.text() == "pl");
  keys.type(kUp).type("!\n");
  CHECK(keys.entered.back() == "stop!");
}

SCENARIO("A word is completed") {
  Keyboard keys;
  keys.line.completeBy([](std::string_view before) {
    std::vector<std::string> words;
    const std::string_view word = before.substr(before.find_last_of(' ') + 1);
    for (const char* one : {"kick", "kickdrum", "hihat", "cutoff="}) {
      if (std::string_view{one}.starts_with(word)) words.emplace_back(one);
    }
    return words;
  });
  GIVEN("one that it can be") {
    keys.type("play h\t");
    CHECK(keys.line.text() == "play hihat ");
  }
  GIVEN("several") {
    keys.type("play k\t");
    CHECK(keys.line.text() == "play kick");
    CHECK(keys.line.takeChoices().empty());
    keys.type("\t");
    CHECK(keys.line.takeChoices() == std::vector<std::string>{"kick", "kickdrum"});
  }
  GIVEN("a parameter, whose value comes next") {
    keys.type("set x c\t5");
    CHECK(keys.line.text() == "set x cutoff=5");
  }
  GIVEN("none") {
    keys.type("play z\t");
    CHECK(keys.line.text() == "play z");
  }
}

TEST_CASE("whatever a terminal sends the line stays whole", "[console]") {
  REQUIRE(rc::check("any keys", [] {
    Keyboard keys;
    keys.line.completeBy([](std::string_view before) {
      return before.ends_with('a') ? std::vector<std::string>{"abc", "abd"} : std::vector<std::string>{};
    });
    const auto piece = rc::gen::element<std::string>("a", "\xc3\xa4", " ", kUp, kDown, kLeft, kRight, kHome, kEnd,
                                                     kDelete, "\x7f", "\n", "\t", "\x15", "\x0b", "\x17", "\x01");
    for (const auto& some : *rc::gen::container<std::vector<std::string>>(piece)) {
      keys.type(some);
      const std::string& text = keys.line.text();
      const auto characters = static_cast<std::size_t>(
          std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
      RC_ASSERT(keys.line.behindCursor() <= characters);
      // No character is ever cut.
      for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\xc3') RC_ASSERT(i + 1 < text.size() && text[i + 1] == '\xa4');
        if (text[i] == '\xa4') RC_ASSERT(i > 0 && text[i - 1] == '\xc3');
      }
    }
  }));
}

}  // namespace antiphon
