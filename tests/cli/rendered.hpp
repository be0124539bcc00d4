// What `antiphon render` makes of a session, and the sessions of docs/sessions.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "bridge/script.hpp"
#include "tests/cli/program.hpp"
#include "tests/support/sound_files.hpp"

namespace antiphon::testing {

using Lines = std::vector<std::string>;

/// Where patches and modules are kept while it lives: a folder that was not there before.
class Home {
 public:
  Home() : path_{temporary("home")}, before_{std::getenv("ANTIPHON_HOME")} {
    setenv("ANTIPHON_HOME", path_.c_str(), 1);
  }
  ~Home() {
    setenv("ANTIPHON_HOME", before_.c_str(), 1);
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::string before_;  // all tests have one
};

inline std::filesystem::path sessionFolder() { return std::filesystem::path{ANTIPHON_DOCS} / "sessions"; }

inline Lines session(const std::string& name) {
  Lines lines;
  for (const ScriptLine& line : readScript(sessionFolder() / (name + ".studio"))) lines.push_back(line.text);
  return lines;
}

/// Up to where it asks for a module of one's own, which not every build can compile.
inline Lines withoutOwnModules(Lines lines) {
  lines.erase(std::ranges::find_if(lines, [](const auto& line) { return line.starts_with("generate_module"); }),
              lines.end());
  return lines;
}

struct Rendered {
  Result result{};
  std::string bytes{};  // of its file
  synth::TwoEars sound{};
};

inline Rendered rendered(const Lines& lines, double seconds) {
  const std::string script = temporary("played.studio"), file = temporary("played.wav");
  std::ofstream out{script};
  for (const std::string& line : lines) out << line << "\n";
  out.close();
  Rendered made{runAntiphon({"render", script, "--seconds", std::to_string(seconds), "--out", file, "--quiet"})};
  if (made.result.code == 0) {
    made.bytes = contents(file);
    made.sound = synth::readSound(file);
  }
  std::filesystem::remove(file);
  return made;
}

}  // namespace antiphon::testing
