// The instruments that sound here, and who is heard on which.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/agenda.hpp"
#include "bridge/recorder.hpp"
#include "bridge/shelf.hpp"
#include "bridge/silent_sink.hpp"
#include "bridge/steady_moments.hpp"
#include "bridge/synth_voice.hpp"
#include "bridge/workshop.hpp"
#include "model/tokens/phrase.hpp"
#include "scheduler/latest.hpp"
#include "scheduler/midi_parser.hpp"
#include "scheduler/timeline.hpp"
#include "synth/desk.hpp"
#include "synth/studio/history.hpp"
#include "synth/studio/sequences.hpp"

namespace antiphon {

struct EnsembleWish {
  std::string patch{};  // an instrument of the factory, or a file of commands; empty: one for each that suits it
  synth::AudioWish audio{};
  std::optional<synth::SampleRate> rate{};  // nothing: the device's own
  bool through = false;                     // the player is heard as well
  bool click = false;
  bool seats = true;                      // there are calls and answers to be heard
  std::filesystem::path home{};           // where what is saved is kept; empty: the usual place
  std::optional<std::uint8_t> channel{};  // the one that the player is heard on; nothing: all
  Meter meter{};
  bool watch = false;  // they are reloaded when they are saved
};

/// Who may have an instrument: you, the answer when it plays what you play, and the parts that an answer may take.
enum class Seat : std::uint8_t { me, answer, melody, piano, chords, bass, drums };
inline constexpr std::array<std::string_view, 7> kSeats{"me", "answer", "melody", "piano", "chords", "bass", "drums"};

/// Built, started, tended and edited by an ordinary thread. Seats find their instruments by name: the answer is played
/// on what is called `answer`, whoever made it.
class Ensemble {
 public:
  /// What is sent to answers() goes on to `onward`. Throws synth::PatchError or synth::AudioError.
  Ensemble(EnsembleWish wish, std::unique_ptr<synth::AudioSystem> system, MidiSink& onward);
  ~Ensemble() { engine_.stop(); }
  Ensemble(const Ensemble&) = delete;
  Ensemble& operator=(const Ensemble&) = delete;

  /// These say what happened, a sentence each.
  std::vector<std::string> start() { return engine_.start(); }
  std::vector<std::string> tend();
  /// What the player's wheels and knobs have been turned to is done; many times a second.
  void turnKnobs();
  /// Lets everything become silent in this time.
  void fadeAway(double seconds) { desk_.set("out.level", -100, seconds); }
  void stop() { engine_.stop(); }
  bool heard() const { return engine_.heard(); }

  synth::Desk& desk() { return desk_; }
  const synth::Desk& desk() const { return desk_; }
  synth::Sequences& sequences() { return sequences_; }
  synth::History& history() { return history_; }
  Agenda& agenda() { return agenda_; }
  Recorder& recorder() { return recorder_; }
  const Shelf& shelf() const { return shelf_; }
  bool hasSeats() const { return wish_.seats; }
  /// Where the music is, in quarters.
  double beat() const { return desk_.machine().beat(); }
  Workshop& workshop() { return workshop_; }
  /// Reloads the player's own modules that were saved, if that was wished for; a sentence about each.
  std::vector<std::string> watch();
  /// What the next answer plays; nothing: what the player plays.
  void expect(std::optional<Part> part);
  /// Another instrument of the factory for this seat, at once. Throws synth::PatchError.
  void give(Seat seat, const std::string& instrument);
  /// Whoever is to be heard and is not in the patch is brought.
  void seat();
  /// The patch was edited: names may stand for other modules now.
  void lookAround();
  void click(bool on);
  /// "system (JACK), 48000 Hz, 256 frames a period: 2.1 % of the time, no gaps"
  std::string status() const;
  synth::EngineMetrics metrics() const { return engine_.metrics(); }
  Meter meter() const { return wish_.meter; }

  /// These two by one ordinary thread, which need not be the same as the one that edits. The frame on which what is
  /// asked for at this moment sounds.
  synth::Frame frameOf(Nanos when) { return engine_.frameOf(when); }
  /// Where the music is, by the steady clock; nothing: it has not begun.
  std::optional<synth::Beat> music();

  /// For the band, in the real-time context. Realtime: yes.
  MidiSink& answers() { return answers_; }
  void hear(std::span<const std::uint8_t> packet, Nanos when);
  void cycle(const CardCycle& cycle) { moments_.cycle(cycle); }
  void keepTime(const Timeline& line, Nanos now, bool running);
  /// A call is complete: from here on its answer's part is played.
  void nextAnswer();
  /// Nothing that the player holds sounds on.
  void quiet(Nanos when);

 private:
  void load();
  void makeClick();
  synth::NodeId nodeOf(Seat seat) const;
  void fill(Seat seat);

  EnsembleWish wish_;
  Shelf shelf_{wish_.home.empty() ? Shelf{} : Shelf{wish_.home}};
  std::unique_ptr<synth::AudioSystem> system_;
  synth::Desk desk_;
  synth::Sequences sequences_{desk_, wish_.meter};
  synth::History history_{desk_, sequences_};
  Agenda agenda_{sequences_};
  Recorder recorder_{desk_, sequences_, shelf_};
  Workshop workshop_{desk_, shelf_.modules()};
  synth::Engine engine_;
  SteadyMoments moments_{};
  Latest<synth::Beat> told_{};
  SilentSink nowhere_{};
  SynthVoice answers_, player_;
  MidiParser parser_{};
  bool ownPatch_ = false;  // the patch is a file's
  std::optional<Part> part_{};
  std::array<std::atomic<std::uint64_t>, 16> next_{};  // the node that voices the next answer, on each channel
  std::uint64_t gapsTold_ = 0, droppedTold_ = 0;
  std::string faultyTold_{};
};

}  // namespace antiphon
