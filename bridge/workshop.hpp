// The folder in which modules are written while it plays: what is asked for by name is found there, compiled, tried,
// and taken in where it sounds.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "synth/desk.hpp"

namespace antiphon {

/// The one that was made last serves what is not known by its name. For the desk's thread.
class Workshop {
 public:
  /// An empty folder: there is none, and nothing is found. The desk has to outlive it.
  Workshop(synth::Desk& desk, std::filesystem::path folder);
  ~Workshop();
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;

  /// These throw synth::PatchError; what sounds plays on as it was then.
  /// Writes a template, of bridge/module_templates.hpp, and never over what somebody has changed; where it is.
  std::filesystem::path write(const std::string& name, std::string_view kind);
  /// "shimmer: compiled in 84 ms, 0.4 % of a core"
  std::string reload(const std::string& name);
  /// Those that are there, or are known: all that can be reloaded.
  std::vector<std::string> names() const;

  /// Reloads what is in use and was saved since; a sentence about each.
  std::vector<std::string> tend();

 private:
  std::filesystem::path fileOf(const std::string& name) const;
  std::string take(const std::string& name);

  synth::Desk& desk_;
  std::filesystem::path folder_;
  std::map<std::string, std::filesystem::file_time_type> seen_{};  // as it was when it was read
};

}  // namespace antiphon
