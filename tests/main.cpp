// Catch2's own code, and what all tests have in common: what they keep and what they write for a while lies in a folder
// of their own, which goes away with them. Nothing of another run is met in it, and nothing of whoever runs them.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <random>

int main(int count, char* words[]) {
  std::random_device chance;
  const std::filesystem::path common = std::filesystem::temp_directory_path();
  std::filesystem::path own;
  do {
    own = common / ("antiphon-test-" + std::to_string(chance()));
  } while (!std::filesystem::create_directory(own));  // false where it stands already; no folder at all throws
  setenv("TMPDIR", own.c_str(), 1);
  setenv("ANTIPHON_HOME", (own / "home").c_str(), 1);
  const int result = Catch::Session().run(count, words);
  std::error_code ignored;
  std::filesystem::remove_all(own, ignored);
  return result;
}
