#include "bridge/recorder.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>

#include "bridge/trying.hpp"

namespace antiphon {
namespace {

using synth::Machine;
using synth::PatchError;

constexpr int kMostBars = 1000;
constexpr std::size_t kWrittenAtOnce = 4096;  // frames
constexpr const char* kShape = "say record NAME, record NAME bars 8, or record stop";

int barsIn(const std::string& text) {
  int bars = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), bars);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || bars < 1 || bars > kMostBars)
    throw PatchError{"a recording has 1 to " + std::to_string(kMostBars) + " bars, not '" + text.substr(0, 20) + "'"};
  return bars;
}

}  // namespace

std::string Recorder::ask(const Command::Words& words) {
  for (const Command::Word& word : words) {
    if (!word.key.empty() && word.key != "bars") throw PatchError{kShape};
  }
  if (words.size() == 1 && words[0].key.empty() && words[0].text == "stop") {
    if (!file_) throw PatchError{"nothing is being recorded"};
    return finish().front();
  }
  if (words.size() == 1 && words[0].key.empty()) return start(words[0].text, 0);
  if (words.size() == 2 && words[0].key.empty() && words[1].key == "bars")
    return start(words[0].text, barsIn(words[1].text));
  if (words.size() == 3 && words[1].text == "bars") return start(words[0].text, barsIn(words[2].text));
  throw PatchError{kShape};
}

std::string Recorder::start(const std::string& name, int bars) {
  if (file_) throw PatchError{path_.string() + " is being recorded: say record stop"};
  const bool flac = name.ends_with(".flac");
  path_ = fileCalled(shelf_.recordings(), name, flac ? ".flac" : ".wav");
  if (std::filesystem::exists(path_)) throw ShelfError{path_.string() + " is there already: give another name"};
  std::error_code error;
  std::filesystem::create_directories(path_.parent_path(), error);
  if (error) throw ShelfError{"the folder " + path_.parent_path().string() + " cannot be made: " + error.message()};
  Machine& machine = desk_.machine();
  const double bar = static_cast<double>(sequences_.meter().bar().count) / static_cast<double>(kQuarter.count);
  const double from = bars > 0 ? (std::floor(machine.beat() / bar) + 1) * bar : -Machine::kForEver;
  const double until = bars > 0 ? from + bars * bar : Machine::kForEver;
  try {
    file_ = std::make_unique<synth::SoundFile>(path_, machine.rate(), synth::Depth::bits24);
  } catch (const synth::SoundFileError& refused) {
    throw ShelfError{refused.what()};
  }
  frames_ = 0;
  if (!machine.tape(from, until)) {
    file_.reset();
    throw PatchError{"the sound engine does not keep up with so many changes at once"};
  }
  const auto number = static_cast<int>(std::lround(from / bar)) + 1;
  return "recording to " + path_.string() +
         (bars == 0
              ? ", until record stop"
              : ", " + std::to_string(bars) + (bars == 1 ? " bar" : " bars") + " from bar " + std::to_string(number));
}

void Recorder::drain() {
  Machine& machine = desk_.machine();
  Machine::Taped frame;
  for (bool more = true; more;) {
    left_.clear();
    right_.clear();
    while (left_.size() < kWrittenAtOnce && (more = machine.taped(frame))) {
      left_.push_back(frame.left);
      right_.push_back(frame.right);
    }
    file_->write(left_, right_);
    frames_ += static_cast<std::int64_t>(left_.size());
  }
}

std::vector<std::string> Recorder::tend() {
  if (!file_) return {};
  const bool ended = !desk_.machine().taping();  // asked first: what came until then is on the tape
  try {
    drain();
  } catch (const synth::SoundFileError& refused) {
    file_.reset();
    desk_.machine().tape(Machine::kForEver, Machine::kForEver);
    return {refused.what()};
  }
  return ended ? finish() : std::vector<std::string>{};
}

std::vector<std::string> Recorder::finish() {
  if (!file_) return {};
  Machine& machine = desk_.machine();
  std::string told;
  try {
    drain();
    file_->close();
    char seconds[40];
    std::snprintf(seconds, sizeof seconds, "%.2f s", static_cast<double>(frames_) / machine.rate().hertz);
    told = "recorded " + path_.string() + ", " + seconds;
  } catch (const synth::SoundFileError& refused) {
    told = refused.what();
  }
  file_.reset();
  machine.tape(Machine::kForEver, Machine::kForEver);
  if (const std::uint64_t lost = machine.takeUntaped(); lost > 0)
    told += "; " + std::to_string(lost) + " frames are missing, since the disk was too slow";
  return {told};
}

void addRecorder(CommandTable& table, Recorder& recorder) {
  table.topic("keeping");
  table.add({"record",
             {{"words", Command::Rest{"NAME [bars N] | stop"}}},
             "Records what is heard into a file, so many bars from the next one on, or until record stop.",
             trying([&recorder](const Command::Arguments& given) { return recorder.ask(given.rest("words")); })});
}

}  // namespace antiphon
