#include "model/echo/melody.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace antiphon::echo {
namespace {

constexpr int kGoodEnough = 2;  // faults that nobody minds

/// How often a bar is tried: thoroughly when it is easily done.
std::uint64_t triesFor(const Figure& bar) { return std::clamp<std::uint64_t>(200 / bar.size(), 4, 16); }

/// How long a tone sounds in its new surroundings: legato stays legato, short stays short, what rang on rings on.
Tick lengthOf(const Tone& tone, const Gesture& gesture, Tick space, Tick toBarLine, Tick breath) {
  if (gesture.held) return std::max(Tick{1}, toBarLine - breath);
  Tick length = tone.length;
  const bool ringsOn = 10 * tone.length.count > 11 * gesture.space.count;
  const bool legato = 4 * tone.length.count >= 3 * gesture.space.count;
  if (!ringsOn && legato) {
    const std::int64_t was = std::max<std::int64_t>(1, gesture.space.count);
    length = Tick{std::min(tone.length.count * space.count / was, 2 * tone.length.count)};
  }
  return std::max(Tick{1}, std::min(length, ringsOn ? toBarLine : space));
}

std::size_t place(const Figure& figure, int percent) { return figure.size() * static_cast<std::size_t>(percent) / 100; }

}  // namespace

Melody::Melody(Material material, std::vector<BarPlan> form, Dice seed, bool main)
    : material_{std::move(material)},
      form_{std::move(form)},
      seed_{seed},
      main_{main},
      density_{material_.notes, material_.callBars, static_cast<int>(form_.size()), main ? 1 : 0} {}

/// One of the older bars of the call, or the newest when there is no other.
const Figure& Melody::anotherBar(Dice& dice) const {
  const int older = static_cast<int>(material_.bars.size()) - 1;
  return older > 0 ? material_.bars[static_cast<std::size_t>(dice.roll(older))] : material_.newest();
}

/// Changes that leave a figure recognisable.
void Melody::develop(Figure& figure, const BarPlan& plan, Dice& dice) const {
  const int way = dice.roll(100);
  if (material_.chords) {
    if (way < 45) revoice(figure, material_.tonality.scale.size(), plan.level >= 0);
    if (way >= 30 && way < 80) displace(figure, material_.grid, dice);
    if (way >= 80) ornament(figure, material_.grid, dice);
    return;
  }
  if (way < 40) {
    // An ending loses its tail, so it has to turn sooner.
    turnTail(figure, place(figure, plan.role == Role::home ? dice.between(15, 40) : dice.between(40, 65)));
  } else if (way < 60) {
    displace(figure, material_.grid, dice);
    figure.back().move(dice.chance(50) ? 1 : -1);
  } else if (way < 80) {
    ornament(figure, material_.grid, dice);
    if (dice.chance(50)) turnTail(figure, place(figure, 70));
  } else {
    for (std::size_t i = place(figure, 50); i < figure.size(); ++i) figure[i].move(dice.chance(50) ? 1 : 2);
  }
}

/// Leaves out a quarter of the notes, the weak ones.
void Melody::breathe(Figure& figure, Dice& dice) const {
  const int notes = countNotes(figure);
  thin(figure, material_.grid, notes / 2, notes - notes / 4, first(), dice);
}

void Melody::draft(Figure& figure, const BarPlan& plan, Dice& dice) const {
  const bool fresh = motif_.empty() || plan.role == Role::statement || (plan.role == Role::home && dice.chance(55));
  const bool older = plan.role == Role::departure && dice.chance(50) && material_.bars.size() > 1;
  figure = older ? anotherBar(dice) : fresh ? material_.newest() : motif_;
  const int away = material_.chords && plan.role != Role::departure ? 0 : dice.between(-2, 2);
  switch (plan.role) {
    case Role::statement:
    case Role::home:
      // Taking up the end of what was said is an answer too.
      if (plan.role == Role::statement && dice.chance(15)) swapHalves(figure, material_.grid);
      else develop(figure, plan, dice);
      transpose(figure, plan.level + (dice.chance(60) ? away : 0));
      break;
    case Role::continuation:
    case Role::halfClose: {
      if (dice.chance(50)) develop(figure, plan, dice);
      else if (dice.chance(50)) breathe(figure, dice);
      const int sequence = material_.chords && dice.chance(50) ? 0 : dice.between(1, 2);
      transpose(figure, plan.level < 0 || (plan.level == 0 && dice.chance(40)) ? -sequence : sequence);
      break;
    }
    case Role::departure: {
      const int way = dice.roll(100);
      if (way < 30 && !material_.chords) turnTail(figure, 0);
      else if (way < 50) retrograde(figure);
      else if (way < 75) repeatHead(figure, material_.grid, dice.chance(60) ? dice.between(1, 2) : -dice.between(1, 2));
      else swapHalves(figure, material_.grid);
      if (dice.chance(25)) breathe(figure, dice);
      transpose(figure, plan.level + away);
      break;
    }
  }
}

