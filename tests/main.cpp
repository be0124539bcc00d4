// Catch2's own code, and what all tests have in common: what they keep, they keep in a folder of their own, and not in
// that of whoever runs them.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <random>

int main(int count, char* words[]) {
  const std::filesystem::path home =
      std::filesystem::temp_directory_path() / ("antiphon-home-" + std::to_string(std::random_device{}()));
  setenv("ANTIPHON_HOME", home.c_str(), 1);
  const int result = Catch::Session().run(count, words);
  std::error_code ignored;
  std::filesystem::remove_all(home, ignored);
  return result;
}
