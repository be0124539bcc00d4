#include "bridge/daemon_log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>

#include <algorithm>
#include <cstdio>

#include "bridge/console.hpp"

namespace antiphon {

DaemonLog::DaemonLog(const std::string& level, Meter meter, int measures, bool aside)
    : meter_{meter}, status_{meter, measures}, terminal_{!aside && outputWidth() > 0} {
  spdlog::sink_ptr sink;
  if (aside) sink = std::make_shared<spdlog::sinks::stderr_color_sink_st>();
  else sink = std::make_shared<spdlog::sinks::stdout_color_sink_st>();
  log_ = std::make_shared<spdlog::logger>("antiphon", sink);
  log_->set_pattern(terminal_ ? "%H:%M:%S %^%v%$" : "%Y-%m-%d %H:%M:%S.%e %l %v");
  log_->set_level(level == "error" ? spdlog::level::err : spdlog::level::from_str(level));
  log_->flush_on(spdlog::level::trace);
}

DaemonLog::~DaemonLog() { clearLine(); }

void DaemonLog::write(const JournalEntry& entry) {
  status_.write(entry);
  const bool standing = std::holds_alternative<PhaseChanged>(entry) || std::holds_alternative<Relocated>(entry);
  const auto usual = alone_ && standing ? spdlog::level::debug : spdlog::level::info;
  for (const LogLine& line : logLines(entry, meter_)) print(line.warning ? spdlog::level::warn : usual, line.text);
}

void DaemonLog::reply(const std::string& text) {
  clearLine();
  put(text + "\n");
}

void DaemonLog::redraw(const std::string& typed, std::size_t behindCursor) {
  if (!terminal_) return;
  const std::size_t width = outputWidth();
  const std::size_t room = width > 1 ? width - 1 : 1;  // a full last column would scroll some terminals
  const std::string tail = typed.empty() ? "" : "  > " + typed;
  const std::size_t kept = std::min(tail.size(), room);
  std::string line = status_.text(room - kept) + tail.substr(tail.size() - kept) + "\x1b[K";
  if (behindCursor > 0 && behindCursor < room) line += "\x1b[" + std::to_string(behindCursor) + "D";
  if (line == shown_) return;
  put("\r" + line);
  shown_ = line;
}

void DaemonLog::print(spdlog::level::level_enum level, const std::string& text) {
  if (!log_->should_log(level)) return;
  clearLine();
  log_->log(level, text);
}

void DaemonLog::clearLine() {
  if (shown_.empty()) return;
  put("\r\x1b[K");
  shown_.clear();
}

void DaemonLog::put(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace antiphon
