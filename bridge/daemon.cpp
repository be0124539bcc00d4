#include "bridge/daemon.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <utility>

#include "bridge/band.hpp"
#include "bridge/command_table.hpp"
#include "bridge/console.hpp"
#include "bridge/daemon_log.hpp"
#include "bridge/daw/daw_line.hpp"
#include "bridge/daw/dawg.hpp"
#include "bridge/demo_player.hpp"
#include "bridge/doorway.hpp"
#include "bridge/heard_band.hpp"
#include "bridge/journal_queue.hpp"
#include "bridge/loopback_backend.hpp"
#include "bridge/midi_systems.hpp"
#include "bridge/program_doors.hpp"
#include "bridge/prompt.hpp"
#include "bridge/session_file.hpp"
#include "bridge/signal_watch.hpp"
#include "bridge/status_file.hpp"
#include "bridge/turn_log.hpp"
#include "bridge/whole_table.hpp"
#include "model/echo.hpp"
#include "model/native_model.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;

constexpr auto kGlance = 40ms;     // how often the screen is looked after
constexpr auto kCloseLook = 4ms;   // when something waits for its bar, and that is near
constexpr double kNearBeat = 0.5;  // quarters
constexpr auto kTendEvery = 1s;    // and the ports
constexpr auto kFadeAway = 1s;     // what sounds is not cut off
constexpr int kDemoTurns = 2;
constexpr const char* kDemoSession = "antiphon-session.mid";

class Daemon {
 public:
  explicit Daemon(DaemonPlan plan);
  int run();

 private:
  void tell();
  void tend();
  void begin();
  void done(std::string_view line);
  void keepAgenda();
  std::string status() const;
  void tendStatus();
  void tendDaw();
  bool ownClock() const { return plan_.settings.clock == ClockSource::internal; }
  std::vector<std::string> ailments() const;

  std::unique_ptr<MidiBackend> openBackend();
  std::chrono::milliseconds glance() const;
  MidiClient& chain();
  void explainKeys();

  DaemonPlan plan_;
  bool demo_;
  DaemonLog log_;
  std::unique_ptr<SessionFile> session_;
  std::unique_ptr<TurnLog> turns_;
  std::optional<StatusFile> status_;
  JournalQueue journal_;
  std::optional<ComputerPiano> piano_;
  std::unique_ptr<MidiBackend> backend_;
  std::unique_ptr<Ensemble> ensemble_;
  std::optional<PatternAnswers> answers_;
  Band band_;
  std::optional<HeardBand> heard_;
  std::optional<DemoPlayer> demoPlayer_;
  std::unique_ptr<DawLine> daw_;
  CommandTable commands_;
  Doorway doorway_;
  Settings wanted_;  // as the live commands have changed them
  std::chrono::steady_clock::time_point tended_{};
  Prompt prompt_;
  bool barNears_ = false;  // for which something waits
  std::atomic<bool> quit_{false};
  int turnsPlayed_ = 0;
  PortFaults faultsTold_{};
  std::uint64_t journalDropsTold_ = 0;
  std::vector<std::string> ailments_{};  // what is not well, as it was seen last
  // Their threads use the rest.
  std::optional<ProgramDoors> doors_;
};

/// With nobody at the other end of the ports, the clock and the calls must come from here.
DaemonPlan withDemonstration(DaemonPlan plan) {
  plan.backend = chooseBackend(plan.backend);
  if (plan.backend != "loopback" || plan.piano || plan.studio || !plan.calls.empty()) return plan;
  plan.settings.clock = ClockSource::internal;
  plan.settings.mode = Mode::automatic;
  plan.settings.anchor = Anchor::transport;
  if (plan.recordFile.empty()) plan.recordFile = kDemoSession;
  if (plan.turns == 0) plan.turns = kDemoTurns;
  return plan;
}

