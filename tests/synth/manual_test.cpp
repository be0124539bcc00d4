#include "synth/manual.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "synth/rack.hpp"
#include "synth/recipe.hpp"

using namespace antiphon::synth;
using Catch::Matchers::Contains;

SCENARIO("docs/modules.md says what there is") {
  std::ifstream in{ANTIPHON_DOCS "/modules.md"};
  REQUIRE(in);
  std::ostringstream page;
  page << in.rdbuf();
  INFO("antiphon modules --markdown >docs/modules.md makes it anew");
  CHECK((page.str() == modulesPage()));
}

SCENARIO("every module and instrument has a patch in which it is listened to") {
  std::ifstream in{ANTIPHON_DOCS "/../scripts/listening/patches.txt"};
  REQUIRE(in);
  std::ostringstream patches;
  patches << "\n" << in.rdbuf();
  for (const ModuleType* type : allModules())
    CHECK_THAT(patches.str(), Contains("\n[" + std::string{type->name} + " "));
  for (const Recipe& recipe : allRecipes()) CHECK_THAT(patches.str(), Contains("\n[" + std::string{recipe.name} + " "));
}

SCENARIO("every module and instrument can be asked about") {
  for (const ModuleType* type : allModules()) CHECK_THAT(aboutModule(std::string{type->name}), Contains("gives"));
  for (const Recipe& recipe : allRecipes()) CHECK_THAT(aboutModule(std::string{recipe.name}), Contains(":"));
  CHECK_THROWS_WITH(aboutModule("sien"), Contains("did you mean 'sine'"));
}
