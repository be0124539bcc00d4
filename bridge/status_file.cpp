#include "bridge/status_file.hpp"

#include <array>
#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "bridge/shelf.hpp"
#include "bridge/turn_log.hpp"

#if defined(_WIN32)
#include <process.h>
#else
#include <unistd.h>
#endif

namespace antiphon {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// A folder named by the environment counts only where it does not depend on where the program was started.
std::optional<fs::path> folderNamed(const char* variable) {
  const char* const named = std::getenv(variable);
  if (named == nullptr || !fs::path{named}.is_absolute()) return std::nullopt;
  return fs::path{named};
}

/// ISO 8601, in UTC, to the second.
std::string written(StatusFile::Moment moment) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(moment);
  std::tm utc{};
#if defined(_WIN32)
  gmtime_s(&utc, &seconds);
#else
  gmtime_r(&seconds, &utc);
#endif
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

template <typename T>
Json orNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace

fs::path usualStatusFile() {
  if (const auto state = folderNamed("XDG_STATE_HOME")) return *state / "antiphon" / "status.json";
  if (const auto home = folderNamed("HOME")) return *home / ".local" / "state" / "antiphon" / "status.json";
  throw std::runtime_error{"--status-file: this user has no folder for it; say where, --status-file PATH"};
}

#if defined(_WIN32)
std::string thisInstance() { return "antiphon-" + std::to_string(_getpid()); }
#else
std::string thisInstance() { return "antiphon-" + std::to_string(getpid()); }
#endif

StatusFile::StatusFile(fs::path path, std::string instance) : path_{std::move(path)}, instance_{std::move(instance)} {}

template <typename T>
void StatusFile::set(T& held, T value) {
  const std::scoped_lock lock{mutex_};
  if (held == value) return;
  held = std::move(value);
  changed_ = true;
}

void StatusFile::phase(const std::string& phase) { set(phase_, phase); }
void StatusFile::task(const std::optional<std::string>& task) { set(task_, task); }
void StatusFile::endpoints(std::vector<std::string> routes) { set(endpoints_, std::move(routes)); }
void StatusFile::dawg(std::optional<bool> connected) { set(dawg_, connected); }

void StatusFile::model(const std::string& purpose, const std::string& name) {
  const std::scoped_lock lock{mutex_};
  std::string& held = models_[purpose];
  changed_ = changed_ || held != name;
  held = name;
}

void StatusFile::happened(const JournalEntry& entry) {
  if (const auto* change = std::get_if<PhaseChanged>(&entry)) {
    phase(std::string{name(change->to)});
    task(change->to == Phase::answering ? std::optional<std::string>{"playing an answer"} : std::nullopt);
  } else if (const auto* turn = std::get_if<TurnEnded>(&entry)) {
    const std::scoped_lock lock{mutex_};
    turns_.push_back(TurnLog::line(turn->report));
    if (turns_.size() > kMostTurns) turns_.pop_front();
    changed_ = true;
  }
}

std::string StatusFile::text(Moment now) const {
  Json turns = Json::array();
  for (const std::string& turn : turns_) turns.push_back(Json::parse(turn));
  const Json json{{"instance", instance_},
                  {"last_update", written(now)},
                  {"phase", phase_},
                  {"current_task", orNull(task_)},
                  {"api_endpoints_ready", endpoints_},
                  {"ai_models", models_},
                  {"dawg_core_connected", orNull(dawg_)},
                  {"last_turns", turns}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void StatusFile::tend(Moment now) {
  std::string whole;
  {
    const std::scoped_lock lock{mutex_};
    // A clock that was put back must not silence the file for hours.
    const bool due = !tried_ || now < *tried_ || now - *tried_ >= kAtLeastEvery;
    if (!changed_ && !due) return;
    whole = text(now);
    changed_ = false;
  }
  tried_ = now;
  try {
    writeWhole(path_, whole);
    if (std::exchange(failing_, false)) news_ = "The status file " + path_.string() + " is written again.";
  } catch (const ShelfError& error) {
    if (!std::exchange(failing_, true))
      news_ = "The status file: " + std::string{error.what()} + "; the music goes on.";
  }
}

void StatusFile::close(Moment now) {
  phase("closed");
  task(std::nullopt);
  endpoints({});
  dawg(std::nullopt);
  tend(now);
}

std::optional<std::string> StatusFile::news() { return std::exchange(news_, std::nullopt); }

}  // namespace antiphon
