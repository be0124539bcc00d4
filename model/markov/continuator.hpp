// Guesses how music goes on: from all that was ever counted, and from what has been heard in this very piece.
#pragma once

#include <span>
#include <vector>

#include "model/markov/table.hpp"
#include "model/tokens/step_writer.hpp"

namespace antiphon::markov {

/// How far what this piece did after such a context is believed, in 1/256: by kind, by how many symbols of the context
/// agree, and by how sure the piece is of itself.
inline constexpr int kSureness = 4;  // heard once; several times, always the same; two or three different; more
using Trust = std::array<std::array<std::array<std::uint8_t, kSureness>, kMostOrder + 1>, kKinds>;
extern const Trust kTrust;  // estimated on music that was not counted

/// What has been heard in this piece. A few hundred notes at most, so looking through all of them is the quickest.
class Recall {
 public:
  struct Heard {
    Context context;
    Symbol symbol;
  };
  /// Those who heard a context that agrees in at least `agreed` symbols; each layer is part of the one before it.
  struct Layer {
    std::size_t agreed = 0, sureness = 0;
    std::span<const Symbol> symbols{};
  };

  void hear(Kind kind, const Context& context, int symbol) {
    heard_[kind].push_back({context, static_cast<Symbol>(symbol)});
  }
  /// From the largest layer to the most alike.
  template <typename Visit>
  void layers(Kind kind, const Context& context, Visit visit) {
    sort(kind, context);
    for (std::size_t agreed = 0; agreed <= kMostOrder; ++agreed) {
      // Of layers that hold the same, the one that agrees most speaks for all.
      if (ends_[agreed] == 0 || (agreed < kMostOrder && ends_[agreed + 1] == ends_[agreed])) continue;
      const std::span<const Symbol> symbols{sorted_.data(), ends_[agreed]};
      visit(Layer{agreed, sureness(symbols), symbols});
    }
  }

 private:
  void sort(Kind kind, const Context& context);
  static std::size_t sureness(std::span<const Symbol> symbols);

  std::array<std::vector<Heard>, kKinds> heard_{};
  std::vector<Symbol> sorted_{};                    // the most alike first
  std::array<std::size_t, kMostOrder + 1> ends_{};  // of the layers in it
  std::vector<std::uint8_t> agreement_{};
};

/// Whether what this piece has done is listened to, beside what was counted.
enum class Listen : bool { no, yes };

/// With a table that was counted strictly backward, this piece is listened to in the same way, and believed as Witten
/// and Bell do: then all of it is counting as is usual, a yardstick.
class Continuator {
 public:
  Continuator(const Table& table, Meter meter, bool drums, Listen listen = Listen::yes);

  const Line& line() const { return line_; }
  /// What kind of symbol comes next, and how likely each is; the chances sum to 1. Valid until the next say().
  Kind kind() const { return line_.kind(); }
  std::span<const double> distribution();
  double bits(int symbol);
  void say(int symbol);

 private:
  const Table& table_;
  Listen listen_;
  Regard recalling_;
  Line line_;
  Recall recall_{};
  std::array<double, 256> chances_{};
  bool ready_ = false;
};

/// Bits that the answer of a window costs after its call, by kind: its bar lines are among the places, and the first of
/// them comes free, as it does for the native model.
struct Cost {
  std::array<double, kKinds> bits{};
  std::size_t notes = 0;
  double total() const { return bits[0] + bits[1] + bits[2] + bits[3]; }
};
Cost cost(const Table& table, const native::Window& window, Listen listen = Listen::yes);

}  // namespace antiphon::markov
