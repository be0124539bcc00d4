// Answers the drums of a call: the same instruments, never other ones.
#pragma once

#include <span>
#include <vector>

#include "model/dice.hpp"
#include "model/echo/density.hpp"
#include "model/echo/form.hpp"
#include "model/echo/grid.hpp"

namespace antiphon::echo {

class Drums {
 public:
  /// `notes` are tidied, and all are drums. `main`: they have to start on the first downbeat and to fill every bar.
  Drums(std::span<const Note> notes, const Grid& grid, int callBars, std::vector<BarPlan> form, Dice seed, bool main);

  /// The next bar's notes, `most` at most, counted from its bar line.
  std::vector<Note> nextBar(int most);

 private:
  using Bar = std::vector<Note>;  // in order of onset

  bool first() const { return main_ && bar_ == 0; }
  Bar draft(const BarPlan& plan, Dice& dice) const;
  int weight(const Note& hit) const;
  bool leaveOne(Bar& bar, bool keepFirst, Tick spared, Dice& dice) const;
  bool free(const Bar& bar, Tick tick, std::uint8_t drum) const;
  bool shiftOne(Bar& bar, Dice& dice) const;
  bool ghost(Bar& bar, Dice& dice) const;
  void fill(Bar& bar, Tick span, Dice& dice) const;
  Tick fillSpan(const BarPlan& plan, Dice& dice) const;
  void fit(Bar& bar, Density::Range range, Tick fillAt, Dice& dice) const;

  Grid grid_;
  std::vector<Bar> bars_;                // of the call, those with notes in them, the newest last
  std::vector<std::uint8_t> fillDrums_;  // what a fill is played on, high to low
  std::vector<BarPlan> form_;
  Dice seed_;
  bool main_;
  Density density_;
  Bar motif_, before_;
  std::size_t bar_ = 0;
};

}  // namespace antiphon::echo
