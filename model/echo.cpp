#include "model/echo.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <vector>

#include "model/echo/drums.hpp"
#include "model/echo/melody.hpp"

namespace antiphon {
namespace {

/// In order of onset, each key closed before it is struck again.
void untangleTones(std::vector<Note>& bar) {
  const auto place = [](const Note& note) { return std::tuple{note.tick, note.channel, note.pitch}; };
  std::stable_sort(bar.begin(), bar.end(), [&](const Note& a, const Note& b) { return place(a) < place(b); });
  bar.erase(std::unique(bar.begin(), bar.end(), [&](const Note& a, const Note& b) { return place(a) == place(b); }),
            bar.end());
  std::array<Note*, std::size_t{16} * 128> sounding{};
  for (Note& note : bar) {
    Note*& earlier = sounding[std::size_t{note.channel} * 128 + note.pitch];
    if (earlier && earlier->end() > note.tick) earlier->length = note.tick - earlier->tick;
    earlier = &note;
  }
}

}  // namespace

void EchoAnswerer::commit(const Call& call, AnswerStream& out) {
  using namespace echo;
  const Meter meter = call.plan.meter;
  const int callBars = std::max(1, call.prompt.bars);
  const std::vector<Note> played = tidied(call.prompt.notes, callBars * meter.bar());
  if (played.empty() || call.plan.answerBars < 1) return;

  std::vector<Note> tones, hits;
  for (const Note& note : played) (note.channel == kDrumChannel ? hits : tones).push_back(note);
  const Grid grid = findGrid(played, meter);
  const Dice seed{call.plan.seed, call.plan.id.turn};
  const std::vector<BarPlan> form = planForm(call.plan.answerBars, seed.fork(0));
  std::optional<Melody> melody;
  std::optional<Drums> drums;
  const bool melodyLeads = tones.size() >= hits.size();
  if (!tones.empty()) {
    melody.emplace(study(tones, grid, findTonality(tones, meter), callBars), form, seed.fork(1), melodyLeads);
  }
  if (!hits.empty()) drums.emplace(hits, grid, callBars, form, seed.fork(2), !melodyLeads);

  // The part that has more to say goes first, the other one gets what room is left.
  Density density{static_cast<int>(played.size()), callBars, call.plan.answerBars, 1};
  for (int bar = 0; bar < call.plan.answerBars; ++bar) {
    const int most = density.next().high;
    std::vector<Note> notes = melodyLeads ? melody->nextBar(most) : drums->nextBar(most);
    if (melody && drums) {
      const int left = most - static_cast<int>(notes.size());
      const std::vector<Note> others = melodyLeads ? drums->nextBar(left) : melody->nextBar(left);
      notes.insert(notes.end(), others.begin(), others.end());
    }
    untangleTones(notes);
    density.spend(static_cast<int>(notes.size()));
    const Tick barLine = bar * meter.bar();
    for (Note note : notes) {
      if (out.cancelled()) return;
      note.tick += barLine;
      out.note(note);
    }
    if (out.cancelled()) return;
    out.reached(barLine + meter.bar());
  }
}

}  // namespace antiphon
