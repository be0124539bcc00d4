// antiphon render: a patch, and what is played on it, into a sound file.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <vector>

#include "bridge/agenda.hpp"
#include "bridge/mix_commands.hpp"
#include "bridge/mixer_commands.hpp"
#include "bridge/module_commands.hpp"
#include "bridge/patch_commands.hpp"
#include "bridge/pattern_answers.hpp"
#include "bridge/recorder.hpp"
#include "bridge/script.hpp"
#include "bridge/shelf.hpp"
#include "bridge/studio_commands.hpp"
#include "bridge/studio_files.hpp"
#include "bridge/studio_midi.hpp"
#include "cli/answerers.hpp"
#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "cli/progress.hpp"
#include "cli/words.hpp"
#include "scheduler/time.hpp"
#include "synth/mix/sound_stems.hpp"
#include "synth/quantity.hpp"
#include "synth/sound_file.hpp"

namespace antiphon {
namespace {

constexpr int kAtOnce = 1024;  // frames
constexpr double kLongest = 3600;

struct RenderWish {
  std::string script{}, out{};
  double seconds = 10, rate = 48000, tempo = 120;
  std::uint64_t seed = 1;
  bool real = false, quiet = false;
};

/// Plays into a file as fast as it can.
class Studio {
 public:
  explicit Studio(const RenderWish& wish)
      : wish_{wish},
        rate_{wish.rate},
        desk_{rate_, wish.seed},
        file_{wish.out, rate_, wish.real ? synth::Depth::real32 : synth::Depth::bits24},
        frames_{std::llround(wish.seconds * wish.rate)},
        progress_{"rendering", !wish.quiet} {
    desk_.measure(true);
    desk_.remember(synth::kHeardSeconds);
    addPatchCommands(table_, desk_);
    addMixerCommands(table_, desk_);
    addMixCommands(table_, desk_);
    addStudioCommands(table_, sequences_);
    addPatternPlay(table_, sequences_);
    addMeter(table_, sequences_);
    addPatternAnswers(table_, answers_, [this] { return beat_; });
    addAgenda(table_, agenda_, [this] { return beat_; });
    addHistoryCommands(table_, history_);
    const FileDoors doors{.tempo = [this] { return wish_.tempo; },
                          .setTempo = [this](double bpm) { wish_.tempo = bpm; }};
    addFileCommands(table_, desk_, sequences_, Shelf{}, doors);
    addExport(table_, desk_, sequences_, Shelf{}, doors);
    table_.add({"tempo",
                {{"bpm", Command::Real{kSlowestBpm, kFastestBpm}}},
                "How fast the music is from here on.",
                [this](const Command::Arguments& given) -> Command::Reply {
                  wish_.tempo = given.real("bpm");
                  return {};
                }});
    addModuleCommands(table_, workshop_);
    addRecorder(table_, recorder_);
    addWait(table_, [this](double seconds) -> Command::Reply {
      play(std::llround(seconds * rate_.hertz));
      return {};
    });
  }

  void run() {
    for (const ScriptLine& line : readScript(wish_.script)) {
      const Command::Reply reply = obey(line.text);
      if (!reply.ok) throw UsageError{wish_.script + ", line " + std::to_string(line.number) + ": " + reply.text};
      if (!reply.text.empty()) std::printf("%s\n", reply.text.c_str());
      sequences_.tend();
    }
    play(frames_ - done_);
    for (const std::string& news : recorder_.finish()) std::printf("%s\n", news.c_str());
    file_.close();
    progress_.end();
    if (const std::string faulty = desk_.faulty(); !faulty.empty())
      std::fprintf(stderr, "%s was muted: what it gave was no number\n", faulty.c_str());
  }
  double loudest() const { return loudest_; }

 private:
  Command::Reply obey(const std::string& line) {
    history_.begin();
    Command::Reply reply = table_.run(line);
    history_.done(line);
    for (const std::string& news : answers_.finish(beat_)) reply.text += "\n" + news;
    return reply;
  }

