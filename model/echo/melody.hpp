// Answers the tones of a call: melodies and chords.
#pragma once

#include <vector>

#include "model/echo/density.hpp"
#include "model/echo/devices.hpp"
#include "model/echo/ear.hpp"
#include "model/echo/form.hpp"

namespace antiphon::echo {

class Melody {
 public:
  /// `main`: it alone has to start on the first downbeat and to fill every bar.
  Melody(Material material, std::vector<BarPlan> form, Dice seed, bool main);

  /// The next bar's notes, `most` at most, counted from its bar line.
  std::vector<Note> nextBar(int most);

 private:
  bool first() const { return main_ && bar_ == 0; }
  const Figure& anotherBar(Dice& dice) const;
  void draft(Figure& figure, const BarPlan& plan, Dice& dice) const;
  void develop(Figure& figure, const BarPlan& plan, Dice& dice) const;
  void breathe(Figure& figure, Dice& dice) const;
  void fit(Figure& figure, Density::Range range, Dice& dice) const;
  void end(Figure& figure, const BarPlan& plan, Density::Range range, Dice& dice) const;
  std::vector<Note> play(const Figure& figure, const BarPlan& plan, Dice& dice) const;

  Material material_;
  std::vector<BarPlan> form_;
  Dice seed_;
  bool main_;
  Density density_;
  Figure motif_;          // this phrase's statement: what its other bars develop
  Figure before_;         // the bar played before
  Figure sketch_, best_;  // of this bar; kept, so that their memory serves the next one
  std::size_t bar_ = 0;
};

}  // namespace antiphon::echo
