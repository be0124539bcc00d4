#include "bridge/completion.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/support/typed_studio.hpp"

namespace antiphon {
namespace {

struct Studio : TypedStudio {
  Studio() {
    ok("create kick");
    ok("create bass osc=saw");
  }
  std::vector<std::string> at(std::string_view line) { return completionsOf(line, {table, &desk.patch(), nullptr}); }
  bool has(std::string_view line, const std::string& word) {
    const auto words = at(line);
    return std::ranges::find(words, word) != words.end();
  }
};

using Words = std::vector<std::string>;

}  // namespace

SCENARIO("The next word is known") {
  Studio studio;
  CHECK(studio.at("seq") == Words{"sequence"});
  CHECK(studio.at("help eu") == Words{"euclid"});
  CHECK(studio.at("play k") == Words{"kick"});
  CHECK(studio.at("at bar 9 play k") == Words{"kick"});
  CHECK(studio.at("create x sup") == Words{"supersaw"});
  CHECK(studio.at("create x kick dec") == Words{"decay="});
  CHECK(studio.at("create x bass cut") == Words{"cutoff="});
  CHECK(studio.at("set bass.res") == Words{"bass.resonance"});
  CHECK(studio.at("set bass") == Words{"bass."});
  CHECK(studio.at("add rev") == Words{"reverb"});
  CHECK(studio.at("add reverb t") == Words{"to"});
  CHECK(studio.at("add reverb to ba") == Words{"bass"});
  CHECK(studio.at("show bass-o") == Words{"bass-osc"});
  CHECK(studio.at("quantize b") == Words{"bar", "beat"});
  CHECK(studio.has("melody bass: C", "C2"));
  CHECK(studio.has("melody bass: C2 E", "Eb3"));
  CHECK(studio.has("patch bass > re", "reverb"));
  CHECK(studio.at("").size() == studio.table.commands().size());
  CHECK(studio.at("nonsense x").empty());
}

TEST_CASE("whatever is being typed its completions begin with it", "[console]") {
  const Words words{"create", "set",  "add",   "patch", "melody", "load", "save",   "help", "at", "bar", "9",
                    "x",      "bass", "bass.", "kick",  "to",     ">",    "reverb", "\"",   "=",  ".",   "a.b.c"};
  Studio studio;
  REQUIRE(rc::check("known words", [&] {
    std::string line;
    for (const auto& word : *rc::gen::container<Words>(rc::gen::elementOf(words))) line += word + " ";
    line += *rc::gen::elementOf(words);
    const std::string last = line.substr(line.find_last_of(' ') + 1);
    for (const auto& word : studio.at(line)) RC_ASSERT(word.starts_with(last));
  }));
}

}  // namespace antiphon
