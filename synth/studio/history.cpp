#include "synth/studio/history.hpp"

#include <utility>

namespace antiphon::synth {
namespace {

/// "set bass.cutoff" of "set bass.cutoff 500"; empty: no knob is turned.
std::string_view knobOf(std::string_view command) {
  if (!command.starts_with("set ")) return {};
  return command.substr(0, command.find(' ', 4));
}

}  // namespace

History::History(Desk& desk, Sequences& sequences) : desk_{desk}, sequences_{sequences}, current_{now()} {}

bool History::isNow(const Moment& moment) const {
  return moment.patch == desk_.patch() && moment.sequences == sequences_.state();
}

std::shared_ptr<const History::Moment> History::now() const {
  return std::make_shared<const Moment>(Moment{desk_.patch(), sequences_.state()});
}

void History::begin() {
  if (!isNow(*current_)) current_ = now();
}

void History::done(std::string_view command) {
  if (isNow(*current_)) return;
  auto after = now();
  future_.clear();
  const std::string_view knob = knobOf(command);
  const bool same =
      !knob.empty() && !past_.empty() && knobOf(past_.back().command) == knob && past_.back().after == current_;
  if (same) {
    past_.back().command = command;
    past_.back().after = after;
  } else {
    if (past_.size() == kMost) past_.pop_front();
    past_.push_back({std::string{command}, std::move(current_), after});
  }
  current_ = std::move(after);
}

void History::restore(const Moment& moment) {
  desk_.load(moment.patch);
  sequences_.adopt(moment.sequences);
  sequences_.tend();
  current_ = now();
}

std::string History::undo() {
  if (past_.empty()) throw PatchError{"there is nothing to undo"};
  restore(*past_.back().before);
  past_.back().before = current_;
  future_.push_back(std::move(past_.back()));
  past_.pop_back();
  return future_.back().command;
}

std::string History::redo() {
  if (future_.empty()) throw PatchError{"there is nothing to do again"};
  restore(*future_.back().after);
  future_.back().after = current_;
  past_.push_back(std::move(future_.back()));
  future_.pop_back();
  return past_.back().command;
}

}  // namespace antiphon::synth
