// A stage in virtual time: a DAW's clock, a player's hands, a thinker that does as it is told, and ears that keep all.
#pragma once

#include <algorithm>
#include <bitset>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scheduler/performance.hpp"

namespace antiphon::testing {

using namespace std::chrono_literals;

struct Sent {
  MidiMessage message;
  Nanos when;
};

struct Ears : MidiSink {
  std::vector<Sent> all;
  void send(const MidiMessage& message, Nanos when) override { all.push_back({message, when}); }

  std::vector<Sent> noteOns() const {
    std::vector<Sent> ons;
    std::ranges::copy_if(all, std::back_inserter(ons), [](const Sent& sent) { return sent.message.isNoteOn(); });
    return ons;
  }
  /// Notes struck and not released.
  int sounding() const {
    std::map<int, int> notes;
    for (const Sent& sent : all) {
      const int key = sent.message.channel() * 128 + sent.message.data1();
      if (sent.message.isNoteOn()) ++notes[key];
      if (sent.message.isNoteOff()) --notes[key];
    }
    int sum = 0;
    for (const auto& [key, count] : notes) sum += std::abs(count);
    return sum;
  }
  /// Channels whose sustain pedal is down.
  int pedalsDown() const {
    std::bitset<16> down;
    for (const Sent& sent : all) {
      if (sent.message.isController(midi::kSustain)) down[sent.message.channel()] = sent.message.data2() >= 64;
    }
    return static_cast<int>(down.count());
  }
};

struct Diary : Journal {
  std::vector<std::pair<JournalEntry, Nanos>> all;
  void write(const JournalEntry& entry, Nanos when) override { all.emplace_back(entry, when); }

  template <typename Entry>
  std::vector<Entry> every() const {
    std::vector<Entry> found;
    for (const auto& [entry, when] : all) {
      if (const auto* one = std::get_if<Entry>(&entry)) found.push_back(*one);
    }
    return found;
  }
  std::vector<TurnReport> turns() const {
    std::vector<TurnReport> reports;
    for (const auto& ended : every<TurnEnded>()) reports.push_back(ended.report);
    return reports;
  }
};

/// Answers with a note on each beat, unless told otherwise; `leadDelay` after it was asked, the understudy at once.
struct ObedientThinker : Thinker {
  struct Commit {
    TurnPlan plan;
    std::vector<Note> prompt;
  };
  std::function<Nanos()> now;
  std::vector<Commit> commits;
  std::vector<TurnPlan> begun;
  std::vector<Note> fed;
  std::vector<TurnId> cancelled;

  Nanos leadDelay{0};
  bool leadSilent = false;
  bool leadFails = false;
  bool understudySilent = false;
  std::uint8_t leadPitch = 72;
  std::uint8_t understudyPitch = 48;
  /// The lead's notes; a note on each beat when there is none.
  std::function<std::vector<Note>(const TurnPlan&)> compose;
  /// The lead's pedal; none when there is none.
  std::function<std::vector<Pedal>(const TurnPlan&)> pedal;

  std::deque<std::pair<Nanos, Thought>> leads;
  std::deque<std::pair<Nanos, Thought>> understudies;

  void begin(const TurnPlan& plan) override { begun.push_back(plan); }
  void feed(TurnId, const Note& note) override { fed.push_back(note); }
  void cancel(TurnId id) override {
    cancelled.push_back(id);
    leads.clear();
    understudies.clear();
  }
  void commit(const TurnPlan& plan, std::span<const Note> prompt) override {
    commits.push_back({plan, {prompt.begin(), prompt.end()}});
    leads.clear();
    understudies.clear();
    if (!leadSilent) think(leads, plan, Voice::lead, leadPitch, now() + leadDelay, leadFails);
    if (!understudySilent) think(understudies, plan, Voice::understudy, understudyPitch, now(), false);
  }

 private:
  void think(std::deque<std::pair<Nanos, Thought>>& out, const TurnPlan& plan, Voice voice, std::uint8_t pitch,
             Nanos when, bool fails) {
    Thought thought{plan.id, voice, Thought::Kind::note, {}};
    std::vector<Note> notes;
    if (voice == Voice::lead && compose) {
      notes = compose(plan);
    } else {
      for (Tick at{0}; at < plan.answerBars * plan.meter.bar(); at += plan.meter.beat()) {
        notes.push_back({at, plan.meter.beat() - Tick{10}, pitch, 90, 0});
      }
    }
    if (fails) notes.clear();
    for (const Note& note : notes) {
      thought.note = note;
      out.emplace_back(when, thought);
    }
    thought.kind = Thought::Kind::pedal;
    for (const Pedal& each : voice == Voice::lead && pedal ? pedal(plan) : std::vector<Pedal>{}) {
      thought.pedal = each;
      out.emplace_back(when, thought);
    }
    thought.kind = fails ? Thought::Kind::failed : Thought::Kind::done;
    out.emplace_back(when, thought);
  }
};

class Stage {
 public:
  explicit Stage(Settings settings = {}, double bpm = 120, Nanos first = 1s)
      : settings_{settings},
        line_{Tick{0}, first, Tempo::bpm(bpm)},
        performance_{settings, out, clockOut, thinker, diary} {
    thinker.now = [this] { return performance_.now(); };
  }

