#include "model/generation/generate.hpp"

#include <algorithm>
#include <memory>
#include <sstream>

#include "model/generation/motif.hpp"
#include "model/generation/taste.hpp"
#include "model/improvisation.hpp"

namespace antiphon {
namespace {

constexpr Meter kMeter{4, 4};
constexpr int kWindow = 8;      // bars thought of at a time: a phrase; the model has heard no more than 16 in learning
constexpr int kRemembered = 2;  // of the bars before, and the motif before them
constexpr int kMostInBar = 48, kLimbs = 4;
constexpr int kComposerSteps = (kWindow + kMotifBars + kRemembered) * (kMostInBar + 1) + native::kMostTextPieces + 8;
constexpr int kTakes = 4;        // of a window, of which the best is kept
constexpr double kPressed = 2;   // how far words of style are pressed home
constexpr double kGentle = 0.2;  // how far it may stray from the motif's density

std::uint8_t programOf(Part part) {
  constexpr std::uint8_t kPiano = 0, kFingeredBass = 33, kStandardKit = 0;
  return part == Part::drums ? kStandardKit : part == Part::bass ? kFingeredBass : kPiano;
}

/// What the next bars are to follow from: the motif, so that a long piece keeps its theme, and the last bars of what
/// there is.
GridPhrase callFor(const GridPhrase& theme, const GridPhrase& played) {
  GridPhrase call = theme;
  const int from = std::max(0, played.bars - kRemembered);
  for (GridNote note : played.notes) {
    if (note.bar < from) continue;
    note.bar = static_cast<std::uint16_t>(note.bar - from + theme.bars);
    call.notes.push_back(note);
  }
  call.bars += played.bars - from;
  return call;
}

/// Nobody sings two notes at once, and a drum that is struck again is not still sounding.
void untangle(std::vector<Note>& notes, bool drums) {
  for (std::size_t i = 0; i < notes.size(); ++i) {
    const auto next = std::find_if(notes.begin() + static_cast<std::ptrdiff_t>(i) + 1, notes.end(),
                                   [&](const Note& n) { return !drums || n.pitch == notes[i].pitch; });
    if (next != notes.end()) notes[i].length = std::min(notes[i].length, next->tick - notes[i].tick);
  }
}

/// One who goes on, a window of bars at a time.
class Composer {
 public:
  Composer(const NativeModel& model, const GenerationWish& wish, const Style& style)
      : model_{model},
        wish_{wish},
        style_{style},
        theme_{motif(style.part, wish.key, Dice{wish.seed, static_cast<std::uint64_t>(style.part)})},
        styled_{model.engine(kComposerSteps)},
        free_{style.words.empty() ? nullptr : model.engine(kComposerSteps)} {
    limits_.range = PitchRange{compassOf(style.part).low, compassOf(style.part).high};
    limits_.scale = wish.key.pitchClasses();
    limits_.notesInBar = kMostInBar;
    limits_.notesAtOnce = style.part == Part::drums ? kLimbs : 1;
    // At high temperatures the model is anywhere in between, which a grid in a DAW shows and an ear hears.
    limits_.fromDownbeat = limits_.restless = limits_.straight = true;
  }

  GridPhrase compose(const std::stop_token& stop) {
    GridPhrase played{kMeter, 0, {}};
    const int windows = (wish_.bars + kWindow - 1) / kWindow;
    for (int window = 0; window < windows; ++window) {
      // As even as they can be: nine bars are five and four.
      const int bars = wish_.bars * (window + 1) / windows - wish_.bars * window / windows;
      goOn(played, bars, window, stop);
    }
    return played;
  }

 private:
  void goOn(GridPhrase& played, int bars, int window, const std::stop_token& stop) {
    const native::Brief brief{kMeter, style_.part, style_.part, 0, bars};
    const GridPhrase call = callFor(theme_, played);
    native::StepWriter writer{brief};
    hear(*styled_, native::opening(writer, model_.style().pieces(style_.words), call));
    if (free_) {
      native::StepWriter plain{brief};
      hear(*free_, native::opening(plain, {}, call));
    }
    const Grammar grammar{brief, limits_};
    const Pace pace{static_cast<double>(theme_.notes.size()) / (4.0 * theme_.bars), kGentle, 4.0 * bars};
    const Gravity gravity{wish_.key, style_.part, {played.bars == 0, played.bars + bars == wish_.bars}};
    const Taste taste{style_.part, call};
    const int heard = styled_->length();
    GridPhrase best;
    double most = 0;
    for (int take = 0; take < kTakes; ++take) {
      const std::uint64_t seed =
          Dice{wish_.seed, static_cast<std::uint64_t>(window), static_cast<std::uint64_t>(take)}.next();
      Improvisation improvisation{*styled_,    writer,   grammar, Sampler{seed, {.temperature = wish_.temperature}},
                                  free_.get(), kPressed, pace,    gravity};
      GridPhrase made{kMeter, bars, {}};
      while (!improvisation.over()) {
        if (stop.stop_requested()) throw GenerationStopped{"stopped before it was done"};
        if (const auto note = improvisation.next()) made.notes.push_back(*note);
      }
      styled_->rollBack(heard);
      if (free_) free_->rollBack(heard);
      const double liked = improvisation.logProbability() / improvisation.notes() - taste.dislikes(made);
      if (take == 0 || liked > most) {
        most = liked;
        best = std::move(made);
      }
      if (wish_.temperature <= 0) break;  // they would all be the same
    }
    for (GridNote note : best.notes) {
      note.bar = static_cast<std::uint16_t>(note.bar + played.bars);
      played.notes.push_back(note);
    }
    played.bars += bars;
  }

  static void hear(Engine& engine, const std::vector<native::Step>& steps) {
    engine.rollBack(0);
    engine.extend(steps);
  }

  const NativeModel& model_;
  const GenerationWish& wish_;
  const Style& style_;
  GridPhrase theme_;
  std::unique_ptr<Engine> styled_, free_;
  Limits limits_{};
};

}  // namespace

Style knownStyle(const NativeModel& model, const std::string& text) {
  const Style style = styleOf(text);
  std::istringstream words{style.words};
  for (std::string word; words >> word;) {
    if (!model.style().knows(word))
      throw GenerationError{
          "style", ": the model does not know " + asGiven(word) +
                       "; possible are drums, bass, melody, alone or with words such as funk, rock, jazz, latin, "
                       "reggae, blues, disco, pop ballad, irish jig, reel, folk waltz, march, chopin mazurka"};
  }
  return style;
}

Generated generate(const NativeModel& model, const GenerationWish& wish, const std::stop_token& stop) {
  check(wish);
  const Style style = knownStyle(model, wish.style);
  const bool drums = style.part == Part::drums;
  Generated made{style, wish.key, Tempo::bpm(wish.tempo), programOf(style.part), {}};
  made.phrase = offGrid(Composer{model, wish, style}.compose(stop), drums ? kDrumChannel : 0);
  untangle(made.phrase.notes, drums);
  return made;
}

Generated generate(const GenerationWish& wish, const std::stop_token& stop) {
  static const std::shared_ptr<const NativeModel> model = NativeModel::embedded({.format = {}, .hands = 1});
  return generate(*model, wish, stop);
}

}  // namespace antiphon
