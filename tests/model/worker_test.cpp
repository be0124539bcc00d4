#include "model/worker.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "scheduler/realtime_scope.hpp"
#include "tests/guard/realtime_guard.hpp"

using namespace antiphon;
using namespace std::chrono_literals;

namespace {

/// Lets one thread wait for another, with an end to its patience.
class Gate {
 public:
  void open() {
    const std::lock_guard lock{mutex_};
    open_ = true;
    changed_.notify_all();
  }
  bool wait(std::chrono::milliseconds limit = 10s) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, limit, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

struct Scripted : Answerer {
  std::function<void(const Call&, AnswerStream&)> script;
  std::function<void(const Note&)> fed = [](const Note&) {};
  std::string_view name() const override { return "scripted"; }
  void feed(const Note& note) override { fed(note); }
  void commit(const Call& call, AnswerStream& out) override { script(call, out); }
};

struct Harness {
  explicit Harness(std::function<void(const Call&, AnswerStream&)> script) {
    auto answerer = std::make_unique<Scripted>();
    scripted = answerer.get();
    answerer->script = std::move(script);
    worker.emplace(std::move(answerer), Voice::lead, [this] { arrived.release(); });
  }
  /// The thoughts up to the end of an answer.
  std::vector<Thought> untilEnd() {
    std::vector<Thought> thoughts;
    Thought thought;
    do {
      while (worker->next(thought)) {
        thoughts.push_back(thought);
        if (thought.kind == Thought::Kind::done || thought.kind == Thought::Kind::failed) return thoughts;
      }
    } while (arrived.wait());
    return thoughts;
  }

