#include "bridge/http/mixing_routes.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bridge/http/error.hpp"
#include "bridge/http/json_answer.hpp"
#include "bridge/live_mix.hpp"
#include "bridge/mix_json.hpp"
#include "synth/mix/report.hpp"
#include "synth/mix/sound_stems.hpp"
#include "synth/mixer.hpp"

namespace antiphon::http {
namespace {

using Json = nlohmann::ordered_json;

/// Where the sounds come from that a request is about.
class Source {
 public:
  Source(Call& call, Doorway& doorway, Ensemble* ensemble) : call_{call}, doorway_{doorway}, ensemble_{ensemble} {}
  bool live() const { return call_.files.empty(); }

  synth::MixReport report(const synth::MixWish& wish) {
    const synth::MixWatch watch{call_.stop, call_.advance};
    if (live()) return synth::report(*heard(), wish, watch);
    std::vector<synth::StemFile> files;
    for (const Upload& stem : call_.files) files.push_back({stem.file.path(), nameOf(stem.name)});
    return synth::report(files, wish, watch);
  }

 private:
  std::unique_ptr<synth::SoundStems> heard() {
    if (ensemble_ == nullptr)
      throw HttpError{409,
                      "nothing sounds here: send stems, or ask antiphon serve, antiphon studio or antiphon run with "
                      "--synth"};
    try {
      return doorway_.within([this] { return synth::heardStems(ensemble_->desk()); });
    } catch (const synth::MixError& error) {
      throw HttpError{409, std::string{error.what()} + " (or send stems)"};
    }
  }
  /// bass for bass.wav.
  static std::string nameOf(const std::string& file) {
    const std::size_t dot = file.rfind('.');
    return dot == 0 || dot == std::string::npos ? file : file.substr(0, dot);
  }

  Call& call_;
  Doorway& doorway_;
  Ensemble* ensemble_;
};

/// What cannot be judged is wrong about the stems, or about what plays.
template <typename Do>
Answer judging(const Source& source, Do&& act) {
  try {
    return act();
  } catch (const synth::MixCancelled&) {
    throw;
  } catch (const synth::MixError& error) {
    if (source.live()) throw HttpError{409, error.what()};
    return wrongAnswer("stems", error.what());
  }
}

Answer suggested(Call& call, Doorway& doorway, Ensemble* ensemble) {
  Source source{call, doorway, ensemble};
  return judging(source, [&] {
    const auto report = source.report({.target = call.given.real("target_lufs"), .levels = false});
    return jsonAnswer(toJson(report.advice));
  });
}

/// Stems are levelled on the desk where somebody of their name plays: as they were exported, before the fader.
Command::Reply setFaders(Doorway& doorway, const synth::Desk& desk, const synth::Levelled& levels) {
  const auto channels = doorway.within([&] { return synth::channelsOf(desk.patch()); });
  std::string there;
  for (const synth::ChannelState& channel : channels) there += (there.empty() ? "" : ", ") + channel.name;
  bool any = false;
  for (const synth::TrackLevel& track : levels.tracks) {
    if (std::ranges::find(channels, track.name, &synth::ChannelState::name) == channels.end()) continue;
    any = true;
    const Command::Words gain{{"name", track.name}, {"level", decimal(track.gain)}};
    const Command::Words pan{{"name", track.name}, {"position", decimal(track.pan)}};
    if (auto reply = doorway.run("gain", gain, Doorway::Door::other); !reply.ok) return reply;
    if (auto reply = doorway.run("pan", pan, Doorway::Door::other); !reply.ok) return reply;
  }
  if (any) return {};
  return {false,
          "none of the stems is called like somebody who plays here; there are " + (there.empty() ? "none" : there)};
}

Command::Reply applied(Doorway& doorway, synth::Desk& desk, const synth::Levelled& levels, double target) {
  return doorway.run(
      "auto_level target=" + decimal(target) + " apply=yes",
      [&]() -> Command::Reply {
        try {
          apply(desk, levels);
          return {};
        } catch (const synth::PatchError& error) {
          return {false, error.what()};
        }
      },
      Doorway::Door::other);
}

Answer levelled(Call& call, Doorway& doorway, Ensemble* ensemble) {
  Source source{call, doorway, ensemble};
  const double target = call.given.real("target_lufs");
  const bool applies = call.given.flag("apply");
  if (applies && ensemble == nullptr) throw HttpError{409, "there is no desk here on which levels could be set"};
  return judging(source, [&] {
    const synth::Levelled levels = source.report({.target = target, .advice = false}).levels;
    if (applies && !call.stop.stop_requested()) {
      const Command::Reply reply = source.live() ? applied(doorway, ensemble->desk(), levels, target)
                                                 : setFaders(doorway, ensemble->desk(), levels);
      if (!reply.ok) throw HttpError{409, reply.text};
    }
    Json json{{"status", "success"}, {"levels", toJson(levels)}, {"applied", applies}};
    json.update(outcomeJson(levels));
    return jsonAnswer(json);
  });
}

}  // namespace

void addMixingRoutes(Router& router, Doorway& doorway, Ensemble* ensemble) {
  router.topic("mixing");
  const Route::Files stems{"stems", "the tracks of one piece, a sound file each; without them, what plays now", true,
                           false};
  const Route::Parameter target{{"target_lufs", Command::Real{synth::kQuietestTarget, synth::kLoudestTarget}, "LUFS",
                                 Command::Value{synth::kUsualTarget}},
                                "how loud all of it is to be"};
  router.add(
      {.method = "POST",
       .path = "/api/v1/mixing/suggest",
       .purpose = "What could be better in a mix.",
       .parameters = {target},
       .files = stems,
       .answers =
           "`suggestions`, each with `type`, `priority`, `message`, `measurement` and `action`: a command of the "
           "studio; `mix_quality_score` 0..100 ([mixing.md](mixing.md))",
       .example = "-F stems=@bass.wav -F stems=@drums.wav http://localhost:9000/api/v1/mixing/suggest",
       .lasts = true,
       .handle = [&doorway, ensemble](Call& call) { return suggested(call, doorway, ensemble); }});
  router.add({.method = "POST",
              .path = "/api/v1/mixing/auto_level",
              .purpose = "Levels for all tracks of a mix.",
              .parameters = {target,
                             {{"apply", Command::Flag{}, "", Command::Value{false}},
                              "sets the studio's faders; of stems those of the tracks that are called so"}},
              .files = stems,
              .answers = "`status`: success, `levels`: {TRACK: {`gain_db`, `pan`}}, `applied`, and what comes of it: "
                         "`loudness`, `true_peak` ...",
              .example = "-F stems=@bass.wav -F stems=@drums.wav -F target_lufs=-14 "
                         "http://localhost:9000/api/v1/mixing/auto_level",
              .lasts = true,
              .handle = [&doorway, ensemble](Call& call) { return levelled(call, doorway, ensemble); }});
}

}  // namespace antiphon::http
