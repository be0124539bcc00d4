#include "model/worker.hpp"

#include <chrono>
#include <utility>

namespace antiphon {
namespace {

constexpr std::size_t kMostRequests = 32768;  // a few calls of the largest size
constexpr std::size_t kMostThoughts = 16384;

/// A turn and a take in one number that grows.
constexpr std::uint64_t rank(TurnId id) { return std::uint64_t{id.turn} << 32 | id.take; }

}  // namespace

/// Passes on what the answerer thinks of, and drops what is no note of an answer.
class Worker::Stream final : public AnswerStream {
 public:
  Stream(Worker& worker, const TurnPlan& plan)
      : worker_{worker}, id_{plan.id}, length_{plan.answerBars * plan.meter.bar()} {}

  void note(const Note& note) override {
    const bool sound = note.tick >= last_ && note.tick < length_ && note.length >= Tick{1} && note.pitch < 128 &&
                       note.velocity >= 1 && note.velocity < 128 && note.channel < 16;
    if (!sound) {
      worker_.refused_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    last_ = note.tick;
    pass(Thought::Kind::note, note);
  }
  void reached(Tick tick) override { pass(Thought::Kind::reached, {tick, Tick{1}}); }
  bool cancelled() const override { return worker_.stale(id_); }
  void pass(Thought::Kind kind, const Note& note) { worker_.send({id_, worker_.voice_, kind, note}); }

 private:
  Worker& worker_;
  TurnId id_;
  Tick length_;
  Tick last_{0};
};

Worker::Worker(std::unique_ptr<Answerer> answerer, Voice voice, std::function<void()> wake)
    : answerer_{std::move(answerer)},
      voice_{voice},
      wake_{std::move(wake)},
      requests_{kMostRequests},
      thoughts_{kMostThoughts},
      thread_{[this] { run(); }} {}

Worker::~Worker() {
  leaving_.store(true);
  asked_.signal();
  thread_.join();
}

void Worker::ask(const Request& request) {
  if (!requests_.push(request)) refused_.fetch_add(1, std::memory_order_relaxed);
}

void Worker::begin(const TurnPlan& plan) {
  ask({Verb::begin, plan, {}});
  asked_.signal();
}

void Worker::feed(TurnId id, const Note& note) {
  ask({Verb::feed, {.id = id}, note});
  asked_.signal();
}

void Worker::commit(const TurnPlan& plan, std::span<const Note> prompt) {
  wanted_.store(rank(plan.id), std::memory_order_release);
  for (const Note& note : prompt) ask({Verb::promptNote, {.id = plan.id}, note});
  ask({Verb::commit, plan, {}});
  asked_.signal();
}

void Worker::cancel(TurnId id) { cancelledTurn_.store(id.turn, std::memory_order_release); }

bool Worker::next(Thought& thought) { return thoughts_.pop(thought); }

bool Worker::stale(TurnId id) const {
  return leaving_.load(std::memory_order_relaxed) || rank(id) < wanted_.load(std::memory_order_acquire) ||
         id.turn <= cancelledTurn_.load(std::memory_order_acquire);
}

std::optional<std::string> Worker::takeError() {
  const std::lock_guard lock{errorLock_};
  return std::exchange(error_, std::nullopt);
}

void Worker::keepError(const char* text) {
  const std::lock_guard lock{errorLock_};
  error_ = std::string{answerer_->name()} + ": " + text;
}

void Worker::run() {
  Request request;
  while (!leaving_.load()) {
    if (requests_.pop(request)) handle(request);
    else asked_.wait();
  }
}

void Worker::handle(const Request& request) {
  const TurnId id = request.plan.id;
  try {
    switch (request.verb) {
      case Verb::begin:
        if (!stale(id)) answerer_->begin(request.plan);
        break;
      case Verb::feed:
        if (!stale(id)) answerer_->feed(request.note);
        break;
      case Verb::promptNote:
        if (promptId_ != id) prompt_.clear();  // the commit of another try found no room
        promptId_ = id;
        prompt_.push_back(request.note);
        break;
      case Verb::commit:
        if (promptId_ != id) prompt_.clear();
        if (!stale(id)) think(request.plan);
        prompt_.clear();
        break;
    }
  } catch (const std::exception& error) {
    keepError(error.what());
  } catch (...) {
    keepError("an error without a description");
  }
}

void Worker::think(const TurnPlan& plan) {
  Stream stream{*this, plan};
  const Call call{plan, Phrase{plan.meter, plan.callBars, std::exchange(prompt_, {})}};
  try {
    answerer_->commit(call, stream);
  } catch (...) {
    stream.pass(Thought::Kind::failed, {});
    throw;
  }
  if (!stream.cancelled()) stream.pass(Thought::Kind::done, {});
}

void Worker::send(const Thought& thought) {
  while (!thoughts_.push(thought)) {  // nobody listens: there is time, this thread is an ordinary one
    if (stale(thought.id)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  if (wake_) wake_();
}

}  // namespace antiphon
