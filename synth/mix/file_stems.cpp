#include "synth/mix/file_stems.hpp"

#include <algorithm>
#include <cctype>

#include "synth/mixer.hpp"

namespace antiphon::synth {
namespace {

constexpr std::size_t kLongestTrackName = 24;  // so that what stands behind it has a name, too

}  // namespace

std::string trackName(const std::string& name) {
  std::string track;
  for (const char c : name.substr(0, kLongestTrackName)) {
    const auto letter = static_cast<unsigned char>(c);
    const bool plain = letter < 128 && (std::isalnum(letter) != 0 || c == '-');
    track += plain ? static_cast<char>(std::tolower(letter)) : '_';
  }
  // What goes by these names in a studio is the whole.
  if (track.empty() || track == kOut || track == kMaster) track += track.empty() ? "track" : "_track";
  return track;
}

FileStems::FileStems(std::vector<StemFile> files) : files_{std::move(files)} {
  if (files_.empty()) throw MixError{"there are no stems: give at least one sound file"};
  if (files_.size() > kMost)
    throw MixError{std::to_string(files_.size()) + " stems were given; a mix has at most " + std::to_string(kMost)};
  for (const StemFile& file : files_) {
    const std::string plain = trackName(file.name.empty() ? file.file.stem().string() : file.name);
    std::string name = plain;
    for (int number = 2; std::ranges::find(strips_, name, &TrackStrip::name) != strips_.end(); ++number)
      name = plain + "_" + std::to_string(number);
    strips_.push_back({.name = name});
  }
  begin();
}

void FileStems::begin() {
  open_.clear();
  count_ = 0;
  for (const StemFile& file : files_) {
    try {
      open_.push_back({.reader = std::make_unique<SoundReader>(file.file, SoundReader::Wish{.rate = rate()})});
    } catch (const SoundFileError& error) {
      throw MixError{error.what()};
    }
  }
}

void FileStems::fill(std::size_t strip) {
  Open& its = open_[strip];
  while (!its.over && its.left.size() < kAtOnce) {
    try {
      its.over = !its.reader->next();
    } catch (const SoundFileError& error) {
      throw MixError{error.what()};
    }
    if (its.over) break;
    its.left.insert(its.left.end(), its.reader->left().begin(), its.reader->left().end());
    its.right.insert(its.right.end(), its.reader->right().begin(), its.reader->right().end());
  }
}

std::size_t FileStems::next() {
  std::size_t longest = 0;
  for (std::size_t i = 0; i < open_.size(); ++i) {
    Open& its = open_[i];
    const auto heard = static_cast<std::ptrdiff_t>(std::min(count_, its.left.size()));
    its.left.erase(its.left.begin(), its.left.begin() + heard);
    its.right.erase(its.right.begin(), its.right.begin() + heard);
    fill(i);
    longest = std::max(longest, its.left.size());
  }
  count_ = std::min(kAtOnce, longest);
  for (Open& its : open_) {
    if (its.left.size() >= count_) continue;
    its.left.resize(count_);
    its.right.resize(count_);
  }
  return count_;
}

double FileStems::share() const {
  double least = 1;
  for (const Open& its : open_) {
    if (!its.over) least = std::min(least, its.reader->share());
  }
  return least;
}

std::vector<std::string> FileStems::notes() const {
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < open_.size(); ++i) {
    const std::int64_t bad = open_[i].reader->noNumbers();
    if (bad > 0)
      notes.push_back(std::to_string(bad) + (bad == 1 ? " sample" : " samples") + " of " + strips_[i].name +
                      " were no numbers, and are taken for silence");
  }
  return notes;
}

}  // namespace antiphon::synth
