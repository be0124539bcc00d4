#include "model/evaluation/evaluation.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "model/at_once.hpp"
#include "model/echo.hpp"
#include "model/improviser.hpp"
#include "model/markov/answerer.hpp"
#include "model/markov/continuator.hpp"
#include "model/native_model.hpp"

namespace antiphon {
namespace {

constexpr int kCapacity = 1024;
constexpr std::size_t kDensityTurns = 60;

std::uint8_t channelFor(Part part) { return part == Part::drums ? kDrumChannel : std::uint8_t{0}; }

GridPhrase answerOf(Answerer& answerer, const native::Window& window, std::uint32_t turn) {
  const TurnPlan plan{{turn, 0}, window.call.meter, window.call.bars, window.answer.bars, Tempo::bpm(120), 1};
  const Call call{plan, offGrid(window.call, channelFor(window.callPart))};
  return onGrid(answerAtOnce(answerer, call));
}

double logSumExp(std::span<const float> logits) {
  const float most = *std::ranges::max_element(logits);
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit - most));
  return static_cast<double>(most) + std::log(sum);
}

Bits asBits(const markov::Cost& cost) {
  Bits bits;
  bits.notes = cost.notes;
  for (std::size_t head = 0; head < native::kHeads; ++head) bits.nats[head] = cost.bits[head] * std::numbers::ln2;
  return bits;
}

void learnRuns(KnownRuns& runs, const TokenSet& set) {
  for (const PieceRecord& piece : set.pieces()) {
    for (const StreamRecord& stream : set.streams(piece)) {
      for (const GridPhrase& stretch : stretchesOf(set.bars(piece), set.notes(stream)))
        runs.learn(stretch.notes, stretch.meter);
    }
  }
}

}  // namespace

HeldSet::HeldSet(const std::filesystem::path& tree) {
  if (!std::filesystem::is_directory(tree)) throw TokenSetError{tree.string() + ": no such folder"};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{tree}) {
    if (entry.is_regular_file() && (entry.path().extension() == ".mid" || entry.path().extension() == ".midi"))
      files.push_back(entry.path());
  }
  std::ranges::sort(files);
  TokenSetWriter writer;
  for (const auto& file : files) {
    const auto inside = file.lexically_relative(tree);
    const std::string source = inside.has_parent_path() ? inside.begin()->string() : std::string{"here"};
    try {
      const Piece piece = streamsOf(readMidiFile(file));
      if (!piece.streams.empty()) writer.add(piece, source, true, {});
      ++files_;
    } catch (const MidiFileError&) {
      ++leftOut_;
    }
  }
  if (files_ == 0) throw TokenSetError{tree.string() + ": there are no MIDI files in it"};
  path_ = std::filesystem::temp_directory_path() / ("antiphon-eval-" + std::to_string(::getpid()) + "-" +
                                                    std::to_string(reinterpret_cast<std::uintptr_t>(this)));
  writer.write(path_);
  set_ = std::make_unique<TokenSet>(path_);
}

HeldSet::~HeldSet() {
  set_.reset();
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

bool foretold(const native::Step& step) {
  return step.in[native::what] != native::kHeaderRow && step.in[native::barsLeft] >= native::kBarsLeftRow;
}

Bits bitsOf(Engine& engine, const native::Window& window) {
  const std::vector<native::Step> steps = native::encode(window);
  Bits bits;
  engine.rollBack(0);
  for (const native::Step& step : steps) {
    engine.extend({&step, 1});
    if (!foretold(step)) continue;
    bits.notes += step.out[native::pitchHead] >= 0;
    std::vector<native::Row> said;
    for (std::size_t head = 0; head < native::kHeads; ++head) {
      if (step.out[head] < 0) continue;
      const auto logits = engine.speak(static_cast<native::Head>(head), said);
      bits.nats[head] += logSumExp(logits) - static_cast<double>(logits[static_cast<std::size_t>(step.out[head])]);
      said.push_back(static_cast<native::Row>(native::kHeadRow[head] + step.out[head]));
    }
  }
  return bits;
}

Evaluation evaluate(const EvaluationPlan& plan, const markov::Table& counts,
                    const std::function<void(std::size_t, std::size_t)>& told) {
  const HeldSet held{plan.data};
  const TokenSet& set = held.set();
  KnownRuns runs;
  if (!plan.training.empty()) {
    const HeldSet training{plan.training};
    learnRuns(runs, training.set());
  }
  const KnownRuns* known = plan.training.empty() ? nullptr : &runs;
  const std::vector<CutWindow> windows = fixedWindows(set, plan.windows);

  Evaluation result;
  result.windows = windows.size();
  result.files = held.files();
  result.leftOut = held.leftOut();
  const auto engine = plan.wishes.model->engine(kCapacity);
  const auto improviserFor = [&](const native::Window& window, std::optional<double> density) {
    Wishes wishes = plan.wishes;
    // Who answers as what was heard hears that for himself, as on a stage; only another part is asked for by name.
    if (window.answerPart != window.callPart) wishes.part = window.answerPart;
    if (density) wishes.density = density;
    return wishes;
  };
  const auto desk = std::make_shared<WishDesk>(plan.wishes);
  Improviser improviser{desk};
  MarkovAnswerer markov{counts};
  EchoAnswerer echo;
  result.model.bits = Bits{};
  result.markov.bits = Bits{};
  std::uint32_t turn = 0;
  for (const CutWindow& cut : windows) {
    told(turn++, windows.size());
    const native::Window& w = cut.window;
    const std::string& source = set.sources()[cut.source];
    const Bits model = bitsOf(*engine, w), counted = asBits(markov::cost(counts, w));
    result.model.bits->add(model);
    result.model.sources[source].add(model);
    result.countsAlone.add(asBits(markov::cost(counts, w, markov::Listen::no)));
    result.markov.bits->add(counted);
    result.markov.sources[source].add(counted);
    if (!plan.sampled || w.call.notes.empty()) continue;
    count(result.human.statistics, w, w.answer, known);
    desk->change([&](Wishes& wishes) { wishes = improviserFor(w, std::nullopt); });
    count(result.model.statistics, w, answerOf(improviser, w, turn), known);
    count(result.markov.statistics, w, answerOf(markov, w, turn), known);
    count(result.echo.statistics, w, answerOf(echo, w, turn), known);
  }
  for (int level = 0; plan.sampled && level < kDensityLevels; ++level) {
    std::vector<double> densities;
    for (std::size_t i = 0; i < std::min(kDensityTurns, windows.size()); ++i) {
      const native::Window& w = windows[i].window;
      if (w.call.notes.empty()) continue;
      desk->change([&](Wishes& wishes) { wishes = improviserFor(w, (level + 0.5) / kDensityLevels); });
      const GridPhrase answer = answerOf(improviser, w, 1);
      densities.push_back(static_cast<double>(answer.notes.size()) * kPulsesPerQuarter /
                          (pulsesPerBar(w.call.meter) * w.answer.bars));
    }
    std::ranges::sort(densities);
    if (!densities.empty()) result.densities.push_back(densities[densities.size() / 2]);
  }
  return result;
}

}  // namespace antiphon
