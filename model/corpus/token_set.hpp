// The corpus made ready to learn from: one file, mapped into memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "model/corpus/streams.hpp"

namespace antiphon {

struct TokenSetError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A piece as the token set holds it.
struct PieceRecord {
  std::uint32_t firstBar = 0, bars = 0;
  std::uint32_t firstStream = 0, streams = 0;
  std::uint32_t firstText = 0, texts = 0;  // bytes of its style texts, one on each line
  std::uint16_t source = 0;
  std::uint16_t valid = 0;  // 1: held back from learning
};
struct StreamRecord {
  std::uint32_t firstNote = 0, notes = 0;
  std::uint32_t part = 0;
};
struct BarRecord {
  std::uint8_t beats = 0, unit = 4;  // 0 beats: nothing to learn from
};

/// Gathers pieces, and writes them when all are in.
class TokenSetWriter {
 public:
  /// `text`: what may be said of the piece, a line for each way to say it.
  void add(const Piece& piece, const std::string& source, bool valid, const std::string& text);
  /// Beside the path first, then in its place, so that a half-written set is never found there.
  void write(const std::filesystem::path& path) const;
  std::size_t notes() const { return notes_.size(); }

 private:
  std::vector<PieceRecord> pieces_;
  std::vector<StreamRecord> streams_;
  std::vector<BarRecord> bars_;
  std::vector<GridNote> notes_;
  std::string text_;
  std::vector<std::string> sources_;
};

/// A token set in memory, as the file has it. Throws TokenSetError when the file is none, or broken.
class TokenSet {
 public:
  explicit TokenSet(const std::filesystem::path& path);
  ~TokenSet();
  TokenSet(const TokenSet&) = delete;
  TokenSet& operator=(const TokenSet&) = delete;

  std::span<const PieceRecord> pieces() const { return pieces_; }
  std::span<const StreamRecord> streams(const PieceRecord& piece) const {
    return streams_.subspan(piece.firstStream, piece.streams);
  }
  std::span<const BarRecord> bars(const PieceRecord& piece) const { return bars_.subspan(piece.firstBar, piece.bars); }
  std::span<const GridNote> notes(const StreamRecord& stream) const {
    return notes_.subspan(stream.firstNote, stream.notes);
  }
  std::vector<std::string> texts(const PieceRecord& piece) const;
  const std::vector<std::string>& sources() const { return sources_; }
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  std::span<const PieceRecord> pieces_;
  std::span<const StreamRecord> streams_;
  std::span<const BarRecord> bars_;
  std::span<const GridNote> notes_;
  std::span<const char> text_;
  std::vector<std::string> sources_;
  std::uint64_t fingerprint_ = 0;
  const std::uint8_t* mapped_ = nullptr;
  std::size_t size_ = 0;
};

/// A stream's notes in stretches of one metre each, their bars counted from the stretch's first note.
std::vector<GridPhrase> stretchesOf(std::span<const BarRecord> bars, std::span<const GridNote> notes);

}  // namespace antiphon
