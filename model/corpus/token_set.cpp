#include "model/corpus/token_set.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace antiphon {
namespace {

constexpr std::array<char, 8> kMagic{'a', 'n', 't', 'i', 't', 'o', 'k', '1'};

struct SetHead {
  std::array<char, 8> magic = kMagic;
  std::uint64_t pieces = 0, streams = 0, bars = 0, notes = 0, text = 0, sources = 0;  // counts; the last two in bytes
  std::uint64_t sum = 0;                                                              // of everything after the head
};

constexpr std::uint64_t kSumBegin = 1469598103934665603u;

/// FNV-1a over eight bytes at a time.
std::uint64_t sumOf(std::uint64_t sum, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + i, 8);
    sum = (sum ^ word) * 1099511628211u;
  }
  for (; i < size; ++i) sum = (sum ^ bytes[i]) * 1099511628211u;
  return sum;
}

std::size_t padded(std::size_t size) { return (size + 7) / 8 * 8; }

}  // namespace

void TokenSetWriter::add(const Piece& piece, const std::string& source, bool valid, const std::string& text) {
  PieceRecord record;
  const auto known = std::ranges::find(sources_, source);
  record.source = static_cast<std::uint16_t>(known - sources_.begin());
  if (known == sources_.end()) sources_.push_back(source);
  record.valid = valid;
  record.firstBar = static_cast<std::uint32_t>(bars_.size());
  record.bars = static_cast<std::uint32_t>(piece.bars.size());
  for (const Meter& meter : piece.bars)
    bars_.push_back({static_cast<std::uint8_t>(meter.beats), static_cast<std::uint8_t>(meter.unit)});
  record.firstStream = static_cast<std::uint32_t>(streams_.size());
  record.streams = static_cast<std::uint32_t>(piece.streams.size());
  for (const Stream& stream : piece.streams) {
    streams_.push_back({static_cast<std::uint32_t>(notes_.size()), static_cast<std::uint32_t>(stream.notes.size()),
                        static_cast<std::uint32_t>(stream.part)});
    notes_.insert(notes_.end(), stream.notes.begin(), stream.notes.end());
  }
  record.firstText = static_cast<std::uint32_t>(text_.size());
  record.texts = static_cast<std::uint32_t>(text.size());
  text_ += text;
  pieces_.push_back(record);
}

void TokenSetWriter::write(const std::filesystem::path& path) const {
  std::string sources;
  for (const std::string& source : sources_) sources += source + "\n";
  SetHead head;
  head.pieces = pieces_.size();
  head.streams = streams_.size();
  head.bars = bars_.size();
  head.notes = notes_.size();
  head.text = text_.size();
  head.sources = sources.size();
  head.sum = kSumBegin;
  const std::filesystem::path beside = path.string() + ".part";
  std::ofstream out{beside, std::ios::binary};
  out.write(reinterpret_cast<const char*>(&head), sizeof head);
  const auto put = [&](const void* data, std::size_t size) {
    const char* bytes = static_cast<const char*>(data);
    std::vector<char> block(bytes, bytes + size);
    block.resize(padded(size));
    head.sum = sumOf(head.sum, block.data(), block.size());
    out.write(block.data(), static_cast<std::streamsize>(block.size()));
  };
  put(pieces_.data(), pieces_.size() * sizeof(PieceRecord));
  put(streams_.data(), streams_.size() * sizeof(StreamRecord));
  put(bars_.data(), bars_.size() * sizeof(BarRecord));
  put(notes_.data(), notes_.size() * sizeof(GridNote));
  put(text_.data(), text_.size());
  put(sources.data(), sources.size());
  out.seekp(0);
  out.write(reinterpret_cast<const char*>(&head), sizeof head);
  out.close();
  if (!out) throw TokenSetError{path.string() + ": the token set cannot be written"};
  std::filesystem::rename(beside, path);
}

TokenSet::TokenSet(const std::filesystem::path& path) {
  const auto fail = [&](const char* why) -> void {
    if (mapped_ != nullptr) munmap(const_cast<std::uint8_t*>(mapped_), size_);
    throw TokenSetError{path.string() + ": " + why};
  };
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat facts {};
  if (file < 0 || fstat(file, &facts) != 0) {
    if (file >= 0) ::close(file);
    fail("the token set cannot be read");
  }
  size_ = static_cast<std::size_t>(facts.st_size);
  void* at = size_ >= sizeof(SetHead) ? mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0) : MAP_FAILED;
  ::close(file);
  if (at == MAP_FAILED) fail("not a token set");
  mapped_ = static_cast<const std::uint8_t*>(at);
  SetHead head;
  std::memcpy(&head, mapped_, sizeof head);
  if (head.magic != kMagic) fail("not a token set");
  std::size_t offset = sizeof head;
  const auto take = [&]<typename T>(std::span<const T>& span, std::uint64_t count) {
    if (count > (size_ - offset) / sizeof(T) || padded(count * sizeof(T)) > size_ - offset)
      fail("the token set breaks off");
    span = {reinterpret_cast<const T*>(mapped_ + offset), static_cast<std::size_t>(count)};
    offset += padded(span.size_bytes());
  };
  std::span<const char> sources;
  take(pieces_, head.pieces);
  take(streams_, head.streams);
  take(bars_, head.bars);
  take(notes_, head.notes);
  take(text_, head.text);
  take(sources, head.sources);
  if (sumOf(kSumBegin, mapped_ + sizeof head, size_ - sizeof head) != head.sum) fail("the token set is damaged");
  fingerprint_ = head.sum;
  std::string line;
  for (const char c : sources) {
    if (c == '\n') sources_.push_back(std::exchange(line, {}));
    else line += c;
  }
}

TokenSet::~TokenSet() { munmap(const_cast<std::uint8_t*>(mapped_), size_); }

std::vector<std::string> TokenSet::texts(const PieceRecord& piece) const {
  std::vector<std::string> lines{std::string{}};
  for (const char c : text_.subspan(piece.firstText, piece.texts)) {
    if (c == '\n') lines.emplace_back();
    else lines.back() += c;
  }
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

std::vector<GridPhrase> stretchesOf(std::span<const BarRecord> bars, std::span<const GridNote> notes) {
  std::vector<GridPhrase> stretches;
  int begins = 0;
  for (const GridNote& note : notes) {
    const Meter here{bars[note.bar].beats, bars[note.bar].unit};
    if (stretches.empty() || here != stretches.back().meter) {
      stretches.push_back({here, 0, {}});
      begins = note.bar;
    }
    GridPhrase& stretch = stretches.back();
    stretch.notes.push_back(note);
    stretch.notes.back().bar = static_cast<std::uint16_t>(note.bar - begins);
    stretch.bars = note.bar - begins + 1;
  }
  return stretches;
}

}  // namespace antiphon