  struct Arrivals {
    std::mutex mutex;
    std::condition_variable changed;
    int count = 0;
    void release() {
      const std::lock_guard lock{mutex};
      ++count;
      changed.notify_all();
    }
    bool wait() {
      std::unique_lock lock{mutex};
      if (!changed.wait_for(lock, 10s, [this] { return count > 0; })) return false;
      count = 0;
      return true;
    }
  } arrived;
  Scripted* scripted = nullptr;
  std::optional<Worker> worker;
};

TurnPlan planOf(std::uint32_t turn, std::uint32_t take = 1) {
  TurnPlan plan;
  plan.id = {turn, take};
  plan.answerBars = 1;
  return plan;
}

void answerEachNote(const Call& call, AnswerStream& out) {
  for (const Note& note : call.prompt.notes) out.note(note);
}

const std::vector<Note> kPrompt{{Tick{0}, Tick{100}, 60, 80, 0}, {Tick{480}, Tick{100}, 62, 80, 0}};

}  // namespace

SCENARIO("WORKER-1 A call is answered on another thread, note by note") {
  Harness harness{answerEachNote};
  harness.worker->begin(planOf(1, 0));
  harness.worker->commit(planOf(1), kPrompt);
  const auto thoughts = harness.untilEnd();
  REQUIRE(thoughts.size() == 3);
  REQUIRE(thoughts[0].note == kPrompt[0]);
  REQUIRE(thoughts[1].note == kPrompt[1]);
  REQUIRE(thoughts[2].kind == Thought::Kind::done);
  REQUIRE(thoughts[0].id == TurnId{1, 1});
}

SCENARIO("WORKER-2 An answerer that breaks is reported, and thinks again the next time") {
  bool breaks = true;
  Harness harness{[&](const Call& call, AnswerStream& out) {
    if (breaks) throw std::runtime_error{"lost the thread"};
    answerEachNote(call, out);
  }};
  harness.worker->commit(planOf(1), kPrompt);
  REQUIRE(harness.untilEnd().back().kind == Thought::Kind::failed);
  REQUIRE(harness.worker->takeError() == "scripted: lost the thread");
  REQUIRE_FALSE(harness.worker->takeError().has_value());
  breaks = false;
  harness.worker->commit(planOf(2), kPrompt);
  REQUIRE(harness.untilEnd().back().kind == Thought::Kind::done);
}

SCENARIO("WORKER-3 A call that has changed makes the older answer stop") {
  Gate started;
  Gate stopped;
  Harness harness{[&](const Call& call, AnswerStream& out) {
    if (call.plan.id.take == 1) {
      started.open();
      while (!out.cancelled()) std::this_thread::yield();
      stopped.open();
      return;
    }
    answerEachNote(call, out);
  }};
  harness.worker->commit(planOf(1, 1), kPrompt);
  REQUIRE(started.wait());
  harness.worker->commit(planOf(1, 2), kPrompt);
  REQUIRE(stopped.wait());
  const auto thoughts = harness.untilEnd();
  REQUIRE(thoughts.size() == 3);
  REQUIRE(thoughts[0].id == TurnId{1, 2});
}

SCENARIO("WORKER-4 A turn that is over stops the thinking") {
  Gate started;
  Gate stopped;
  Harness harness{[&](const Call&, AnswerStream& out) {
    started.open();
    while (!out.cancelled()) std::this_thread::yield();
    stopped.open();
  }};
  harness.worker->commit(planOf(1), kPrompt);
  REQUIRE(started.wait());
  harness.worker->cancel({1, 1});
  REQUIRE(stopped.wait());
}

SCENARIO("WORKER-5 What is no note of an answer is dropped at this door") {
  Harness harness{[](const Call&, AnswerStream& out) {
    out.note({Tick{480}, Tick{10}, 60, 90, 0});
    out.note({Tick{0}, Tick{10}, 60, 90, 0});
    out.note({Tick{1920}, Tick{10}, 60, 90, 0});
    out.note({Tick{500}, Tick{0}, 60, 90, 0});
    out.note({Tick{500}, Tick{10}, 128, 90, 0});
    out.note({Tick{500}, Tick{10}, 60, 0, 0});
    out.note({Tick{500}, Tick{10}, 60, 90, 16});
  }};
  harness.worker->commit(planOf(1), kPrompt);
  REQUIRE(harness.untilEnd().size() == 2);
  REQUIRE(harness.worker->refused() == 6);
}

SCENARIO("WORKER-6 More is asked than there is room for: nobody waits, and the call is reported as failed") {
  Gate started;
  Gate release;
  Harness harness{[&](const Call& call, AnswerStream& out) {
    if (call.plan.id.turn == 1) {
      started.open();
      release.wait();
      return;
    }
    answerEachNote(call, out);
  }};
  harness.worker->commit(planOf(1), kPrompt);
  REQUIRE(started.wait());
  const std::vector<Note> large(4096, Note{});
  for (std::uint32_t take = 1; take <= 20; ++take) harness.worker->commit(planOf(2, take), large);
  REQUIRE(harness.worker->refused() > 0);
  Thought thought;
  REQUIRE(harness.worker->next(thought));
  REQUIRE(thought.kind == Thought::Kind::failed);
  REQUIRE(thought.id == TurnId{2, 20});
  REQUIRE_FALSE(harness.worker->next(thought));

  release.open();
  // The requests that found room are worked through; the next call is then answered as it was played.
  const auto patience = std::chrono::steady_clock::now() + 10s;
  std::vector<Thought> thoughts;
  for (std::uint32_t turn = 3; std::chrono::steady_clock::now() < patience; ++turn) {
    harness.worker->commit(planOf(turn), kPrompt);
    thoughts = harness.untilEnd();
    REQUIRE(thoughts.back().id == TurnId{turn, 1});
    if (thoughts.back().kind == Thought::Kind::done) break;
    std::this_thread::yield();
  }
  REQUIRE(thoughts.back().kind == Thought::Kind::done);
  REQUIRE(thoughts.size() == 3);
}

SCENARIO("WORKER-7 Notes reach the answerer while they are played") {
  Gate heard;
  Harness harness{answerEachNote};
  harness.scripted->fed = [&](const Note& note) {
    if (note.pitch == 62) heard.open();
  };
  harness.worker->begin(planOf(1, 0));
  harness.worker->feed({1, 0}, kPrompt[0]);
  harness.worker->feed({1, 0}, kPrompt[1]);
  REQUIRE(heard.wait());
}

SCENARIO("WORKER-8 An answerer that breaks while it listens has broken for this turn") {
  Harness harness{answerEachNote};
  harness.scripted->fed = [](const Note& note) {
    if (note.pitch == 62) throw std::runtime_error{"wrong note"};
  };
  harness.worker->begin(planOf(1, 0));
  harness.worker->feed({1, 0}, kPrompt[1]);
  harness.worker->feed({1, 0}, kPrompt[0]);
  // The commit must not overtake the feeds, or they are passed over.
  const auto patience = std::chrono::steady_clock::now() + 10s;
  std::optional<std::string> error;
  while (!(error = harness.worker->takeError()) && std::chrono::steady_clock::now() < patience)
    std::this_thread::yield();
  REQUIRE(error == "scripted: wrong note");
  harness.worker->commit(planOf(1), kPrompt);
  const auto thoughts = harness.untilEnd();
  REQUIRE(thoughts.size() == 1);
  REQUIRE(thoughts[0].kind == Thought::Kind::failed);
  REQUIRE(thoughts[0].id == TurnId{1, 1});

  harness.worker->commit(planOf(2), kPrompt);
  REQUIRE(harness.untilEnd().back().kind == Thought::Kind::done);
}

SCENARIO("WORKER-9 A promise is kept, and nothing sounds past the end") {
  Harness harness{[](const Call&, AnswerStream& out) {
    out.note({Tick{0}, Tick{1} * (std::int64_t{1} << 62), 60, 90, 0});
    out.reached(Tick{960});
    out.reached(Tick{480});                      // known already
    out.note({Tick{900}, Tick{10}, 60, 90, 0});  // promised not to come
    out.note({Tick{960}, Tick{10}, 60, 90, 0});
    out.reached(Tick{99999});
  }};
  harness.worker->commit(planOf(1), kPrompt);
  const auto thoughts = harness.untilEnd();
  REQUIRE(thoughts.size() == 5);
  REQUIRE(thoughts[0].note.end() == Tick{1920});
  REQUIRE(thoughts[1].note.tick == Tick{960});
  REQUIRE(thoughts[2].note.tick == Tick{960});
  REQUIRE(thoughts[3].note.tick == Tick{1920});
  REQUIRE(harness.worker->refused() == 1);
}

SCENARIO("WORKER-13 The pedal goes the way of the notes") {
  Harness harness{[](const Call&, AnswerStream& out) {
    out.note({Tick{0}, Tick{480}, 60, 90, 3});
    out.pedal({Tick{60}, true, 3});
    out.pedal({Tick{30}, false, 3});  // time goes back
    out.reached(Tick{480});
    out.pedal({Tick{470}, false, 3});  // promised not to come
    out.pedal({Tick{480}, false, 3});
    out.pedal({Tick{500}, true, 16});   // no such channel
    out.pedal({Tick{1920}, false, 3});  // no bar of ours
  }};
  harness.worker->commit(planOf(1), kPrompt);
  const auto thoughts = harness.untilEnd();
  REQUIRE(thoughts.size() == 5);
  REQUIRE(thoughts[1].kind == Thought::Kind::pedal);
  REQUIRE(thoughts[1].pedal == Pedal{Tick{60}, true, 3});
  REQUIRE(thoughts[3].pedal == Pedal{Tick{480}, false, 3});
  REQUIRE(harness.worker->refused() == 4);
}

SCENARIO("WORKER-10 An answer longer than the queue goes through while somebody listens") {
  constexpr std::uint32_t kMany = 50000;
  Harness harness{[](const Call&, AnswerStream& out) {
    for (std::uint32_t i = 0; i < kMany; ++i) out.note({Tick{0}, Tick{10}, static_cast<std::uint8_t>(i % 128), 90, 0});
  }};
  harness.worker->commit(planOf(1), kPrompt);
  const auto thoughts = harness.untilEnd();
  REQUIRE(thoughts.size() == kMany + 1);
  for (std::uint32_t i = 0; i < kMany; ++i) {
    if (thoughts[i].note.pitch != i % 128) FAIL("note " << i << " is out of order");
  }
}

SCENARIO("WORKER-11 Nobody listens: the thread waits, and still leaves when it is told to") {
  Gate full;
  Harness harness{[&](const Call&, AnswerStream& out) {
    for (int i = 0; !out.cancelled(); ++i) {
      if (i == 10000) full.open();
      out.note({Tick{0}, Tick{10}, 60, 90, 0});
    }
  }};
  harness.worker->commit(planOf(1), kPrompt);
  REQUIRE(full.wait());
  harness.worker.reset();  // comes back
  SUCCEED();
}

SCENARIO("WORKER-12 Asking and listening take no memory and no lock") {
  Harness harness{answerEachNote};
  const guard::Offences before = guard::offences();
  {
    RealtimeScope realtime;
    for (std::uint32_t turn = 1; turn < 200; ++turn) {
      harness.worker->begin(planOf(turn, 0));
      for (const Note& note : kPrompt) harness.worker->feed({turn, 0}, note);
      harness.worker->commit(planOf(turn), kPrompt);
      Thought thought;
      for (int i = 0; i < 20; ++i) harness.worker->next(thought);
      harness.worker->cancel({turn, 1});
    }
  }
  REQUIRE(guard::offences().all() == before.all());
}
