// What the program is doing, in a file for other programs.
#pragma once

#include <chrono>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "scheduler/journal.hpp"

namespace antiphon {

/// $XDG_STATE_HOME/antiphon/status.json, else .local/state/antiphon/status.json at home. Throws std::runtime_error
/// where there is neither.
std::filesystem::path usualStatusFile();
/// "antiphon-" and the number of this process.
std::string thisInstance();

/// Is told of things, by any ordinary thread, and writes them as JSON when it is tended: at each change, and every five
/// minutes so that who reads it knows that somebody is there. Whoever reads finds a whole file: it is written beside
/// the old one and takes its place. A disk that takes no more is said once, and asked again at the next change.
class StatusFile {
 public:
  using Moment = std::chrono::system_clock::time_point;
  static constexpr std::chrono::minutes kAtLeastEvery{5};
  static constexpr std::size_t kMostTurns = 5;

  /// `instance`: who this is, where several run.
  StatusFile(std::filesystem::path path, std::string instance);

  /// What the music is doing: waiting, listening, answering ..., closed.
  void phase(const std::string& phase);
  /// What is worked on right now; nothing when it rests.
  void task(const std::optional<std::string>& task);
  /// The routes that are answered: "POST /api/v1/generate/midi". None until somebody opens them.
  void endpoints(std::vector<std::string> routes);
  /// A model that is loaded, by what it is for.
  void model(const std::string& purpose, const std::string& name);
  /// Whether DAWG answers; nothing where nobody asks it.
  void dawg(std::optional<bool> connected);
  /// Phases and turns.
  void happened(const JournalEntry& entry);

  /// Writes when there is something to write. From one thread.
  void tend(Moment now);
  /// The last word: the phase is closed.
  void close(Moment now);
  /// A sentence when writing has begun to fail, or works again; told once.
  std::optional<std::string> news();
  const std::filesystem::path& path() const { return path_; }

 private:
  template <typename T>
  void set(T& held, T value);
  std::string text(Moment now) const;

  std::filesystem::path path_;
  std::string instance_;
  mutable std::mutex mutex_{};  // of all that is told
  std::string phase_ = "starting";
  std::optional<std::string> task_{};
  std::vector<std::string> endpoints_{};
  std::map<std::string, std::string> models_{};
  std::optional<bool> dawg_{};
  std::deque<std::string> turns_{};  // each as the turn log has it
  bool changed_ = true;
  // Of the thread that tends.
  std::optional<Moment> tried_{};
  bool failing_ = false;
  std::optional<std::string> news_{};
};

}  // namespace antiphon
