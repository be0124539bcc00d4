#include "bridge/command_table.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

using namespace antiphon;
using Catch::Contains;

namespace {

struct Studio {
  Studio() {
    const auto note = [this](std::string text) {
      last = std::move(text);
      return Command::Reply{true, last};
    };
    table.add({"measures", {{"bars", Command::Integer{1, 64}, "bars"}}, "How many bars.", [note](const auto& given) {
                 return note(std::to_string(given.integer("bars")));
               }});
    table.add({"human-measures", {{"bars", Command::Integer{1, 16}}}, "Bars of yours.", [note](const auto& given) {
                 return note("human " + std::to_string(given.integer("bars")));
               }});
    table.add({"filter",
               {{"cutoff", Command::Real{20, 20000}, "Hz"},
                {"shape", Command::Choice{{"low", "High-Pass"}}, "", "low"},
                {"on", Command::Flag{}, "", true},
                {"label", Command::Text{20}, "", ""}},
               "Sets the filter.",
               [note](const auto& given) {
                 return note(decimal(given.real("cutoff")) + " " + given.text("shape") + " " +
                             (given.flag("on") ? "on" : "off") + " " + given.text("label"));
               }});
    table.add({"panic", {}, "Silence.", [note](const auto&) { return note("panic"); }});
    table.add({"broken", {}, "Fails.", [](const auto& given) { return Command::Reply{given.flag("no such"), ""}; }});
  }

  std::string good(std::string_view line) {
    const auto reply = table.run(line);
    CAPTURE(reply.text);
    REQUIRE(reply.ok);
    return reply.text;
  }
  std::string refused(std::string_view line) {
    last = "nothing done";
    const auto reply = table.run(line);
    CAPTURE(line, reply.text);
    REQUIRE(!reply.ok);
    REQUIRE(last == "nothing done");
    REQUIRE(reply.text.find('\n') == std::string::npos);
    REQUIRE(reply.text.size() < 400);
    REQUIRE(reply.text.back() == '.');
    return reply.text;
  }

  std::string last;
  CommandTable table;
};

}  // namespace

TEST_CASE("a line runs a command", "[commands]") {
  Studio studio;
  REQUIRE(studio.good("measures 4") == "4");
  REQUIRE(studio.good("  MEASURES\t+4 \r\n") == "4");
  REQUIRE(studio.good("measures bars=4") == "4");
  REQUIRE(studio.good("human_measures 3") == "human 3");
  REQUIRE(studio.good("Human-Measures BARS=3") == "human 3");
  REQUIRE(studio.good("") == "");
  REQUIRE(studio.good(" \n") == "");
}

