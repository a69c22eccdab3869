#include "app/events.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "base/text.h"

namespace ordo::app {
namespace {

// A large commit is kept in parts, so that the ring lets go of a little at a time.
constexpr std::size_t kBatchEvents = 256;
// Of an event's text beside what is counted.
constexpr std::size_t kFixedBytes = 160;

std::size_t bytes_of(const Event& event) {
  return kFixedBytes + event.id.value().size() + event.queue.value().size() +
         event.lane.value().size() + (event.error ? event.error->size() : 0);
}

template <class T>
bool agrees(const std::optional<T>& wanted, const T& is) {
  return !wanted || *wanted == is;
}

std::optional<std::uint64_t> number(std::string_view text, int base) {
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace

// After it is listed only the events' thread uses it, but for `gone`.
struct Events::Subscription::Entry {
  EventFilter filter;
  EventSink sink;
  std::uint64_t next = 1;  // the next number to look at
  bool gap = false;        // asked for more than there is
  bool fresh = true;
  std::atomic<bool> gone = false;
};

std::string_view name_of(EventType type) noexcept {
  switch (type) {
    case EventType::accepted:
      return "task.accepted";
    case EventType::started:
      return "task.started";
    case EventType::retried:
      return "task.retried";
    case EventType::succeeded:
      return "task.succeeded";
    case EventType::dead:
      return "task.dead";
    case EventType::cancelled:
      return "task.cancelled";
  }
  return "task.unknown";
}

std::optional<EventType> event_type_named(std::string_view name) noexcept {
  using enum EventType;
  for (const EventType type : {accepted, started, retried, succeeded, dead, cancelled}) {
    if (name_of(type) == name) return type;
  }
  return std::nullopt;
}

bool EventFilter::matches(const Event& event) const {
  return agrees(queue, event.queue) && agrees(lane, event.lane) && agrees(task, event.id);
}

Events::Subscription::Subscription(Events& events, std::shared_ptr<Entry> entry)
    : events_(&events), entry_(std::move(entry)) {}

Events::Subscription::~Subscription() {
  if (entry_) events_->remove(entry_);
}

Events::Subscription::Subscription(Subscription&& other) noexcept
    : events_(other.events_), entry_(std::exchange(other.entry_, nullptr)) {}

Events::Subscription& Events::Subscription::operator=(Subscription&& other) noexcept {
  std::swap(events_, other.events_);
  std::swap(entry_, other.entry_);
  return *this;
}

Events::Events(std::uint64_t boot, const ports::Clock& clock, EventsOptions options)
    : boot_(boot),
      clock_(clock),
      options_(options),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Events::~Events() = default;

std::string Events::id_text(std::uint64_t number) const {
  return fmt::format("{:x}-{}", boot_, number);
}

std::size_t Events::subscribers() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void Events::publish(std::vector<Event> events) {
  if (events.empty() || !wanted()) return;
  if (sharing_.published) sharing_.published(events);
  publish_others(std::move(events));
}

void Events::publish_others(std::vector<Event> events) {
  if (events.empty() || !wanted()) return;
  std::vector<Batch> parts;
  for (std::size_t i = 0; i < events.size(); ++i) {
    Event& event = events[i];
    if (event.error) event.error = std::string(base::clip(*event.error, kMaxErrorBytes));
    if (i % kBatchEvents == 0) parts.emplace_back();
    parts.back().bytes += bytes_of(event);
    parts.back().events.push_back(std::move(event));
  }
  bool heard = false;
  {
    const std::lock_guard lock(mutex_);
    for (Batch& part : parts) add(std::move(part));
    heard = !entries_.empty();
  }
  if (heard) changed_.notify_one();
}

// A number that no event has is missed by everybody who listens.
void Events::miss_others() {
  {
    const std::lock_guard lock(mutex_);
    ring_.clear();
    kept_events_ = 0;
    kept_bytes_ = 0;
    ++last_;
  }
  changed_.notify_one();
}

// mutex_ held.
void Events::add(Batch batch) {
  batch.first = last_ + 1;
  last_ = batch.last();
  kept_events_ += batch.events.size();
  kept_bytes_ += batch.bytes;
  ring_.push_back(std::make_shared<const Batch>(std::move(batch)));
  while (kept_events_ > options_.max_events || kept_bytes_ > options_.max_bytes) {
    kept_events_ -= ring_.front()->events.size();
    kept_bytes_ -= ring_.front()->bytes;
    ring_.pop_front();
  }
}

// mutex_ held.
std::uint64_t Events::first_kept() const {
  return ring_.empty() ? last_ + 1 : ring_.front()->first;
}

// mutex_ held. The number of an id that this process gave.
std::optional<std::uint64_t> Events::number_of(std::string_view id) const {
  const std::size_t dash = id.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto boot = number(id.substr(0, dash), 16);
  const auto out = number(id.substr(dash + 1), 10);
  if (boot != boot_ || !out || *out > last_) return std::nullopt;
  return out;
}

base::Result<Events::Subscription> Events::subscribe(EventFilter filter,
                                                     std::optional<std::string_view> last_id,
                                                     EventSink sink) {
  auto entry = std::make_shared<Entry>();
  entry->filter = std::move(filter);
  entry->sink = std::move(sink);
  {
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= options_.max_subscribers) {
      return base::fail(base::ErrorCode::unavailable,
                        fmt::format("{} listen to the events already; try again later",
                                    options_.max_subscribers));
    }
    const auto last = last_id ? number_of(*last_id) : last_;
    entry->gap = !last;
    entry->next = last ? *last + 1 : first_kept();
    if (entries_.empty()) {
      next_heartbeat_ = clock_.mono() + options_.heartbeat;
    }
    entries_.push_back(entry);
    wanted_ = true;
  }
  changed_.notify_one();
  if (sharing_.listening) sharing_.listening();
  return Subscription(*this, std::move(entry));
}

void Events::remove(const std::shared_ptr<Entry>& entry) {
  entry->gone = true;
  const std::lock_guard lock(mutex_);
  std::erase(entries_, entry);
}

void Events::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  Round round;
  while (wait_for_work(lock, stop, round)) {
    lock.unlock();
    for (const auto& entry : round.entries) deliver(*entry, round);
    if (round.heartbeat && sharing_.listening) sharing_.listening();
    lock.lock();
    std::erase_if(entries_, [](const auto& entry) { return entry->gone.load(); });
    // What a sink owns may ask for this lock when it ends.
    lock.unlock();
    round = {};
    lock.lock();
  }
}

// Takes what is to be delivered; false when asked to stop.
bool Events::wait_for_work(std::unique_lock<std::mutex>& lock, const std::stop_token& stop,
                           Round& round) {
  std::uint64_t least = 0;
  const auto somebody_waits = [&] {
    least = last_ + 1;
    bool fresh = false;
    for (const auto& entry : entries_) {
      least = std::min(least, entry->next);
      fresh = fresh || entry->fresh;
    }
    return fresh || least <= last_;
  };
  if (!changed_.wait(lock, stop, [&] { return !entries_.empty(); })) return false;
  const auto left = std::max(next_heartbeat_ - clock_.mono(), std::chrono::nanoseconds(0));
  const bool work = changed_.wait_for(lock, stop, left, somebody_waits);
  if (stop.stop_requested()) return false;
  const base::MonoTime now = clock_.mono();
  round.heartbeat = !work || now >= next_heartbeat_;
  if (round.heartbeat) next_heartbeat_ = now + options_.heartbeat;
  round.entries = entries_;
  round.first_kept = first_kept();
  round.last = last_;
  const auto from = std::ranges::lower_bound(ring_, least, {}, &Batch::last);
  round.batches.assign(from, ring_.end());
  return true;
}

void Events::deliver(Entry& entry, const Round& round) {
  if (entry.gone) return;
  Delivery delivery;
  delivery.gap = std::exchange(entry.gap, false) || entry.next < round.first_kept;
  entry.next = std::max(entry.next, round.first_kept);
  delivery.missed_to = entry.next - 1;
  std::vector<Delivery::Item> items;
  for (const BatchPtr& batch : round.batches) {
    if (batch->last() < entry.next) continue;
    for (std::size_t i = entry.next - std::min(entry.next, batch->first); i < batch->events.size();
         ++i) {
      if (!entry.filter.matches(batch->events[i])) continue;
      items.push_back({batch->first + i, &batch->events[i]});
    }
    entry.next = batch->last() + 1;
  }
  delivery.items = items;
  delivery.up_to = entry.next - 1;
  const bool fresh = std::exchange(entry.fresh, false);
  if (items.empty() && !delivery.gap && !fresh && !round.heartbeat) return;
  if (!entry.sink(delivery)) entry.gone = true;
}

}  // namespace ordo::app