  Ears out;
  Ears clockOut;
  Diary diary;
  ObedientThinker thinker;
  Performance& performance() { return performance_; }

  /// When the true grid has `tick`.
  Nanos at(Tick tick) const { return line_.timeAt(tick); }
  Nanos atBar(double bar) const {
    return at(Tick{std::llround(bar * static_cast<double>(settings_.meter.bar().count))});
  }

  void clock(Nanos when, std::initializer_list<int> bytes) { packets_.emplace(when, Packet{true, bytes}); }
  void play(Nanos when, std::initializer_list<int> bytes) { packets_.emplace(when, Packet{false, bytes}); }
  void start() { clock(at(nextPulse_) - 1ms, {0xFA}); }
  /// The DAW's pulses, before `end`.
  void pulsesTo(Tick end) {
    for (; nextPulse_ < end; nextPulse_ += kPulse) clock(at(nextPulse_), {0xF8});
  }
  void startAndRun(double bars) {
    start();
    pulsesTo(Tick{std::llround(bars * static_cast<double>(settings_.meter.bar().count))});
  }
  /// From the pulse after the last on the tempo is another.
  void tempo(double bpm) { line_ = {nextPulse_, at(nextPulse_), Tempo::bpm(bpm)}; }
  void note(Nanos when, Nanos length, int pitch, int velocity = 80, int channel = 0) {
    play(when, {0x90 | channel, pitch, velocity});
    play(when + length, {0x80 | channel, pitch, 0});
  }
  /// A note in the music: at a bar (with a fraction), for so many ticks.
  void note(double bar, Tick length, int pitch, int velocity = 80, int channel = 0) {
    note(atBar(bar), line_.tempo.span(length), pitch, velocity, channel);
  }

  /// Does all that was laid out, in order of time, up to `until`.
  void runTo(Nanos until) {
    while (!packets_.empty() && packets_.begin()->first < until) {
      const auto [when, packet] = *packets_.begin();
      packets_.erase(packets_.begin());
      step(when);
      if (packet.clock) performance_.clockPacket(packet.bytes, when);
      else performance_.playerPacket(packet.bytes, when);
    }
    step(until);
  }
  /// And lets the clock fall silent after it.
  void runOut() {
    const Nanos last = packets_.empty() ? performance_.now() : packets_.rbegin()->first;
    runTo(last + 30s);
  }

  /// What the sustain pedal was told, and when.
  std::vector<std::pair<Tick, int>> pedals() const {
    std::vector<std::pair<Tick, int>> moves;
    for (const Sent& sent : out.all) {
      if (sent.message.isController(midi::kSustain)) moves.emplace_back(line_.tickAt(sent.when), sent.message.data2());
    }
    return moves;
  }
  std::vector<Tick> onsets() const {
    std::vector<Tick> ticks;
    for (const Sent& sent : out.noteOns()) ticks.push_back(line_.tickAt(sent.when));
    return ticks;
  }

 private:
  struct Packet {
    Packet(bool fromClock, std::initializer_list<int> values) : clock{fromClock} {
      for (const int value : values) bytes.push_back(static_cast<std::uint8_t>(value));
    }
    bool clock;
    std::vector<std::uint8_t> bytes;
  };

  void step(Nanos until) {
    for (;;) {
      deliver();
      Nanos due = performance_.nextDue();
      for (const auto* queue : {&thinker.leads, &thinker.understudies}) {
        if (!queue->empty()) due = std::min(due, queue->front().first);
      }
      if (due >= until) break;
      performance_.advance(due + 1ns);
    }
    performance_.advance(until);
  }
  void deliver() {
    for (auto* queue : {&thinker.understudies, &thinker.leads}) {
      while (!queue->empty() && queue->front().first <= performance_.now()) {
        const Thought thought = queue->front().second;
        queue->pop_front();
        performance_.think(thought, performance_.now());
      }
    }
  }

  Settings settings_;
  Timeline line_;
  Tick nextPulse_{};
  std::multimap<Nanos, Packet> packets_;
  Performance performance_;
};

}  // namespace antiphon::testing
