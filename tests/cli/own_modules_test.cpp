// Modules of one's own, through the program as it is run.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/cli/program.hpp"

using namespace antiphon::testing;
using Catch::Matchers::Contains;

namespace {

/// A variable of the environment, for a while.
class Said {
 public:
  Said(const char* name, const std::string& value) : name_{name} {
    if (const char* before = std::getenv(name)) before_ = before;
    setenv(name, value.c_str(), 1);
  }
  ~Said() {
    if (before_.empty()) unsetenv(name_);
    else setenv(name_, before_.c_str(), 1);
  }
  Said(const Said&) = delete;
  Said& operator=(const Said&) = delete;

 private:
  const char* name_;
  std::string before_{};
};

Result render(const std::string& script) {
  const std::string file = temporary("own.studio");
  std::ofstream{file} << script;
  return runAntiphon({"render", file, "--seconds", "2", "--out", temporary("own.wav"), "--quiet"});
}

}  // namespace

SCENARIO("STUDIO-M1 A module is generated, reloaded and patched in a script", "[faust]") {
  const std::string home = temporary("home-of-modules");
  std::filesystem::remove_all(home);
  const Said where{"ANTIPHON_HOME", home};
  const auto result = render(
      "create bass\ngenerate_module shimmer\nreload shimmer\npatch bass > shimmer > reverb > out\nnote bass C2\n");
  INFO(result.err);
  CHECK(result.code == 0);
  CHECK_THAT(result.out, Contains("shimmer: compiled in ") && Contains("modules/shimmer.dsp is written"));
  CHECK_THAT(result.out, !Contains("peak -180"));
  AND_WHEN("a patch names it another time") {
    const auto again = render("patch saw > shimmer > out\n");
    CHECK(again.code == 0);
    CHECK_THAT(again.out, !Contains("peak -180"));
  }
  AND_WHEN("what is written brings the compiler down") {
    std::ofstream{home + "/modules/vast.dsp"} << "process = seq(i, 20000, *(i + 0.5) : sin);";
    const auto vast = render("reload vast\n");
    CHECK(vast.code == 2);
    CHECK_THAT(vast.err, Contains("vast is refused"));
  }
}

SCENARIO("STUDIO-M2 Without the plug-in modules are still written, and reload says what is missing") {
  const std::string home = temporary("home-without");
  std::filesystem::remove_all(home);
  const Said where{"ANTIPHON_HOME", home}, without{"ANTIPHON_FAUST", "/nowhere/antiphon_faust.so"};
  const auto result = render("create bass\npatch bass > out\ngenerate_module shimmer\nreload shimmer\n");
  CHECK(result.code == 2);
  CHECK(std::filesystem::exists(home + "/modules/shimmer.dsp"));
  CHECK_THAT(result.err, Contains("Faust plug-in") && Contains("libfaust2"));
}
