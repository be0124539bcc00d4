#include "bridge/http/listening_routes.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bridge/analysis_json.hpp"
#include "bridge/http/error.hpp"
#include "bridge/http/json_answer.hpp"
#include "bridge/mix_json.hpp"
#include "bridge/studio_files.hpp"
#include "synth/ears/analysis.hpp"
#include "synth/mix/report.hpp"
#include "synth/mix/sound_stems.hpp"
#include "synth/mixer.hpp"

namespace antiphon::http {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kUsualTempo = 120;
constexpr double kPlayedSeconds = synth::kHeardSeconds + 4;  // of a session that is played aside, with its beginning
constexpr int kHeardAtOnce = 1024;                           // frames
constexpr synth::SampleRate kAsideRate{48000};

Answer heard(Call& call) {
  try {
    return jsonAnswer(
        toJson(synth::analyse(call.files.front().file.path(), {.progress = call.advance, .stop = call.stop})));
  } catch (const synth::SoundFileError& error) {
    return wrongAnswer("file", error.what());
  }
}

/// Those who are heard, without the buses that they are sent to.
std::size_t tracksOf(const synth::Patch& patch) {
  const auto channels = synth::channelsOf(patch);
  const auto isBus = [&](const std::string& name) {
    return std::ranges::any_of(channels, [&](const synth::ChannelState& channel) {
      return std::ranges::any_of(channel.sends, [&](const auto& send) { return send.bus == name; });
    });
  };
  return static_cast<std::size_t>(std::ranges::count_if(channels, [&](const synth::ChannelState& channel) {
    return channel.name != synth::kMaster && channel.name != synth::kOut && !isBus(channel.name);
  }));
}

/// A project as it is judged: who plays in it, and how it has sounded; null where it has not, which the note says.
struct Project {
  std::size_t tracks = 0;
  std::unique_ptr<synth::SoundStems> stems{};
  std::string note{};

  void listen(const synth::Desk& desk) {
    tracks = tracksOf(desk.patch());
    try {
      stems = synth::heardStems(desk);
    } catch (const synth::MixError& error) {
      note = error.what();
    }
  }
};

/// A saved session, played where nobody hears it, as fast as it goes.
Project playedAside(const StudioFile& file, Meter meter, Call& call) {
  synth::Desk desk{kAsideRate};
  desk.measure(true);
  desk.remember(synth::kHeardSeconds);
  synth::Sequences sequences{desk, meter};
  desk.load(file.patch);
  synth::Sequences::State state = file.sequences;
  // One that was saved while it stood is judged as if all of it were played.
  if (std::ranges::none_of(state.all, &synth::Sequences::Sequence::plays)) {
    for (auto& sequence : state.all) sequence.plays = true;
  }
  sequences.adopt(state);
  const double tempo = file.tempo > 0 ? file.tempo : kUsualTempo;
  std::vector<float> left(kHeardAtOnce), right(kHeardAtOnce);
  double beat = 0;
  for (double seconds = 0; seconds < kPlayedSeconds && !call.stop.stop_requested();
       seconds += kHeardAtOnce / kAsideRate.hertz) {
    desk.machine().render(left.data(), right.data(), kHeardAtOnce, {.tempo = tempo, .beat = beat, .running = true});
    beat += kHeardAtOnce / kAsideRate.hertz * tempo / 60;
    desk.tend();
    sequences.tend();
    call.advance(seconds / kPlayedSeconds / 2);
  }
  Project project;
  project.listen(desk);
  return project;
}

Project savedProject(const Ensemble* ensemble, const std::string& name, Call& call) {
  const Shelf shelf = ensemble != nullptr ? ensemble->shelf() : Shelf{};
  const Meter meter = ensemble != nullptr ? ensemble->meter() : Meter{};
  constexpr std::string_view kSuffix = ".studio";
  try {
    const auto file = fileCalled(shelf.sessions(), name, kSuffix);
    if (!std::filesystem::exists(file)) {
      std::string there;
      for (const std::string& other : namesIn(shelf.sessions(), kSuffix)) there += ", " + other;
      throw HttpError{404, "there is no session called '" + name + "'; there are live (what plays now)" + there};
    }
    return playedAside(readStudioFile(file, kAsideRate, meter), meter, call);
  } catch (const ShelfError& error) {
    throw HttpError{404, error.what()};
  } catch (const synth::PatchError& error) {
    throw HttpError{422, error.what()};
  }
}

Answer judged(Call& call, Doorway& doorway, Ensemble* ensemble) {
  const std::string& name = call.given.text("project_id");
  const bool live = name == "live" || name == "current";
  if (live && ensemble == nullptr)
    throw HttpError{409,
                    "nothing sounds here: antiphon serve and antiphon studio have a live session, and antiphon run "
                    "with --synth"};
  Project project;
  if (live) doorway.within([&] { project.listen(ensemble->desk()); });
  else project = savedProject(ensemble, name, call);
  Json json{{"project_id", name}, {"num_tracks", project.tracks}, {"suggestions", Json::array()}};
  if (project.stems != nullptr) {
    try {
      const auto report = synth::report(*project.stems, {.levels = false}, {call.stop, call.advance});
      json.update(toJson(report.advice));
    } catch (const synth::MixError& error) {
      project.note = error.what();
    }
  }
  if (!project.note.empty()) json["note"] = project.note;
  return jsonAnswer(json);
}

}  // namespace

void addListeningRoutes(Router& router, Doorway& doorway, Ensemble* ensemble) {
  router.topic("listening");
  router.add({.method = "POST",
              .path = "/api/v1/analyze/audio",
              .purpose = "What is in a recording.",
              .files = Route::Files{"file", "WAV, FLAC, OGG or MP3, of any rate and number of channels"},
              .answers =
                  "`tempo`, `beats` (how many), `beat_times`, `key`, `mode`, `key_confidence`, `duration`, "
                  "`spectral_centroid_mean`, `spectral_rolloff_mean`, `rms_mean`, `zero_crossing_rate_mean`, loudness "
                  "and more ([ears.md](ears.md) says what is measured, and how)",
              .example = "-F file=@song.wav http://localhost:9000/api/v1/analyze/audio",
              .lasts = true,
              .handle = heard});
  router.add({.method = "POST",
              .path = "/api/v1/analyze/project",
              .purpose = "What could be better in what plays now, or in a session that was saved.",
              .parameters = {{{"project_id", Command::Text{100}, "", Command::Value{std::string{"live"}}},
                              "live or current: what plays now; else a saved session's name"}},
              .answers =
                  "`project_id`, `num_tracks`, `suggestions` (as /api/v1/mixing/suggest), `mix_quality_score`; `note` "
                  "where nothing could be heard",
              .example = "-d project_id=live http://localhost:9000/api/v1/analyze/project",
              .lasts = true,
              .handle = [&doorway, ensemble](Call& call) { return judged(call, doorway, ensemble); }});
}

}  // namespace antiphon::http
