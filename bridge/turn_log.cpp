#include "bridge/turn_log.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace antiphon {
namespace {

namespace fs = std::filesystem;

std::string reasonOf(int error) { return error != 0 ? std::generic_category().message(error) : "it takes no more"; }

/// A program that was killed in the middle of a line leaves it without its end.
bool endsInMidLine(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  std::ifstream in{path, std::ios::binary | std::ios::ate};
  if (!in || in.tellg() <= 0) return false;
  in.seekg(-1, std::ios::end);
  return in.get() != '\n';
}

/// Further digits would say nothing, and make the line hard to read.
double toThousandths(double value) { return std::round(value * 1000.0) / 1000.0; }

}  // namespace

TurnLog::TurnLog(fs::path path) : path_{std::move(path)}, torn_{endsInMidLine(path_)} {
  errno = 0;
  out_.open(path_, std::ios::binary | std::ios::app);
  if (!out_) {
    throw std::runtime_error{"Cannot write the turn log " + path_.string() + ": " + reasonOf(errno) + "."};
  }
}

void TurnLog::write(const TurnReport& report) {
  const std::string text = (torn_ ? "\n" : "") + line(report) + "\n";
  errno = 0;
  if (!out_.is_open()) out_.open(path_, std::ios::binary | std::ios::app);
  out_ << text << std::flush;
  if (out_) {
    torn_ = false;
    if (std::exchange(failing_, false)) news_ = "The turn log " + path_.string() + " is written again.";
    return;
  }
  const int error = errno;
  torn_ = true;
  out_.close();  // what is stuck in its buffer would come later, in the wrong place
  out_.clear();
  if (!std::exchange(failing_, true)) {
    news_ = "The turn log " + path_.string() + " cannot be written: " + reasonOf(error) + "; the music goes on.";
  }
}

std::optional<std::string> TurnLog::news() { return std::exchange(news_, std::nullopt); }

std::string TurnLog::line(const TurnReport& report) {
  nlohmann::ordered_json json;
  json["turn"] = report.turn;
  json["begin_pulse"] = floorDiv(report.begin, kPulse);
  json["meter"] = report.meter.text();
  json["tempo"] = toThousandths(report.bpm);
  json["call_bars"] = report.callBars;
  json["call_notes"] = report.callNotes;
  json["bars"] = report.bars;
  json["bars_played"] = report.barsPlayed;
  json["notes"] = report.notes;
  json["margin_ms"] = nullptr;
  if (report.margin) json["margin_ms"] = toThousandths(static_cast<double>(report.margin->count()) / 1e6);
  json["waited"] = report.waited;
  json["late_bars"] = report.lateBars;
  json["late_notes"] = report.lateNotes;
  json["rung"] = name(report.rung());
  json["rungs"] = nlohmann::ordered_json::array();
  const int played = std::clamp(report.barsPlayed, 0, kMostMeasures);
  for (int bar = 0; bar < played; ++bar) json["rungs"].push_back(name(report.rungs[static_cast<std::size_t>(bar)]));
  json["end"] = name(report.end);
  return json.dump();
}

}  // namespace antiphon
