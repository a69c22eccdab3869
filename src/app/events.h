// What happens to tasks, told to whoever listens: live, and for a while back.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/ids.h"
#include "ports/clock.h"

namespace ordo::app {

enum class EventType : std::uint8_t { accepted, started, retried, succeeded, dead, cancelled };
// "task.accepted", …
[[nodiscard]] std::string_view name_of(EventType type) noexcept;
[[nodiscard]] std::optional<EventType> event_type_named(std::string_view name) noexcept;

struct Event {
  EventType type = EventType::accepted;
  base::WallTime at;
  domain::TaskId id;
  domain::QueueName queue;
  domain::LaneKey lane;
  domain::Sequence sequence;
  std::uint32_t attempt = 0;  // 0 before the first
  std::optional<std::string> error;
  std::optional<base::WallTime> next_attempt_at;  // of a retry
};

// Those that are set must be equal.
struct EventFilter {
  std::optional<domain::QueueName> queue = {};
  std::optional<domain::LaneKey> lane = {};
  std::optional<domain::TaskId> task = {};

  [[nodiscard]] bool matches(const Event& event) const;
};

// What a subscriber is handed. Without events it is a sign of life.
struct Delivery {
  struct Item {
    std::uint64_t number;
    const Event* event;
  };
  bool gap = false;             // events were missed just before these
  std::uint64_t missed_to = 0;  // with a gap: the last one that was missed
  std::span<const Item> items;  // those that match, in order
  std::uint64_t up_to = 0;      // nothing up to here is still to come
};

// Called on the events' own thread, one call at a time; must not wait. False: wants no more.
using EventSink = std::move_only_function<bool(const Delivery&)>;

struct EventsOptions {
  // Recent events are kept for those who come back, within both bounds.
  std::size_t max_events = 4096;
  std::size_t max_bytes = 768UL * 1024;  // of their texts; what is kept fits a stream at once
  std::size_t max_subscribers = 256;
  base::Millis heartbeat{15'000};  // a sign of life this often
};

// Every event has a number, from 1 on without a hole, and an id "<boot>-<number>" that no other
// process gives. The thread sleeps while nobody listens.
class Events {
 public:
  // An error's text is cut to this.
  static constexpr std::size_t kMaxErrorBytes = 1024;

  // Ends the subscription with it: then at most the call that is under way is still made.
  // Any thread. Must not outlive its Events.
  class Subscription {
   public:
    Subscription() = default;
    ~Subscription();
    Subscription(Subscription&& other) noexcept;
    Subscription& operator=(Subscription&& other) noexcept;

   private:
    friend class Events;
    struct Entry;
    Subscription(Events& events, std::shared_ptr<Entry> entry);
    Events* events_ = nullptr;
    std::shared_ptr<Entry> entry_;  // shared with the thread, which may be calling it
  };

  // `boot` tells this process from others.
  Events(std::uint64_t boot, const ports::Clock& clock, EventsOptions options = {});
  ~Events();
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  // Of a process that shares what happens with others: what it tells them, and what they tell it.
  struct Sharing {
    // Somebody listens here: at once, and again with each sign of life. Any thread.
    std::function<void()> listening;
    // What has happened here. The publisher's thread.
    std::function<void(std::span<const Event>)> published;
  };
  // Before anybody listens or publishes.
  void share(Sharing sharing) { sharing_ = std::move(sharing); }
  // Any thread. Somebody elsewhere listens: events are wanted.
  void want() noexcept { wanted_ = true; }
  // Any thread. What has happened elsewhere; or that some of it was missed.
  void publish_others(std::vector<Event> events);
  void miss_others();

  // Any thread; costs next to nothing. False until somebody listens for the first time: then
  // nobody need make events.
  [[nodiscard]] bool wanted() const noexcept { return wanted_.load(std::memory_order_relaxed); }

  // Any thread. After they are durable, in the order in which they happened. Waits for nobody.
  void publish(std::vector<Event> events);

  // Any thread. From now on, or from the event after `last_id` on; when that is of another process
  // or too long ago, a gap comes first. The sink hears at once from where it listens.
  // `unavailable` when too many listen.
  base::Result<Subscription> subscribe(EventFilter filter, std::optional<std::string_view> last_id,
                                       EventSink sink);

  [[nodiscard]] std::string id_text(std::uint64_t number) const;
  [[nodiscard]] std::size_t subscribers() const;

 private:
  using Entry = Subscription::Entry;
  struct Batch {
    std::uint64_t first = 0;
    std::size_t bytes = 0;
    std::vector<Event> events;
    [[nodiscard]] std::uint64_t last() const { return first + events.size() - 1; }
  };
  using BatchPtr = std::shared_ptr<const Batch>;  // the ring may let go of what is being delivered
  struct Round {
    std::vector<std::shared_ptr<Entry>> entries;
    std::vector<BatchPtr> batches;
    std::uint64_t first_kept = 1;
    std::uint64_t last = 0;
    bool heartbeat = false;
  };

  void add(Batch batch);
  [[nodiscard]] std::uint64_t first_kept() const;
  [[nodiscard]] std::optional<std::uint64_t> number_of(std::string_view id) const;
  void remove(const std::shared_ptr<Entry>& entry);
  void run(const std::stop_token& stop);
  bool wait_for_work(std::unique_lock<std::mutex>& lock, const std::stop_token& stop, Round& round);
  static void deliver(Entry& entry, const Round& round);

  const std::uint64_t boot_;
  const ports::Clock& clock_;
  const EventsOptions options_;
  Sharing sharing_;
  std::atomic<bool> wanted_ = false;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  // All below is guarded by mutex_.
  std::deque<BatchPtr> ring_;
  std::size_t kept_events_ = 0;
  std::size_t kept_bytes_ = 0;
  std::uint64_t last_ = 0;
  std::vector<std::shared_ptr<Entry>> entries_;
  base::MonoTime next_heartbeat_;

  std::jthread thread_;
};

}  // namespace ordo::app
