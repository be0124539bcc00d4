// Cuts calls with their answers out of the token set.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/corpus/token_set.hpp"
#include "model/dice.hpp"
#include "model/tokens/step_writer.hpp"

namespace antiphon {

/// A source of music: where it is from, on what terms, and how much of what is counted and judged comes from it.
struct SourceFacts {
  std::string name{}, from{}, licence{};
  double share = 0;
  double learnt = share;  // of what the model learns: less where pieces repeat much and are soon known by heart
  bool byHand = false;    // played, not written: how long a note lasts is the player's affair
};
/// Sources that are not named here are left out.
const std::vector<SourceFacts>& knownSources();

inline constexpr std::size_t kMostWindowNotes = 160;

struct CutWindow {
  native::Window window{};
  std::uint16_t source = 0;
  std::vector<std::string> texts{};  // what may be said of the piece
};

enum class Split : std::uint8_t { train, valid };

class WindowCutter {
 public:
  /// Throws TokenSetError when the split has nothing of any source that is wanted.
  WindowCutter(const TokenSet& set, Split split);

  /// The next window by these dice: the same dice cut the same window. Training windows are transposed, made louder or
  /// softer, those played by hand held longer or shorter, and told their density, at random; those of the valid split
  /// are as they were written.
  CutWindow cut(Dice& dice) const;

 private:
  struct Source {
    std::uint16_t index = 0;
    bool byHand = false;
    double upTo = 0;                           // cumulative share
    std::vector<std::uint32_t> pieces{};       // of the stream
    std::vector<std::uint32_t> streams{};      // in the piece
    std::vector<std::uint64_t> notesBefore{};  // cumulative
    std::uint64_t notes = 0;
  };
  std::optional<CutWindow> tryCut(const Source& source, Dice& dice) const;

  const TokenSet& set_;
  Split split_;
  std::vector<Source> sources_;
};

}  // namespace antiphon
