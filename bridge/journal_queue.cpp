#include "bridge/journal_queue.hpp"

#include <concurrentqueue/concurrentqueue.h>
#include <type_traits>

namespace antiphon {
namespace {

struct Told {
  JournalEntry entry{Tally{}};
  Nanos when{};
};
static_assert(std::is_trivially_copyable_v<Told>, "an entry is copied in a real-time context");

}  // namespace

struct JournalQueue::Queue {
  explicit Queue(std::size_t capacity) : entries{capacity, 1, 0}, writer{entries} {}
  moodycamel::ConcurrentQueue<Told> entries;
  moodycamel::ProducerToken writer;
};

JournalQueue::JournalQueue(std::size_t capacity) : queue_{std::make_unique<Queue>(capacity)} {}
JournalQueue::~JournalQueue() = default;

void JournalQueue::write(const JournalEntry& entry, Nanos when) {
  if (!queue_->entries.try_enqueue(queue_->writer, Told{entry, when})) dropped_.fetch_add(1, std::memory_order_relaxed);
}

bool JournalQueue::next(JournalEntry& entry, Nanos& when) {
  Told told;
  if (!queue_->entries.try_dequeue_from_producer(queue_->writer, told)) return false;
  entry = told.entry;
  when = told.when;
  return true;
}

}  // namespace antiphon