  void play(std::int64_t frames) {
    frames = std::min(frames, frames_ - done_);
    std::vector<float> left(kAtOnce), right(kAtOnce);
    while (frames > 0) {
      for (const std::string& told : agenda_.run(beat_, [this](const std::string& line) { return obey(line); }))
        std::printf("%s\n", told.c_str());
      // What waits for its bar comes on its frame.
      const double until = std::min((agenda_.next() - beat_) / wish_.tempo * 60 * rate_.hertz, double{kAtOnce});
      const auto count = static_cast<int>(
          std::min<std::int64_t>(frames, std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(until)))));
      desk_.machine().render(left.data(), right.data(), count, {.tempo = wish_.tempo, .beat = beat_, .running = true});
      beat_ += count / rate_.hertz * wish_.tempo / 60;
      const auto size = static_cast<std::size_t>(count);
      for (std::size_t i = 0; i < size; ++i)
        loudest_ = std::max<double>(loudest_, std::max(std::abs(left[i]), std::abs(right[i])));
      file_.write({left.data(), size}, {right.data(), size});
      done_ += count;
      frames -= count;
      desk_.tend();
      sequences_.tend();
      for (const std::string& news : recorder_.tend()) std::printf("%s\n", news.c_str());
      progress_.at(static_cast<double>(done_) / static_cast<double>(frames_));
    }
  }

  RenderWish wish_;
  synth::SampleRate rate_;
  synth::Desk desk_;
  synth::Sequences sequences_{desk_};
  synth::History history_{desk_, sequences_};
  PatternAnswers answers_{desk_,
                          sequences_,
                          {.make = [] { return makeAnswerer("model", {}).make(); },
                           .bpm = [this] { return wish_.tempo; },
                           .seed = wish_.seed}};
  Agenda agenda_{sequences_};
  Recorder recorder_{desk_, sequences_, Shelf{}};
  Workshop workshop_{desk_, Shelf{}.modules()};
  CommandTable table_;
  synth::SoundFile file_;
  std::int64_t frames_, done_ = 0;
  double beat_ = 0, loudest_ = 0;
  Progress progress_;
};

int render(const RenderWish& wish) {
  const auto begin = std::chrono::steady_clock::now();
  Studio studio{wish};
  studio.run();
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("%s: %.4g s at %.0f Hz in %.2f s (%.0f times as fast as it sounds), peak %.1f dB\n", wish.out.c_str(),
              wish.seconds, wish.rate, took, wish.seconds / took, 20 * std::log10(std::max(studio.loudest(), 1e-9)));
  return kExitOk;
}

}  // namespace

Action addRender(CLI::App& app) {
  auto* sub = app.add_subcommand("render", "Render a patch to a sound file");
  auto wish = std::make_shared<RenderWish>();
  sub->add_option("script", wish->script, "The patch, a file of commands (create, patch, set, note, wait ...)")
      ->required();
  sub->add_option("--out", wish->out, "The sound, a .wav or .flac file")->required();
  sub->add_option("--seconds", wish->seconds, "How long (default 10)")->check(CLI::Range(0.001, kLongest));
  sub->add_option("--rate", wish->rate, "Frames a second (default 48000)")->check(CLI::Range(44100.0, 192000.0));
  sub->add_option("--tempo", wish->tempo, "Quarters a minute, for what is in step with the music (default 120)")
      ->check(number(kSlowestBpm, kFastestBpm, "quarters a minute"));
  sub->add_option("--seed", wish->seed, "Of all that is left to chance (default 1)")->check(wholeNumber(0, 1L << 62));
  sub->add_flag("--float", wish->real, "Samples of 32 bits with a point (.wav only), not of 24 without");
  sub->add_flag("--quiet", wish->quiet, "No progress bar");
  return [wish] { return render(*wish); };
}

}  // namespace antiphon
