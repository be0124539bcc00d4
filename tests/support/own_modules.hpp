// Modules of one's own, for tests: a folder that goes away again, and what stands in it.
#pragma once

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "synth/own_rack.hpp"
#include "synth/program.hpp"
#include "synth/trial.hpp"

namespace antiphon::synth {

inline const std::string kLibrary = "import(\"stdfaust.lib\");\n";

/// Compiles, tries, and takes in, as a workshop does.
inline void takeIn(const std::string& name, const std::string& source) {
  auto program = Program::loaded(name, Program::compiled(name, source));
  tried(name, *program);
  ownRack().take(name, std::move(program));
}

class ModuleFolder {
 public:
  ModuleFolder() {
    static std::atomic<int> number{0};
    path_ = std::filesystem::temp_directory_path() / ("modules-" + std::to_string(++number));
  }
  ~ModuleFolder() {
    std::error_code none;
    std::filesystem::remove_all(path_, none);
  }
  ModuleFolder(const ModuleFolder&) = delete;
  ModuleFolder& operator=(const ModuleFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path file(const std::string& name) const { return path_ / (name + ".dsp"); }
  void write(const std::string& name, const std::string& source) const {
    std::filesystem::create_directories(path_);
    std::ofstream{file(name)} << source;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace antiphon::synth
