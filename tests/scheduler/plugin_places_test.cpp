#include "scheduler/plugin_places.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

using namespace antiphon;

SCENARIO("a plug-in is looked for beside the program, unless one is named") {
  GIVEN("nothing in the environment") {
    unsetenv("ANTIPHON_NO_SUCH");
    const auto places = pluginPlaces("antiphon_none.so", "ANTIPHON_NO_SUCH");
    THEN("it may lie in the program's folder, the one above, or among the system's libraries") {
      const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
      REQUIRE(places.size() == 3);
      CHECK(places[0] == folder / "antiphon_none.so");
      CHECK(places[1] == folder.parent_path() / "antiphon_none.so");
      CHECK(places[2] == folder.parent_path() / "lib" / "antiphon" / "antiphon_none.so");
    }
  }
  GIVEN("one that is named") {
    setenv("ANTIPHON_NO_SUCH", "/opt/another.so", 1);
    THEN("it is that one and no other") {
      CHECK(pluginPlaces("antiphon_none.so", "ANTIPHON_NO_SUCH") ==
            std::vector<std::filesystem::path>{"/opt/another.so"});
    }
    unsetenv("ANTIPHON_NO_SUCH");
  }
}