Daemon::Daemon(DaemonPlan plan)
    : plan_{withDemonstration(std::move(plan))},
      demo_{plan_.backend == "loopback" && !plan_.piano && !plan_.studio && plan_.calls.empty()},
      log_{plan_.logLevel, plan_.settings.meter, plan_.settings.measures, plan_.json},
      backend_{openBackend()},
      ensemble_{plan_.ensemble ? std::make_unique<Ensemble>(*plan_.ensemble, synth::systemAudio(), backend_->out())
                               : nullptr},
      band_{plan_.settings,
            ensemble_ ? ensemble_->answers() : backend_->out(),
            backend_->clockOut(),
            plan_.lead(),
            std::make_unique<EchoAnswerer>(),
            journal_,
            [this] { backend_->wake(); }},
      daw_{plan_.daw ? std::make_unique<DawLine>(std::move(plan_.daw)) : nullptr},
      doorway_{commands_, ensemble_ ? &ensemble_->desk() : nullptr},
      wanted_{plan_.settings},
      prompt_{commands_, doorway_, log_, ensemble_.get(), {plan_.studio, plan_.json}} {
  if (plan_.studio && ensemble_ && !ensemble_->hasSeats()) log_.alone();
  if (!plan_.recordFile.empty()) {
    session_ = ownClock() ? std::make_unique<SessionFile>(plan_.recordFile, plan_.settings.meter, plan_.settings.tempo)
                          : std::make_unique<SessionFile>(plan_.recordFile, plan_.settings.meter);
    if (!session_->keptAside().empty()) {
      log_.say("[session] the file that was there is now " + session_->keptAside().string());
    }
  }
  if (plan_.statusFile) status_.emplace(*plan_.statusFile, thisInstance());
  if (!plan_.turnLogFile.empty()) turns_ = std::make_unique<TurnLog>(plan_.turnLogFile);
  const auto ask = [this](const LiveCommand& asked) {
    const bool taken = band_.ask(asked);
    backend_->wake();
    return taken;
  };
  if (ensemble_) {
    answers_.emplace(ensemble_->desk(), ensemble_->sequences(),
                     AnswerDoors{.make = plan_.lead,
                                 .desk = plan_.desk,
                                 .bpm = [this] { return ownClock() ? wanted_.tempo.bpm() : 0; },
                                 .seed = plan_.settings.seed});
  }
  addWholeTable(commands_,
                {.wanted = wanted_,
                 .live = {.send = ask, .status = [this] { return status(); }, .quit = [this] { quit_.store(true); }},
                 .desk = plan_.desk,
                 .model = {.again = [ask] { return ask(Again{}); }},
                 .wait = [this](double seconds) { return prompt_.wait(seconds); },
                 .files = {.tempo = [this] { return ownClock() ? wanted_.tempo.bpm() : 0; },
                           .setTempo =
                               [this](double bpm) {
                                 if (ownClock()) commands_.run("tempo " + decimal(bpm));
                               },
                           .loaded = [this] { ensemble_->seat(); }},
                 .ensemble = ensemble_.get(),
                 .answers = answers_ ? &*answers_ : nullptr,
                 .mix = {.within = [this](const std::function<void()>& act) { doorway_.within(act); },
                         .change =
                             [this](const std::string& line, const std::function<Command::Reply()>& act) {
                               return doorway_.run(line, act, Doorway::Door::own);
                             }},
                 .daw = daw_.get()});
  doorway_.attend([this] { begin(); }, [this](std::string_view line) { done(line); });
  if (ensemble_) band_.whenCommitted([this] { ensemble_->nextAnswer(); });
  // Whoever cannot be let in is told before anything sounds.
  doors_.emplace(plan_, doorway_, commands_, ensemble_.get(),
                 [this] { return doorway_.within([this] { return ailments_; }); });
  if (status_) status_->endpoints(doors_->routes());
}

/// What was wished for and is not there.
std::vector<std::string> Daemon::ailments() const {
  std::vector<std::string> list;
  if (ensemble_ && plan_.ensemble->audio.device != synth::AudioWish::kNobody && !ensemble_->heard())
    list.push_back("sound: there is no device that plays it");
  const std::vector<std::string> ports = backend_->ports();
  if (ports.empty() && backend_->name() != "loopback")
    list.push_back("MIDI: " + std::string{backend_->name()} + " is not there");
  for (const std::string& port : ports) {
    if (port.ends_with("(gone)")) list.push_back("MIDI: " + port);
  }
  if (daw_ && daw_->known().connected == false) list.push_back("DAW: " + daw_->daw().name() + " does not answer");
  return list;
}

std::unique_ptr<MidiBackend> Daemon::openBackend() {
  if (!plan_.piano) return makeBackend(plan_.backend, plan_.ports);
  auto loop = std::make_unique<LoopbackBackend>();
  piano_.emplace(*plan_.piano,
                 [&inside = *loop](const MidiMessage& message) { inside.inject(Inlet::player, message.view()); });
  return loop;
}

/// From the back end to the band: whoever stands between them.
MidiClient& Daemon::chain() {
  MidiClient* last = &band_;
  if (ensemble_) last = &heard_.emplace(band_, *ensemble_);
  if (!plan_.calls.empty()) last = &demoPlayer_.emplace(band_, *last, plan_.settings, plan_.calls);
  else if (demo_) last = &demoPlayer_.emplace(band_, *last, plan_.settings);
  return *last;
}