/// As many notes as the range says, whatever it takes.
void Melody::fit(Figure& figure, Density::Range range, Dice& dice) const {
  if (figure.empty()) figure = material_.newest();
  // A few notes short: ornaments. Far too few: the call's fullest bar is what this answer's density stands on.
  const auto fill = [&] {
    while (countNotes(figure) < range.low && ornament(figure, material_.grid, dice)) {}
  };
  if (2 * countNotes(figure) >= range.low) fill();
  if (countNotes(figure) < range.low) {
    figure = *std::max_element(material_.bars.begin(), material_.bars.end(),
                               [](const Figure& a, const Figure& b) { return countNotes(a) < countNotes(b); });
    transpose(figure, dice.between(-1, 1));
  }
  if (first()) startOnDownbeat(figure, material_.grid);
  thin(figure, material_.grid, range.low, range.high, first(), dice);
}

void Melody::end(Figure& figure, const BarPlan& plan, Density::Range range, Dice& dice) const {
  if (plan.role != Role::home && plan.role != Role::halfClose) return;
  const int low = std::max(range.low, countNotes(figure) * dice.between(50, 90) / 100);
  // An answer of one bar may also stay open.
  const bool open = plan.role == Role::halfClose;
  close(figure, material_,
        open                                  ? Close::open
        : form_.size() > 1 || dice.chance(75) ? Close::onTonic
                                              : Close::onFifth,
        low, dice);
}

std::vector<Note> Melody::play(const Figure& figure, const BarPlan& plan, Dice& dice) const {
  const int relief = material_.loudest - material_.softest < 12 ? 2 : 1;  // a call without accents gets some
  const int quietest = std::max(1, material_.softest - 15), loudest = std::min(127, material_.loudest + 15);
  const int spread = figure.size() < 3 ? 8 : 3;  // where there is little else to vary
  std::vector<Note> notes;
  for (std::size_t i = 0; i < figure.size(); ++i) {
    const Gesture& gesture = figure[i];
    const Tick toBarLine = material_.grid.bar() - gesture.tick;
    const Tick space = i + 1 < figure.size() ? figure[i + 1].tick - gesture.tick : toBarLine;
    const int accents = relief * (material_.grid.accentNear(gesture.tick) - 2);
    const int swell = plan.loudness + accents + dice.between(-spread, spread);
    const Tick breath{gesture.held ? toBarLine.count * dice.roll(8) / 64 : 0};
    for (const Tone& tone : gesture.tones) {
      const Tick late = tone.late < space ? tone.late : Tick{0};  // no time to strum
      notes.push_back({.tick = gesture.tick + late,
                       .length = lengthOf(tone, gesture, space - late, toBarLine - late, breath),
                       .pitch = static_cast<std::uint8_t>(tone.pitch),
                       .velocity = static_cast<std::uint8_t>(std::clamp(tone.velocity + swell, quietest, loudest)),
                       .channel = tone.channel});
    }
  }
  return notes;
}

std::vector<Note> Melody::nextBar(int most) {
  const BarPlan& plan = form_[bar_];
  const Density::Range range = density_.next().upTo(most);
  best_.clear();
  if (range.high > 0) {
    int least = std::numeric_limits<int>::max();
    const std::uint64_t tries = triesFor(material_.newest());
    for (std::uint64_t attempt = 0; attempt < tries && least > kGoodEnough; ++attempt) {
      Dice dice = seed_.fork(bar_ << 8 | attempt);
      draft(sketch_, plan, dice);
      fit(sketch_, range, dice);
      end(sketch_, plan, range, dice);
      voice(sketch_, material_);
      int points = faults(sketch_, material_, {.before = bar_ > 0 ? &before_ : nullptr, .role = plan.role});
      if (sketch_.size() < 4) points += dice.roll(8);  // so little to judge by that taste is chance
      if (points < least) {
        least = points;
        std::swap(best_, sketch_);
      }
    }
  }
  if (plan.role == Role::statement) motif_ = best_;
  Dice touch = seed_.fork(1u << 20 | bar_);
  std::vector<Note> notes = play(best_, plan, touch);
  std::swap(before_, best_);
  density_.spend(static_cast<int>(notes.size()));
  ++bar_;
  return notes;
}

}  // namespace antiphon::echo
