// antiphon answer: a call in a MIDI file, its answer in another.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "bridge/phrase_file.hpp"
#include "cli/answerers.hpp"
#include "cli/call_file.hpp"
#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "cli/run_flags.hpp"
#include "cli/words.hpp"
#include "model/at_once.hpp"

namespace antiphon {
namespace {

struct OfflineWish {
  std::string call{}, out{}, answerer = "model";
  int measures = 4;
  int callMeasures = 4;
  std::uint64_t seed = 1;
  bool json = false, withCall = false;
};

int answer(const OfflineWish& wish, const AnswerWish& model) {
  const auto [call, tempo] = readCall(wish.call, wish.callMeasures);
  const auto answerer = makeAnswerer(wish.answerer, model).make();
  const TurnPlan plan{{1, 0}, call.meter, call.bars, wish.measures, tempo, wish.seed};
  const Phrase reply = answerAtOnce(*answerer, {plan, call});
  if (!wish.out.empty()) {
    if (wish.withCall)
      writePhraseFile(wish.out, call.meter, tempo, {{"Call", call, {}}, {"Answer", reply, call.length()}});
    else writePhraseFile(wish.out, call.meter, tempo, {{"Answer", reply, {}}});
  }
  if (wish.json) {
    nlohmann::ordered_json json{{"answerer", wish.answerer},
                                {"meter", call.meter.text()},
                                {"bpm", tempo.bpm()},
                                {"call_bars", call.bars},
                                {"bars", wish.measures},
                                {"seed", wish.seed},
                                {"notes", nlohmann::ordered_json::array()},
                                {"pedals", nlohmann::ordered_json::array()}};
    for (const Note& note : reply.notes) {
      json["notes"].push_back({{"tick", note.tick.count},
                               {"length", note.length.count},
                               {"pitch", note.pitch},
                               {"velocity", note.velocity},
                               {"channel", note.channel + 1}});
    }
    for (const Pedal& pedal : reply.pedals)
      json["pedals"].push_back({{"tick", pedal.tick.count}, {"down", pedal.down}, {"channel", pedal.channel + 1}});
    std::printf("%s\n", json.dump(2).c_str());
  } else {
    std::printf("%zu notes in %d bars of %s%s%s\n", reply.notes.size(), wish.measures, call.meter.text().c_str(),
                wish.out.empty() ? "" : ", written to ", wish.out.c_str());
  }
  return kExitOk;
}

}  // namespace

Action addAnswer(CLI::App& app) {
  auto* sub = app.add_subcommand("answer", "Answer a call in a MIDI file");
  auto wish = std::make_shared<OfflineWish>();
  sub->add_option("call", wish->call, "The call, a .mid file")->required();
  sub->add_option("--measures", wish->measures, "Bars of answer (default 4)")->check(wholeNumber(1, kMostMeasures));
  sub->add_option("--call-measures", wish->callMeasures, "Bars of the call's end that are heard (default 4)")
      ->check(wholeNumber(1, kMostCallMeasures));
  sub->add_option("--out", wish->out, "The answer, a .mid file");
  sub->add_flag("--with-call", wish->withCall, "Write the call before the answer");
  sub->add_option("--answerer", wish->answerer, "Who answers (default model)")->check(oneOf(kAnswerers));
  sub->add_option("--seed", wish->seed, "The same call and the same seed make the same answer (default 1)")
      ->check(wholeNumber(0, 1L << 62));
  sub->add_flag("--json", wish->json, "Print the answer as JSON");
  auto flags = std::make_shared<AnswerFlags>(*sub);
  return [wish, flags] {
    if (wish->out.empty() && !wish->json) throw UsageError{"give --out FILE.mid, or --json"};
    return answer(*wish, flags->understand());
  };
}

}  // namespace antiphon