TEST_CASE("values come by place, by name, by default", "[commands]") {
  Studio studio;
  REQUIRE(studio.good("filter 440") == "440 low on ");
  REQUIRE(studio.good("filter 440.5 HIGH_PASS off dark") == "440.5 High-Pass off dark");
  REQUIRE(studio.good("filter label=dark cutoff=1e3") == "1000 low on dark");
  REQUIRE(studio.good("filter shape=high-pass 99 no") == "99 High-Pass off ");
  REQUIRE(studio.good(R"(filter 20 label="two words")") == "20 low on two words");
  REQUIRE(studio.good(R"(filter 20 low on "a=\"b\" \\ c:\d")") == R"(20 low on a="b" \ c:\d)");
  REQUIRE(studio.good("filter 20 label=a=b") == "20 low on a=b");
  REQUIRE(studio.good("filter 20 label=") == "20 low on ");
  REQUIRE(studio.good("filter 20 label=Größe") == "20 low on Größe");
}

TEST_CASE("an unknown command names its neighbours and is not guessed", "[commands]") {
  Studio studio;
  REQUIRE(studio.refused("mesures 4") ==
          "There is no command \"mesures\"; the nearest are measures, human-measures and help.");
  REQUIRE_THAT(studio.refused("meas 4"), Contains("measures"));
  REQUIRE_THAT(studio.refused("pancI"), Contains("panic"));
  REQUIRE_THAT(studio.refused("a=b"), Contains("There is no command \"a=b\""));
  REQUIRE_THAT(studio.refused("\"\""), Contains("There is no command \"\""));
  REQUIRE_THAT(studio.refused(std::string(3000, 'x')), Contains("xxx...\""));
}

TEST_CASE("a wrong value: what was given, what is possible, the signature", "[commands]") {
  Studio studio;
  REQUIRE(studio.refused("measures 99") ==
          "measures: bars is a whole number 1..64, not \"99\" (measures <bars 1..64>).");
  REQUIRE(studio.refused("measures") == "measures needs bars, a whole number 1..64 (measures <bars 1..64>).");
  REQUIRE(studio.refused("measures 4 7") == "\"7\" is one value too many (measures <bars 1..64>).");
  REQUIRE(studio.refused("measures beats=4") == "measures has no parameter \"beats\" (measures <bars 1..64>).");
  REQUIRE(studio.refused("measures 4 bars=4") == "measures was given bars twice (measures <bars 1..64>).");
  REQUIRE(studio.refused("panic now") == "\"now\" is one value too many (panic).");
  REQUIRE_THAT(studio.refused("filter x"),
               Contains("a number 20..20000 Hz") &&
                   Contains("filter <cutoff 20..20000 Hz> [shape low|High-Pass = low] [on on|off = on] [label]"));
  REQUIRE_THAT(studio.refused("filter 20 band"), Contains("shape is low or High-Pass, not \"band\""));
  REQUIRE_THAT(studio.refused("filter 20 low perhaps"), Contains("on is on or off"));
  REQUIRE_THAT(studio.refused("filter 20 label=" + std::string(21, 'x')), Contains("up to 20 bytes"));
  for (const char* number :
       {"0", "-1", "65", "4.0", "4x", "x4", "0x4", "1e1", "99999999999999999999999", "nan", "+", "+-4"}) {
    REQUIRE_THAT(studio.refused(std::string{"measures "} + number), Contains("whole number 1..64"));
  }
  for (const char* number :
       {"19.9", "20000.1", "nan", "inf", "-inf", "1e999", "1e-999", "20,5", "0x40", "40.5.5", "4 0", "e"}) {
    REQUIRE_THAT(studio.refused("filter \"" + std::string{number} + "\""), Contains("a number 20..20000"));
  }
}

TEST_CASE("what is no line of text is refused", "[commands]") {
  Studio studio;
  REQUIRE(studio.refused(std::string(1 << 20, 'm')) == "A command has at most 4096 bytes; this one has 1048576.");
  REQUIRE_THAT(studio.refused("filter 20 \"open"), Contains("quotation mark"));
  using namespace std::string_literals;
  for (const auto& line : {"measures \x1b[2J"s, "measures 4\0"s, "\x7f"s, "measures 4\nmeasures 5"s, "measures \xff"s,
                           "\xc3"s, "\xc0\x80"s, "\xed\xa0\x80"s, "\xf5\x80\x80\x80"s, "measures b\x01rs=4"s}) {
    REQUIRE_THAT(studio.refused(line), Contains("plain UTF-8"));
  }
}

TEST_CASE("a handler that throws is a sentence", "[commands]") {
  Studio studio;
  REQUIRE(studio.refused("broken") == "broken failed: no parameter no such was declared.");
}

TEST_CASE("help comes from the table", "[commands]") {
  Studio studio;
  const std::string all = studio.good("help");
  REQUIRE_THAT(all, Contains("measures <bars 1..64> ") && Contains("  Silence.") && Contains("help [command"));
  REQUIRE(studio.good("help FILTER") ==
          "filter <cutoff 20..20000 Hz> [shape low|High-Pass = low] [on on|off = on] [label]\n"
          "  Sets the filter.\n  cutoff: a number 20..20000 Hz\n  shape: low or High-Pass\n  on: on or off\n"
          "  label: a text of up to 20 bytes");
  REQUIRE_THAT(studio.refused("help panik"), Contains("the nearest are panic"));
}

TEST_CASE("commands are listed by topic", "[commands]") {
  Studio studio;
  studio.table.topic("drums");
  studio.table.add(
      {"hit", {{"kind", Command::Choice{{"hard"}}}}, "Hits.", [](const auto&) { return Command::Reply{}; }});
  REQUIRE(studio.table.topics() == std::vector<std::string>{"drums"});
  REQUIRE_THAT(studio.good("help"), Contains("drums: hit"));
  REQUIRE(studio.good("help drums") == "hit hard  Hits.");
  REQUIRE_THAT(studio.refused("help bells"), Contains("the nearest are"));
}

TEST_CASE("a command is declared once", "[commands]") {
  Studio studio;
  REQUIRE_THROWS_AS(studio.table.add({"Human_Measures", {}, "", {}}), std::logic_error);
}

TEST_CASE("the table tells other doors what there is", "[commands]") {
  Studio studio;
  const auto json = studio.table.toJson();
  REQUIRE(json.size() == studio.table.commands().size());
  REQUIRE(json[0]["name"] == "help");
  REQUIRE(json[1].dump() == R"({"name":"measures","help":"How many bars.","params":[)"
                            R"({"name":"bars","kind":"integer","min":1,"max":64,"unit":"bars"}]})");
  REQUIRE(json[3]["params"].dump() ==
          R"([{"name":"cutoff","kind":"real","min":20.0,"max":20000.0,"unit":"Hz"},)"
          R"({"name":"shape","kind":"choice","choices":["low","High-Pass"],"default":"low"},)"
          R"({"name":"on","kind":"flag","default":true},)"
          R"({"name":"label","kind":"text","max_length":20,"default":""}])");
}

TEST_CASE("other doors hand over their values in parts", "[commands]") {
  Studio studio;
  const std::vector<CommandTable::Word> words{{"label", "a b=\"c\""}, {"", "440"}};
  REQUIRE(studio.table.run("filter", words).text == "440 low on a b=\"c\"");
}

TEST_CASE("any line gets a sentence", "[commands][property]") {
  Studio studio;
  const auto known =
      rc::gen::element<std::string>("measures", "filter", "help", " ", "=", "\"", "bars", "4", "1e9", "\\", "\xe2");
  const auto piece = rc::gen::weightedOneOf<std::string>({{2, known}, {1, rc::gen::string<std::string>()}});
  REQUIRE(rc::check("bounded, valid UTF-8, never thrown", [&] {
    std::string line;
    for (const auto& part : *rc::gen::container<std::vector<std::string>>(piece)) {
      line += part + (part.size() > 3 ? " " : "");
    }
    const auto reply = studio.table.run(line);
    RC_ASSERT(reply.ok || reply.text.back() == '.');
    RC_ASSERT(reply.text.size() < 2000u);
    const std::string text = nlohmann::json(reply.text).dump();  // throws when it is not UTF-8
    RC_ASSERT(text.size() >= reply.text.size());
  }));
}