void Daemon::explainKeys() {
  if (piano_) {
    for (const std::string& line : piano_->help()) log_.say("[keys]   " + line);
  }
  const std::string colon = "a command begins with a colon, :help lists them, :quit ends";
  if (plan_.settings.mode == Mode::manual)
    log_.say(std::string{"[keys] "} + plan_.recordKey + " records, " + plan_.playKey + " answers; " + colon);
  else log_.say("[keys] " + (piano_ ? colon : "type help for the commands, quit to end"));
}

int Daemon::run() {
  const SignalWatch signals;
  if (ensemble_) {
    for (const std::string& news : doorway_.within([this] { return ensemble_->start(); })) log_.say("[sound] " + news);
  }
  backend_->start(chain());

  if (!plan_.calls.empty()) {
    log_.say("[midi] the file plays, on our own clock");
  } else if (piano_) {
    log_.say("[midi] you play on the computer's keys, on our own clock");
  } else if (plan_.studio && plan_.backend == "loopback") {
    log_.say("[studio] on our own clock, " + decimal(plan_.settings.tempo.bpm()) + " BPM");
  } else if (demo_) {
    log_.say("[midi] no MIDI system here: a demonstration, with a built-in player, on our own clock");
  } else {
    log_.say("[midi] " + std::string{backend_->name()});
    for (const std::string& port : backend_->ports()) log_.say("[midi] " + port);
    if (plan_.settings.clock == ClockSource::external) log_.say("[clock] waiting for the DAW to start");
  }

  for (const std::string& place : doors_->places()) log_.say(place);
  if (!plan_.foreword.empty()) log_.say("[model] " + plan_.foreword);

  {
    Console::Keys keys{plan_.settings.mode == Mode::manual, plan_.recordKey, plan_.playKey};
    if (piano_) keys.piano = [this](const KeyStroke& stroke, bool tells) { piano_->take(stroke, tells, steadyNow()); };
    Console console{std::move(keys), [this](const std::string& line) { prompt_.hear(line); }};
    prompt_.byHand(console.inputIsTerminal());
    console.line().completeBy([this](std::string_view before) { return prompt_.completions(before); });
    if (prompt_.byHand()) explainKeys();
    else if (piano_) log_.warn("[keys] no terminal: there are no keys to play on");
    while (!quit_.load() && !SignalWatch::stops()) {
      tell();
      if (ensemble_) {
        for (const std::string& news : doorway_.within([this] {
               ensemble_->turnKnobs();
               return ensemble_->recorder().tend();
             }))
          log_.say("[record] " + news);
        for (const std::string& news : doorway_.within([this] { return answers_->tend(ensemble_->beat()); }))
          log_.say("[answer] " + news);
      }
      if (plan_.turns > 0 && turnsPlayed_ >= plan_.turns) break;
      tend();
      if (const auto choices = console.line().takeChoices(); !choices.empty()) prompt_.show(choices);
      doorway_.within([&] { log_.redraw(console.typed().text(), console.typed().behindCursor()); });
      if (prompt_.full()) std::this_thread::sleep_for(glance());
      else console.poll(glance());
      prompt_.obey([this] { return quit_.load(); });
      if (ensemble_) keepAgenda();
      // What is typed into a studio from a file or a pipe is all there is, unless another door is open.
      if (plan_.studio && !doors_->any() && console.ended() && prompt_.done()) quit_.store(true);
      if (piano_) piano_->tend(steadyNow());
    }
    if (piano_) piano_->letGo();
  }

  doors_.reset();
  backend_->stop();  // the band says farewell: every note is closed
  tell();
  if (ensemble_) {
    ensemble_->fadeAway(std::chrono::duration<double>(kFadeAway).count());
    if (ensemble_->heard()) std::this_thread::sleep_for(kFadeAway);
    for (const std::string& news : ensemble_->recorder().finish()) log_.say("[record] " + news);
    log_.say("[sound] " + ensemble_->status());
    ensemble_->stop();
  }
  if (status_) status_->close(std::chrono::system_clock::now());
  if (session_) {
    session_->close();
    if (const auto news = session_->news()) log_.warn("[session] " + *news);
    else log_.say("[session] written to " + plan_.recordFile);
  }
  log_.say("[end] " + std::to_string(turnsPlayed_) + (turnsPlayed_ == 1 ? " turn" : " turns") + ", every note closed");
  return 0;
}

/// Until the screen is looked after, or a key of the piano comes up.
std::chrono::milliseconds Daemon::glance() const {
  if (barNears_) return kCloseLook;
  if (!piano_ || piano_->nextDue() == Nanos::max()) return kGlance;
  const auto due = std::chrono::duration_cast<std::chrono::milliseconds>(piano_->nextDue() - steadyNow());
  return std::clamp(due + 1ms, 0ms, std::chrono::milliseconds{kGlance});
}

