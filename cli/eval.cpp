// antiphon eval: the model beside counting, the echo, and the person who really played on.
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/answerers.hpp"
#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "cli/words.hpp"
#include "model/corpus/token_set.hpp"
#include "model/evaluation/evaluation.hpp"
#include "model/markov/file.hpp"
#include "model/native_model.hpp"

namespace antiphon {
namespace {

using Json = nlohmann::ordered_json;

struct EvalWish {
  std::string data{}, training{}, markov{};
  long limit = 400;
  bool json = false;
  bool bitsOnly = false;
};

double rounded(double value) { return std::round(value * 10000) / 10000; }

Json asJson(const Bits& bits) {
  return {{"all", rounded(bits.perNote())},
          {"timing", rounded(bits.perNote(native::nextHead))},
          {"pitch", rounded(bits.perNote(native::pitchHead))},
          {"length", rounded(bits.perNote(native::lengthHead))},
          {"velocity", rounded(bits.perNote(native::velocityHead))},
          {"notes", bits.notes}};
}

Json asJson(const Column& column) {
  const TurnStatistics& s = column.statistics;
  Json json;
  if (column.bits) {
    json["bits_per_note"] = rounded(column.bits->perNote());
    json["bits"] = asJson(*column.bits);
    for (const auto& [source, bits] : column.sources) json["sources"][source] = asJson(bits);
  }
  if (s.turns == 0) return json;
  json["in_key"] = rounded(s.share(static_cast<double>(s.inKey), static_cast<double>(s.pitched)));
  json["bars_filled"] = rounded(s.share(static_cast<double>(s.filled), static_cast<double>(s.bars)));
  json["density_ok"] = rounded(s.share(s.densityOk, s.turns));
  json["copied"] = rounded(s.share(s.copied, s.turns));
  json["repeated_bars"] = rounded(s.share(static_cast<double>(s.repeated), static_cast<double>(s.sounding)));
  json["turns"] = s.turns;
  json["broken"] = s.broken;
  if (s.runs > 0) json["known_runs"] = rounded(s.share(static_cast<double>(s.known), static_cast<double>(s.runs)));
  return json;
}

void printEvaluation(const Evaluation& e) {
  std::printf("%zu calls from %zu files\n\n%-16s %8s %8s %8s %8s\n", e.windows, e.files, "", "human", "model", "markov",
              "echo");
  const auto bits = [&](const char* name, auto value) {
    std::printf("%-16s %8s %8.3f %8.3f %8s\n", name, "-", value(*e.model.bits), value(*e.markov.bits), "-");
  };
  bits("bits a note", [](const Bits& b) { return b.perNote(); });
  bits("  timing", [](const Bits& b) { return b.perNote(native::nextHead); });
  bits("  pitch", [](const Bits& b) { return b.perNote(native::pitchHead); });
  bits("  length", [](const Bits& b) { return b.perNote(native::lengthHead); });
  bits("  velocity", [](const Bits& b) { return b.perNote(native::velocityHead); });
  std::printf("%-16s %8s %8s %8.3f %8s\n", "  counts alone", "", "", e.countsAlone.perNote(), "");
  if (e.model.statistics.turns > 0) {
    const auto row = [&](const char* name, auto value) {
      std::printf("%-16s %8.3f %8.3f %8.3f %8.3f\n", name, value(e.human.statistics), value(e.model.statistics),
                  value(e.markov.statistics), value(e.echo.statistics));
    };
    row("in the key",
        [](const TurnStatistics& s) { return s.share(static_cast<double>(s.inKey), static_cast<double>(s.pitched)); });
    row("bars filled",
        [](const TurnStatistics& s) { return s.share(static_cast<double>(s.filled), static_cast<double>(s.bars)); });
    row("density ok", [](const TurnStatistics& s) { return s.share(s.densityOk, s.turns); });
    row("copied", [](const TurnStatistics& s) { return s.share(s.copied, s.turns); });
    row("repeated bars", [](const TurnStatistics& s) {
      return s.share(static_cast<double>(s.repeated), static_cast<double>(s.sounding));
    });
    row("broken", [](const TurnStatistics& s) { return s.share(s.broken, s.turns); });
    if (e.model.statistics.runs > 0)
      row("known runs",
          [](const TurnStatistics& s) { return s.share(static_cast<double>(s.known), static_cast<double>(s.runs)); });
    std::printf("\nnotes a quarter, by --density from 0 to 1: ");
    for (const double density : e.densities) std::printf(" %.2f", density);
    std::printf("\n");
  }
  std::printf("\nbits a note by source:        model   markov   ratio\n");
  for (const auto& [source, b] : e.model.sources) {
    const double counted = e.markov.sources.at(source).perNote();
    std::printf("  %-26s %6.3f   %6.3f   %5.3f\n", source.c_str(), b.perNote(), counted, b.perNote() / counted);
  }
  std::printf("  %-26s %6.3f   %6.3f   %5.3f\n", "all", e.model.bits->perNote(), e.markov.bits->perNote(),
              e.model.bits->perNote() / e.markov.bits->perNote());
}

int eval(const EvalWish& wish, const AnswerWish& answer) {
  EvaluationPlan plan;
  plan.data = wish.data;
  plan.training = wish.training;
  plan.windows = static_cast<std::size_t>(wish.limit);
  plan.wishes = answer.wishes;
  plan.sampled = !wish.bitsOnly;
  try {
    plan.wishes.model = modelFor(answer);
    const auto bytes = embeddedMarkov();
    const markov::Table counts =
        wish.markov.empty()
            ? markov::Table{{reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "the built-in counts"}
            : markov::readFile(wish.markov);
    const Evaluation evaluation = evaluate(plan, counts, [&](std::size_t done, std::size_t all) {
      if (done % 10 == 0) std::fprintf(stderr, "\r%zu of %zu calls ", done, all);
    });
    std::fprintf(stderr, "\r%24s\r", "");
    if (!wish.json) {
      printEvaluation(evaluation);
      return kExitOk;
    }
    Json json{{"human", asJson(evaluation.human)},
              {"model", asJson(evaluation.model)},
              {"markov", asJson(evaluation.markov)},
              {"echo", asJson(evaluation.echo)}};
    json["markov"]["bits_counts_alone"] = rounded(evaluation.countsAlone.perNote());
    json["windows"] = evaluation.windows;
    json["files"] = evaluation.files;
    json["files_left_out"] = evaluation.leftOut;
    json["density_steps"] = evaluation.densities;
    json["bits_ratio"] = rounded(evaluation.model.bits->perNote() / evaluation.markov.bits->perNote());
    std::printf("%s\n", json.dump(2).c_str());
    return kExitOk;
  } catch (const ModelError& error) {
    throw UsageError{error.what()};
  } catch (const TokenSetError& error) {
    throw UsageError{error.what()};
  } catch (const markov::FileError& error) {
    throw UsageError{error.what()};
  }
}

}  // namespace

Action addEval(CLI::App& app) {
  auto* sub = app.add_subcommand("eval", "Judge the answers: model, counting and echo beside the person who played on");
  auto wish = std::make_shared<EvalWish>();
  sub->add_option("--data", wish->data, "A folder with .mid files in it; its first folders are the sources")
      ->required();
  sub->add_option("--training", wish->training,
                  "The music that was learnt from, to look for runs of eight notes copied from it");
  sub->add_option("--markov", wish->markov, "Counts made by antiphon markov build (default: the built-in ones)");
  sub->add_option("--limit", wish->limit, "How many calls (default 400)")->check(wholeNumber(1, 1'000'000));
  sub->add_flag("--bits-only", wish->bitsOnly, "Nothing is played, only foretold");
  sub->add_flag("--json", wish->json, "JSON for programs");
  auto flags = std::make_shared<AnswerFlags>(*sub);
  return [wish, flags] { return eval(*wish, flags->understand()); };
}

}  // namespace antiphon
