#include "bridge/module_commands.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <sstream>

#include "bridge/module_templates.hpp"
#include "bridge/patch_commands.hpp"
#include "bridge/shelf.hpp"
#include "bridge/studio_commands.hpp"
#include "tests/support/hearing.hpp"
#include "tests/support/own_modules.hpp"

using namespace antiphon;
using namespace antiphon::synth;
using Catch::Matchers::Contains;

namespace {

struct Studio {
  ModuleFolder folder{};
  Desk desk{SampleRate{48000}};
  Sequences sequences{desk};
  Workshop workshop{desk, folder.path()};
  CommandTable table;

  Studio() {
    addPatchCommands(table, desk);
    addStudioCommands(table, sequences);
    addPatternPlay(table, sequences);
    addModuleCommands(table, workshop);
  }
  std::string ok(std::string_view line) {
    const auto reply = table.run(line);
    INFO(line << ": " << reply.text);
    CHECK(reply.ok);
    return reply.text;
  }
  std::string error(std::string_view line) {
    const auto reply = table.run(line);
    INFO(line << ": " << reply.text);
    CHECK_FALSE(reply.ok);
    return reply.text;
  }
  Sound hear(double seconds) {
    Sound left(static_cast<std::size_t>(seconds * 48000)), right(left.size());
    desk.machine().render(left.data(), right.data(), static_cast<int>(left.size()), {120, 0, true});
    return left;
  }
};

}  // namespace

SCENARIO("a module's beginning is written, and never over another") {
  Studio studio;
  CHECK_THAT(studio.ok("generate_module glimmer"), Contains("glimmer.dsp is written"));
  std::ostringstream text;
  text << std::ifstream{studio.folder.file("glimmer")}.rdbuf();
  CHECK_THAT(text.str(), Contains("// glimmer: an effect") && Contains("reload glimmer"));
  CHECK_THAT(studio.error("generate_module glimmer from drum"), Contains("is there already"));
  CHECK_THAT(studio.ok("generate_module glimmer"), Contains("glimmer.dsp is written"));  // nobody has changed it
  std::ofstream{studio.folder.file("glimmer"), std::ios::app} << "// mine\n";
  CHECK_THAT(studio.error("generate_module glimmer"), Contains("is there already"));
  CHECK_THAT(studio.error("generate_module other from theremin"), Contains("effect, oscillator, filter, drum"));
  CHECK_THAT(studio.error("generate_module other drum"), Contains("from one of"));
  CHECK_THAT(studio.error("generate_module reverb"), Contains("the factory has a 'reverb'"));
  CHECK_THAT(studio.error("generate_module ../etc"), Contains("cannot be a module's name"));
  CHECK_THAT(studio.error("reload nothing-there"), Contains("is not there"));
  CHECK_THAT(studio.error("create x nothing-there"), Contains("no module or instrument called"));
  CHECK_THAT(studio.ok("modules"), Contains("glimmer") && Contains("not compiled yet"));
}

SCENARIO("the shelf is where it is said to be") {
  const Shelf shelf{"/somewhere"};
  CHECK(shelf.modules() == "/somewhere/modules");
  CHECK(shelf.patches() == "/somewhere/patches");
  CHECK(shelf.sessions() == "/somewhere/sessions");
  CHECK(shelf.recordings() == "/somewhere/recordings");
  CHECK_THROWS_WITH(writeWhole("/dev/null/x/y", "text"), Contains("/dev/null/x cannot be made"));
}