void Daemon::tell() {
  JournalEntry entry;
  Nanos when{};
  while (journal_.next(entry, when)) {
    if (session_) session_->write(entry, when);
    if (const auto* turn = std::get_if<TurnEnded>(&entry)) {
      ++turnsPlayed_;
      if (turns_) turns_->write(turn->report);
      for (const LogLine& line : logLines(entry, plan_.settings.meter))
        if (doors_) doors_->turn(line.text);
    }
    if (status_) status_->happened(entry);
    doorway_.within([&] { log_.write(entry); });
  }
  if (const auto error = band_.takeError()) log_.warn("[answerer] " + *error);
  if (plan_.desk) {
    if (const auto remark = plan_.desk->takeRemark()) log_.warn("[answerer] " + *remark);
    if (ensemble_) doorway_.within([this] { ensemble_->expect(plan_.desk->read().part); });
  }
}

void Daemon::tend() {
  const auto now = std::chrono::steady_clock::now();
  if (session_) session_->tend(now.time_since_epoch());
  if (daw_) tendDaw();
  if (status_) tendStatus();
  if (now - tended_ < kTendEvery) return;
  tended_ = now;
  for (const std::string& news : backend_->tend()) log_.warn("[midi] " + news);
  if (plan_.http) doorway_.within([this] { ailments_ = ailments(); });
  if (ensemble_) {
    for (const std::string& news : doorway_.within([this] { return ensemble_->tend(); })) log_.warn("[sound] " + news);
    for (const std::string& news : doorway_.within([this] { return ensemble_->watch(); })) log_.say("[module] " + news);
  }
  if (session_) {
    if (const auto news = session_->news()) log_.warn("[session] " + *news);
  }
  if (turns_) {
    if (const auto news = turns_->news()) log_.warn("[turn log] " + *news);
  }
  const PortFaults faults = backend_->faults();
  if (faults.inputDropped > faultsTold_.inputDropped) {
    log_.warn("[midi] too much came in at once: " + std::to_string(faults.inputDropped) + " messages dropped so far");
  }
  if (faults.outputDropped > faultsTold_.outputDropped) {
    log_.warn("[midi] the port took no more: " + std::to_string(faults.outputDropped) + " messages lost so far");
  }
  faultsTold_ = faults;
  if (journal_.dropped() > journalDropsTold_) {
    journalDropsTold_ = journal_.dropped();
    log_.warn("[log] more happened than could be told: " + std::to_string(journalDropsTold_) + " entries lost so far");
  }
}

void Daemon::tendDaw() {
  daw_->tend(std::chrono::steady_clock::now());
  for (const DawNews& news : daw_->news()) {
    if (news.warning) log_.warn("[daw] " + news.text);
    else log_.say("[daw] " + news.text);
  }
  if (status_ && dynamic_cast<const Dawg*>(&daw_->daw()) != nullptr) status_->dawg(daw_->known().connected);
}

void Daemon::tendStatus() {
  std::string model = plan_.model;
  if (model.empty() && plan_.desk) {
    if (const auto playing = plan_.desk->read().model) model = playing->name();
  }
  if (!model.empty()) status_->model("answers", model);
  status_->tend(std::chrono::system_clock::now());
  if (const auto news = status_->news()) log_.warn("[status] " + *news);
}

/// Before a command, and after it.
void Daemon::begin() {
  if (ensemble_) ensemble_->history().begin();
}

void Daemon::done(std::string_view line) {
  if (ensemble_) {
    ensemble_->lookAround();
    ensemble_->history().done(line);
  }
  log_.expect(wanted_.measures);
}

/// What waits for its bar is done as if it were typed then.
void Daemon::keepAgenda() {
  const double beat = ensemble_->beat();
  const auto news = doorway_.within([&] {
    barNears_ = ensemble_->agenda().next() - beat < kNearBeat;
    return ensemble_->agenda().run(beat, [this](const std::string& line) {
      begin();
      Command::Reply reply = commands_.run(line);
      done(line);
      return reply;
    });
  });
  for (const std::string& told : news) log_.say("[agenda] " + told);
}

std::string Daemon::status() const {
  std::string text = log_.statusText();
  if (ensemble_) text += "\nsound: " + ensemble_->status();
  if (doors_) text += doors_->counts();
  return text;
}

}  // namespace

int runDaemon(DaemonPlan plan) { return Daemon{std::move(plan)}.run(); }

}  // namespace antiphon
