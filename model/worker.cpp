#include "model/worker.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace antiphon {
namespace {

constexpr std::size_t kMostRequests = 32768;  // a few calls of the largest size
constexpr std::size_t kMostThoughts = 16384;

/// A turn and a take in one number that grows.
constexpr std::uint64_t rank(TurnId id) { return std::uint64_t{id.turn} << 32 | id.take; }
constexpr TurnId turnOf(std::uint64_t rank) {
  return {static_cast<std::uint32_t>(rank >> 32), static_cast<std::uint32_t>(rank)};
}

}  // namespace

/// Passes on what the answerer thinks of, and drops what is no part of an answer.
class Worker::Stream final : public AnswerStream {
 public:
  Stream(Worker& worker, const TurnPlan& plan)
      : worker_{worker}, id_{plan.id}, length_{plan.answerBars * plan.meter.bar()} {}

  void note(const Note& note) override {
    const bool sound = note.tick >= last_ && note.tick < length_ && note.length >= Tick{1} && note.pitch < 128 &&
                       note.velocity >= 1 && note.velocity < 128 && note.channel < 16;
    if (!sound) return refuse();
    last_ = note.tick;
    Note closed = note;
    closed.length = std::min(note.length, length_ - note.tick);
    pass(Thought::Kind::note, closed);
  }
  void pedal(const Pedal& pedal) override {
    if (pedal.tick < last_ || pedal.tick >= length_ || pedal.channel >= 16) return refuse();
    last_ = pedal.tick;
    worker_.send({id_, worker_.voice_, Thought::Kind::pedal, {}, pedal});
  }
  /// What has been promised holds: nothing comes before `tick` any more.
  void reached(Tick tick) override {
    const Tick here = std::min(tick, length_);
    if (here <= last_) return;
    last_ = here;
    pass(Thought::Kind::reached, {here, Tick{1}});
  }
  bool cancelled() const override { return worker_.stale(id_); }
  void pass(Thought::Kind kind, const Note& note) { worker_.send({id_, worker_.voice_, kind, note}); }

 private:
  void refuse() { worker_.refused_.fetch_add(1, std::memory_order_relaxed); }

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

bool Worker::ask(const Request& request) {
  if (requests_.push(request)) return true;
  refused_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

void Worker::begin(const TurnPlan& plan) {
  ask({Verb::begin, plan, {}, 0});
  asked_.signal();
}

void Worker::feed(TurnId id, const Note& note) {
  ask({Verb::feed, {.id = id}, note, 0});
  asked_.signal();
}

void Worker::commit(const TurnPlan& plan, std::span<const Note> prompt) {
  wanted_.store(rank(plan.id), std::memory_order_release);
  lost_ = 0;
  bool room = true;
  for (auto note = prompt.begin(); room && note != prompt.end(); ++note) {
    room = ask({Verb::promptNote, {.id = plan.id}, *note, 0});
  }
  if (!room || !ask({Verb::commit, plan, {}, prompt.size()})) lost_ = rank(plan.id);
  asked_.signal();
}

void Worker::cancel(TurnId id) { cancelledTurn_.store(id.turn, std::memory_order_release); }

bool Worker::next(Thought& thought) {
  if (lost_ != 0) {
    thought = {turnOf(std::exchange(lost_, 0)), voice_, Thought::Kind::failed, {}};
    return true;
  }
  return thoughts_.pop(thought);
}

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
  switch (request.verb) {
    case Verb::begin:
    case Verb::feed:
      if (!stale(id) && broken_ != id.turn) hint(request);
      break;
    case Verb::promptNote:
      if (promptId_ != id) prompt_.clear();  // the commit of another try found no room
      promptId_ = id;
      prompt_.push_back(request.note);
      break;
    case Verb::commit:
      if (promptId_ != id) prompt_.clear();
      if (!stale(id)) think(request.plan, request.notes);
      prompt_.clear();
      break;
  }
}

/// True when nothing was thrown. What was, is kept for the log.
template <typename Thinking>
bool Worker::guarded(Thinking&& thinking) {
  try {
    thinking();
    return true;
  } catch (const std::exception& error) {
    keepError(error.what());
  } catch (...) {
    keepError("an error without a description");
  }
  return false;
}

void Worker::hint(const Request& request) {
  const bool whole = guarded([&] {
    if (request.verb == Verb::begin) answerer_->begin(request.plan);
    else answerer_->feed(request.note);
  });
  if (!whole) broken_ = request.plan.id.turn;
}

void Worker::think(const TurnPlan& plan, std::size_t notes) {
  Stream stream{*this, plan};
  const bool answerable = prompt_.size() == notes && broken_ != plan.id.turn;
  const Call call{plan, Phrase{plan.meter, plan.callBars, std::exchange(prompt_, {})}};
  const bool whole = answerable && guarded([&] { answerer_->commit(call, stream); });
  if (!stream.cancelled()) stream.pass(whole ? Thought::Kind::done : Thought::Kind::failed, {});
}

void Worker::send(const Thought& thought) {
  if (stale(thought.id)) return;
  while (!thoughts_.push(thought)) {  // nobody listens: there is time, this thread is an ordinary one
    if (stale(thought.id)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  if (wake_) wake_();
}

}  // namespace antiphon