SCENARIO("every template can be heard as it is", "[faust]") {
  for (const std::string& kind : templateKinds()) {
    Studio studio;
    const std::string name = "new-" + kind;
    INFO(kind);
    studio.ok("generate_module " + name + " from " + kind);
    CHECK_THAT(studio.ok("reload " + name), Contains(name + ": compiled in ") && Contains(" % of a core"));
    if (kind == "effect" || kind == "filter") {
      studio.ok("patch saw > " + name + " > out");
    } else {
      studio.ok("create it " + name);
      studio.ok("patch it > out");
    }
    if (kind == "instrument") studio.ok("melody it: C4 E4 G4 C5");
    if (kind == "drum") studio.ok("sequence it: x...x...");
    studio.table.run("play");
    const Sound sound = studio.hear(2);
    CHECK(loudest(sound) > 0.05);
    CHECK(loudest(sound) <= 1);
    CHECK_THAT(studio.ok("modules " + name), Contains(name + ": "));
  }
}

SCENARIO("a module is generated, taken in, and patched", "[faust]") {
  Studio studio;
  studio.ok("create bass");
  studio.ok("generate_module shimmer");
  studio.ok("reload shimmer");
  studio.ok("patch bass > shimmer > reverb > out");
  studio.ok("note bass C2 100 1");
  const Sound sound = studio.hear(3);
  CHECK(rms(part(sound, 0, 48000)) > 0.01);
  CHECK(rms(part(sound, 96000, 144000)) > 0.001);  // it rings on
  WHEN("it is put behind an instrument") {
    studio.ok("create keys2 epiano");
    studio.ok("patch keys2 > out");
    CHECK(studio.ok("add shimmer to keys2 amount=0.7") == "shimmer-keys2 is behind keys2");
    CHECK(studio.desk.patch().sink("shimmer-keys2.mix").value() == 0.7);
  }
}

SCENARIO("a module is found by its name when it is needed", "[faust]") {
  Studio studio;
  studio.folder.write("quarter", "process = _ * 0.25;");
  studio.folder.write(
      "lantern",
      "import(\"stdfaust.lib\");\nprocess = os.osc(hslider(\"freq\", 440, 20, 9000, 1)) * button(\"gate\");");
  studio.folder.write("broken", "process = _ *\n;");
  studio.ok("create v sine");
  studio.ok("patch v > quarter > out");
  studio.hear(0.1);
  CHECK(loudest(studio.hear(0.1)) == Approx(0.25).margin(0.001));
  studio.ok("remove v");
  studio.ok("create l lantern");
  studio.ok("melody l: A4:4 - - -");
  studio.ok("play");
  CHECK(toneIn(studio.hear(0.4), 440) > 0.1);
  CHECK_THAT(studio.error("patch v > broken"), Contains("broken.dsp, line 2"));
  CHECK_THAT(studio.error("create x broken"), Contains("broken.dsp, line 2"));
  CHECK_THAT(studio.error("modules broken"), Contains("broken.dsp, line 2"));
  AND_WHEN("all are reloaded") {
    const std::string told = studio.error("reload");
    CHECK_THAT(told, Contains("broken.dsp, line 2") && Contains("quarter: compiled"));
  }
}

SCENARIO("what is saved is reloaded, and what is wrong is told once", "[faust]") {
  Studio studio;
  studio.folder.write("watched", "process = _ * 0.25;");
  studio.ok("create v sine");
  studio.ok("patch v > watched > out");
  CHECK(studio.workshop.tend().empty());
  auto when = std::filesystem::last_write_time(studio.folder.file("watched"));
  const auto save = [&](const std::string& source) {
    studio.folder.write("watched", source);
    std::filesystem::last_write_time(studio.folder.file("watched"), when += std::chrono::seconds{2});
  };
  save("process = _ * 0.5;");
  const auto news = studio.workshop.tend();
  REQUIRE(news.size() == 1);
  CHECK_THAT(news[0], Contains("watched: compiled"));
  studio.hear(0.1);
  CHECK(loudest(studio.hear(0.1)) == Approx(0.5).margin(0.001));
  save("process = _ * ;");
  const auto wrong = studio.workshop.tend();
  REQUIRE(wrong.size() == 1);
  CHECK_THAT(wrong[0], Contains("line 1"));
  CHECK(studio.workshop.tend().empty());
  CHECK(loudest(studio.hear(0.1)) == Approx(0.5).margin(0.001));
}
