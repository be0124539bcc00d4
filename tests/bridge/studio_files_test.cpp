#include "bridge/studio_files.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "synth/patch_text.hpp"
#include "tests/support/hearing.hpp"
#include "tests/support/typed_studio.hpp"

namespace antiphon {
namespace {

using Catch::Matchers::Contains;
using synth::loudest;

/// A folder of its own for each test.
struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "antiphon-shelf-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

struct Studio : TypedStudio {
  double tempo = 120;
  explicit Studio(const Folder& folder) {
    addFileCommands(table, desk, sequences, Shelf{folder.path},
                    {.tempo = [this] { return tempo; }, .setTempo = [this](double bpm) { tempo = bpm; }});
  }
  void groove() {
    for (const char* line :
         {"create kick freq=60 decay=0.5", "create hihat noise=white decay=0.05", "sequence kick: x...x...x...x...",
          "sequence hihat: ..x...x...x...x.", "play", "create bass osc=saw filter=lowpass cutoff=500",
          "melody bass: C2 C2 G2 Eb2", "play all", "add reverb to bass amount=0.3", "swing 58", "humanize 3ms"})
      ok(line);
  }
};

std::string textOf(const std::filesystem::path& file) {
  std::ifstream in{file};
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

SCENARIO("SAVE-1 A groove is saved, and comes back bit by bit") {
  const Folder folder;
  GIVEN("a groove of three, with an effect") {
    Studio studio{folder};
    studio.groove();
    studio.ok("save session groove");
    studio.ok("save patch groove");
    const auto before = studio.hear(4);
    REQUIRE(loudest(before) > 0.1);
    WHEN("another studio loads it") {
      Studio other{folder};
      other.tempo = 90;
      other.ok("meter 7/8");
      other.ok("load session groove");
      THEN("it sounds the same to the last bit, at its own tempo") {
        CHECK(other.tempo == 120);
        CHECK((other.hear(4) == before));
      }
    }
    WHEN("its file is typed in by hand") {
      Studio other{folder};
      std::ifstream lines{folder.path / "sessions" / "groove.studio"};
      for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("#") && !line.starts_with("tempo")) other.ok(line);
      }
      THEN("that is the same") { CHECK((other.hear(4) == before)); }
    }
    WHEN("the patch alone is loaded into another groove") {
      Studio other{folder};
      other.ok("create bass");
      other.ok("melody bass: C3");
      other.ok("load patch groove");
      THEN("its patterns stay, and are played on what was loaded") {
        CHECK_THAT(other.ok("patterns"), Contains("bass: C3"));
        CHECK_THAT(other.ok("list"), Contains("reverb-bass"));
        other.ok("play bass");
        CHECK(loudest(other.hear(1)) > 0.05);
      }
    }
  }
}

SCENARIO("SAVE-2 A file that is broken changes nothing, and says where") {
  const Folder folder;
  GIVEN("a groove that plays, and a file with a line that means nothing") {
    Studio studio{folder};
    studio.groove();
    writeWhole(folder.path / "patches" / "broken.studio", "create lead\n\nset lead.cutof 300\n");
    const synth::Patch before = studio.desk.patch();
    THEN("the line is told, and the groove stays") {
      const std::string said = studio.error("load patch broken");
      CHECK_THAT(said, Contains("broken.studio, line 3: ") && Contains("cutof"));
      CHECK((studio.desk.patch() == before));
    }
  }
  GIVEN("no such file") {
    Studio studio{folder};
    studio.ok("save patch one");
    THEN("what there is is named") { CHECK_THAT(studio.error("load patch two"), Contains("there are one")); }
  }
  GIVEN("a name that leads elsewhere") {
    Studio studio{folder};
    for (const char* name : {"../x", "/etc/x", ".x", "\"\"", "\"a/b\""})
      CHECK_THAT(studio.error(std::string{"save patch "} + name), Contains("cannot be a file's name"));
  }
  GIVEN("a file where the folder should be") {
    writeWhole(folder.path / "patches", "");
    Studio studio{folder};
    THEN("that is said") { CHECK_THAT(studio.error("save patch one"), Contains("cannot be made")); }
  }
}

SCENARIO("SAVE-3 What is saved can be read") {
  const Folder folder;
  GIVEN("an instrument whose inside was changed") {
    Studio studio{folder};
    studio.ok("create bass voice osc=square cutoff=300");
    studio.ok("create wobble lfo rate=2");
    studio.ok("patch wobble > bass.cutoff amount=200");
    studio.ok("set bass-amp.level 0.5");
    studio.ok("patch bass > out amount=0.5");
    studio.ok("save patch bass");
    THEN("the file says just that") {
      CHECK(textOf(folder.path / "patches" / "bass.studio") ==
            "# an Antiphon patch\n"
            "create bass voice osc=square level=0.5 cutoff=300\n"
            "create wobble lfo rate=2\n"
            "patch wobble.out > bass-filter.cutoff amount=200\n"
            "patch bass-amp.out > out.in amount=0.5\n");
    }
  }
}

SCENARIO("UNDO-1 What was typed is taken back, and done again") {
  TypedStudio studio;
  GIVEN("a bass that plays, and an effect that was not wanted") {
    studio.ok("create bass");
    studio.ok("melody bass: C2");
    studio.ok("play");
    const synth::Patch before = studio.desk.patch();
    studio.ok("add reverb to bass");
    THEN("it goes and comes back") {
      CHECK(studio.ok("undo") == "undone: add reverb to bass");
      CHECK((studio.desk.patch() == before));
      CHECK(studio.ok("undo") == "undone: play");
      studio.hear(0.1);
      CHECK_FALSE(studio.sequences.at("bass").plays);
      CHECK(studio.ok("redo") == "done again: play");
      CHECK(studio.ok("redo") == "done again: add reverb to bass");
      CHECK_THAT(studio.error("redo"), Contains("nothing to do again"));
      CHECK(studio.desk.patch().find("reverb-bass") != nullptr);
    }
    THEN("something else instead ends what could have been done again") {
      studio.ok("undo");
      studio.ok("set bass.cutoff 800");
      studio.error("redo");
      CHECK(studio.ok("undo") == "undone: set bass.cutoff 800");
    }
  }
  GIVEN("a knob that was turned on and on") {
    studio.ok("create bass cutoff=300");
    for (int hertz = 310; hertz < 400; hertz += 10) studio.ok("set bass.cutoff " + std::to_string(hertz));
    THEN("one step goes back to where it began") {
      studio.ok("undo");
      CHECK(studio.desk.patch().sink("bass.cutoff").value() == 300);
    }
  }
  GIVEN("what only looks") {
    studio.ok("create bass");
    studio.ok("list");
    studio.ok("show bass");
    studio.error("create bass");
    THEN("it is no step") { CHECK(studio.ok("undo") == "undone: create bass"); }
  }
}

namespace {

/// A line that may change something.
rc::Gen<std::string> line() {
  const auto name = rc::gen::element<std::string>("a", "b", "c", "kick", "out", "reverb-a", "a-filter", "b-keys");
  const auto port = rc::gen::element<std::string>("a", "b", "c", "out", "reverb-a", "a-filter", "a.cutoff", "c.freq",
                                                  "kick.decay", "b.cutoff", "reverb-a.mix", "b-amp.level");
  const auto type = rc::gen::element<std::string>("voice osc=square", "saw", "lfo", "epiano", "svf mode=highpass",
                                                  "delay", "kick", "mix", "keys voices=3", "voice voices=2", "noise");
  return rc::gen::join(rc::gen::weightedElement<rc::Gen<std::string>>({
      {4, rc::gen::map(rc::gen::pair(name, type), [](const auto& p) { return "create " + p.first + " " + p.second; })},
      {6, rc::gen::map(rc::gen::tuple(port, port, rc::gen::inRange(-3, 4)),
                       [](const auto& t) {
                         return "patch " + std::get<0>(t) + " > " + std::get<1>(t) +
                                " amount=" + std::to_string(std::get<2>(t) / 3.0);
                       })},
      {2,
       rc::gen::map(rc::gen::pair(port, port), [](const auto& p) { return "unpatch " + p.first + " > " + p.second; })},
      {4, rc::gen::map(rc::gen::pair(port, rc::gen::inRange(1, 100000)),
                       [](const auto& p) { return "set " + p.first + " " + std::to_string(p.second / 777.0); })},
      {1, rc::gen::map(name, [](const auto& n) { return "remove " + n; })},
      {1, rc::gen::map(name, [](const auto& n) { return "add reverb to " + n + " amount=0.2"; })},
      {2, rc::gen::map(name, [](const auto& n) { return "sequence " + n + ": x.3X"; })},
      {2, rc::gen::map(name, [](const auto& n) { return "play " + n; })},
      {1, rc::gen::just<std::string>("undo")},
      {1, rc::gen::just<std::string>("redo")},
  }));
}

}  // namespace

TEST_CASE("the file of a studio makes the same studio again", "[studio]") {
  const Folder folder;
  REQUIRE(rc::check("save and load", [&] {
    Studio studio{folder};
    for (const auto& said : *rc::gen::resize(40, rc::gen::container<std::vector<std::string>>(line()))) {
      const auto reply = studio.say(said);
      RC_LOG() << said << (reply.ok ? "" : "  -> " + reply.text) << "\n";
    }
    const auto saved = studio.say("save session it");
    RC_LOG() << saved.text << "\n" << textOf(folder.path / "sessions" / "it.studio") << "\n";
    RC_ASSERT(saved.ok);
    Studio other{folder};
    const auto loaded = other.say("load session it");
    RC_LOG() << loaded.text << "\n";
    RC_ASSERT(loaded.ok);
    auto kept = studio.sequences.state();
    const std::size_t said = saved.text.find("play it: ");
    const std::string orphans = said == std::string::npos ? "" : saved.text.substr(said + 9) + ",";
    std::erase_if(kept.all, [&](const auto& sequence) {
      const bool orphan = orphans.find(sequence.name + ",") != std::string::npos;
      if (orphan) RC_ASSERT(!studio.say("sequence " + sequence.name + ": x").ok);
      return orphan;
    });
    RC_ASSERT(other.sequences.state() == kept);
    const auto first = studio.hear(0.2), second = other.hear(0.2);
    RC_ASSERT(first == second);
  }));
}

TEST_CASE("undo leads back through all states and redo forth", "[studio]") {
  REQUIRE(rc::check("there and back", [] {
    TypedStudio studio;
    std::vector<synth::Patch> patches{studio.desk.patch()};
    std::vector<synth::Sequences::State> states{studio.sequences.state()};
    for (const auto& said : *rc::gen::resize(20, rc::gen::container<std::vector<std::string>>(line()))) {
      if (said == "undo" || said == "redo" || said.starts_with("set ")) continue;
      studio.say(said);
      if (studio.desk.patch() == patches.back() && studio.sequences.state() == states.back()) continue;
      patches.push_back(studio.desk.patch());
      states.push_back(studio.sequences.state());
    }
    for (std::size_t i = patches.size() - 1; i-- > 0;) {
      RC_ASSERT(studio.say("undo").ok);
      RC_ASSERT(studio.desk.patch() == patches[i]);
      RC_ASSERT(studio.sequences.state() == states[i]);
    }
    RC_ASSERT(!studio.say("undo").ok);
    for (std::size_t i = 1; i < patches.size(); ++i) {
      RC_ASSERT(studio.say("redo").ok);
      RC_ASSERT(studio.desk.patch() == patches[i]);
      RC_ASSERT(studio.sequences.state() == states[i]);
    }
  }));
}

}  // namespace antiphon
