#include "app/events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/real_clock.h"

namespace ordo::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Event event(std::string id, std::string lane = "main", std::string queue = "tasks") {
  Event out;
  out.id = domain::TaskId(std::move(id));
  out.lane = domain::LaneKey(std::move(lane));
  out.queue = domain::QueueName(std::move(queue));
  return out;
}

// What one subscriber was handed. Shared with its sink.
class Listener {
 public:
  struct Heard {
    bool gap = false;
    std::uint64_t missed_to = 0;
    std::vector<std::pair<std::uint64_t, std::string>> items;
    std::uint64_t up_to = 0;
  };

  static EventSink sink(std::shared_ptr<Listener> listener) {
    return [listener = std::move(listener)](const Delivery& delivery) {
      return listener->hear(delivery);
    };
  }
  // Waits until it has heard of everything up to there.
  [[nodiscard]] bool reached(std::uint64_t number) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20),
                             [&] { return !heard_.empty() && heard_.back().up_to >= number; });
  }
  [[nodiscard]] bool heard_times(std::size_t times) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20),
                             [&] { return heard_.size() >= times; });
  }
  std::vector<Heard> heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  std::vector<std::string> ids() {
    std::vector<std::string> out;
    for (const Heard& one : heard()) {
      for (const auto& [number, id] : one.items) out.push_back(id);
    }
    return out;
  }
  bool wants_more = true;

 private:
  bool hear(const Delivery& delivery) {
    Heard heard{delivery.gap, delivery.missed_to, {}, delivery.up_to};
    for (const auto& [number, what] : delivery.items) {
      heard.items.emplace_back(number, what->id.value());
    }
    const std::lock_guard lock(mutex_);
    heard_.push_back(std::move(heard));
    changed_.notify_all();
    return wants_more;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Heard> heard_;
};

struct Listening {
  std::shared_ptr<Listener> listener = std::make_shared<Listener>();
  Events::Subscription subscription;
};

Listening listen(Events& events, EventFilter filter = {},
                 std::optional<std::string_view> last_id = {}) {
  Listening out;
  auto subscription = events.subscribe(std::move(filter), last_id, Listener::sink(out.listener));
  EXPECT_TRUE(subscription.has_value());
  if (subscription) out.subscription = std::move(*subscription);
  return out;
}

TEST(Events, NobodyWantsThemUntilSomebodyListens) {
  Events events(1, testing::real_clock());
  EXPECT_FALSE(events.wanted());
  events.publish({event("before")});
  {
    const Listening first = listen(events);
    EXPECT_TRUE(events.wanted());
    EXPECT_EQ(events.subscribers(), 1U);
    events.publish({event("a"), event("b")});
    EXPECT_TRUE(first.listener->reached(2));
    EXPECT_THAT(first.listener->ids(), ElementsAre("a", "b"));
  }
  EXPECT_EQ(events.subscribers(), 0U);
  EXPECT_TRUE(events.wanted()) << "whoever went may come back for what came in between";
}

TEST(Events, WhoeverListensHearsAtOnceFromWhere) {
  Events events(1, testing::real_clock());
  const Listening first = listen(events);
  EXPECT_TRUE(first.listener->heard_times(1));
  EXPECT_EQ(first.listener->heard().front().up_to, 0U);
  EXPECT_EQ(events.id_text(0), "1-0");
}

TEST(Events, EachHearsOnlyWhatItAskedFor) {
  Events events(1, testing::real_clock());
  const Listening queue = listen(events, {.queue = domain::QueueName("mail")});
  const Listening lane = listen(events, {.lane = domain::LaneKey("x")});
  const Listening task = listen(events, {.task = domain::TaskId("c")});
  const Listening both =
      listen(events, {.queue = domain::QueueName("mail"), .lane = domain::LaneKey("x")});
  events.publish({event("a", "x"), event("b", "y", "mail"), event("c", "x", "mail")});
  const Listening late = listen(events);
  events.publish({event("d", "x")});
  EXPECT_TRUE(lane.listener->reached(4));
  EXPECT_THAT(lane.listener->ids(), ElementsAre("a", "c", "d"));
  EXPECT_TRUE(late.listener->reached(4));
  EXPECT_THAT(late.listener->ids(), ElementsAre("d"));
  EXPECT_TRUE(queue.listener->reached(3));
  EXPECT_THAT(queue.listener->ids(), ElementsAre("b", "c"));
  EXPECT_TRUE(task.listener->reached(3));
  EXPECT_THAT(task.listener->ids(), ElementsAre("c"));
  EXPECT_TRUE(both.listener->reached(3));
  EXPECT_THAT(both.listener->ids(), ElementsAre("c"));
}

TEST(Events, ASignOfLifeTellsHowFarItIs) {
  Events events(1, testing::real_clock(), {.heartbeat = base::Millis(5)});
  const Listening none = listen(events, {.lane = domain::LaneKey("none")});
  events.publish({event("a")});
  EXPECT_TRUE(none.listener->reached(1)) << "though nothing matched";
  EXPECT_TRUE(none.listener->heard_times(4));
  EXPECT_THAT(none.listener->ids(), IsEmpty());
}

TEST(Events, WhoeverComesBackGoesOnBehindTheLastOneItSaw) {
  Events events(0xab, testing::real_clock());
  {
    const Listening first = listen(events);
  }
  events.publish({event("a"), event("b")});
  events.publish({event("c")});
  const Listening back = listen(events, {}, events.id_text(1));
  EXPECT_TRUE(back.listener->reached(3));
  EXPECT_THAT(back.listener->ids(), ElementsAre("b", "c"));
  EXPECT_FALSE(back.listener->heard().front().gap);
  const Listening up_to_date = listen(events, {}, "ab-3");
  EXPECT_TRUE(up_to_date.listener->reached(3));
  EXPECT_FALSE(up_to_date.listener->heard().front().gap);
}

TEST(Events, AnIdThatIsNotOfThisProcessIsAGapBeforeWhatThereIs) {
  Events events(0xab, testing::real_clock());
  {
    const Listening first = listen(events);
  }
  events.publish({event("a")});
  for (const char* const id : {"ac-1", "ab-2", "ab", "ab-", "-1", "", "ab-1x", "ab--1", "b-1"}) {
    const Listening back = listen(events, {}, id);
    EXPECT_TRUE(back.listener->reached(1)) << id;
    EXPECT_TRUE(back.listener->heard().front().gap) << id;
    EXPECT_EQ(back.listener->heard().front().missed_to, 0U) << id;
    EXPECT_THAT(back.listener->ids(), ElementsAre("a")) << id;
  }
}

TEST(Events, WhatFellOutOfTheRingIsAGap) {
  Events events(1, testing::real_clock(), {.max_events = 3});
  {
    const Listening first = listen(events);
  }
  for (const char* const id : {"a", "b", "c", "d", "e"}) events.publish({event(id)});
  const Listening back = listen(events, {}, "1-1");
  EXPECT_TRUE(back.listener->reached(5));
  EXPECT_TRUE(back.listener->heard().front().gap);
  EXPECT_EQ(back.listener->heard().front().missed_to, 2U);
  EXPECT_THAT(back.listener->ids(), ElementsAre("c", "d", "e"));
}

TEST(Events, TheBytesAreBoundedAndErrorsAreCut) {
  Events events(1, testing::real_clock(), {.max_bytes = 5000});
  std::vector<std::size_t> sizes;
  {
    const Listening first = listen(events);
  }
  for (int i = 0; i < 20; ++i) {
    Event failed = event("a");
    failed.error = std::string(100'000, 'x');
    events.publish({failed});
  }
  const auto listener = std::make_shared<Listener>();
  const auto subscription =
      events.subscribe({}, "1-0", [&sizes, listener](const Delivery& delivery) {
        for (const auto& [number, what] : delivery.items) sizes.push_back(what->error->size());
        return Listener::sink(listener)(delivery);
      });
  EXPECT_TRUE(listener->reached(20));
  EXPECT_TRUE(listener->heard().front().gap);
  EXPECT_EQ(sizes, std::vector<std::size_t>(4, Events::kMaxErrorBytes));
}

TEST(Events, TooManyListenersAreRefused) {
  Events events(1, testing::real_clock(), {.max_subscribers = 2});
  const Listening first = listen(events);
  Listening second = listen(events);
  const auto third = events.subscribe({}, {}, [](const Delivery&) { return true; });
  ASSERT_FALSE(third.has_value());
  EXPECT_EQ(third.error().code, base::ErrorCode::unavailable);
  second.subscription = {};
  EXPECT_TRUE(events.subscribe({}, {}, [](const Delivery&) { return true; }).has_value());
}

TEST(Events, ASinkThatWantsNoMoreIsLetGo) {
  Events events(1, testing::real_clock());
  auto owned = std::make_shared<int>(0);
  const std::weak_ptr<int> seen = owned;
  const auto subscription =
      events.subscribe({}, {}, [owned = std::move(owned)](const Delivery&) { return false; });
  while (events.subscribers() != 0) std::this_thread::yield();
  EXPECT_TRUE(subscription.has_value());
}

TEST(Events, ASinkMayEndItsOwnSubscriptionAndAskForMore) {
  Events events(1, testing::real_clock());
  Events::Subscription own;
  std::mutex mutex;
  std::condition_variable changed;
  bool called = false;
  auto subscription = events.subscribe({}, "1-0", [&](const Delivery&) {
    const std::lock_guard lock(mutex);
    own = {};
    called = events.subscribers() == 0;
    changed.notify_all();
    return true;
  });
  std::unique_lock lock(mutex);
  own = std::move(*subscription);
  EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(20), [&] { return called; }));
}

TEST(Events, NamesAreThoseOfTheContract) {
  std::vector<std::string_view> names;
  names.reserve(6);
  for (int i = 0; i < 6; ++i) names.push_back(name_of(static_cast<EventType>(i)));
  EXPECT_THAT(names, ElementsAre("task.accepted", "task.started", "task.retried", "task.succeeded",
                                 "task.dead", "task.cancelled"));
}

// One who came with `from` must have heard all that match behind it, once and in order, but for
// what a gap covers.
void check(Listener& listener, std::uint64_t from, const std::vector<Event>& all,
           const EventFilter& filter, bool may_miss) {
  std::uint64_t at = from;
  const auto next_match = [&] {
    std::uint64_t number = at + 1;
    while (number <= all.size() && !filter.matches(all[number - 1])) ++number;
    return number;
  };
  for (const Listener::Heard& heard : listener.heard()) {
    if (heard.gap) {
      RC_ASSERT(may_miss);
      RC_ASSERT(heard.missed_to >= at);
      at = heard.missed_to;
    }
    for (const auto& [number, id] : heard.items) {
      RC_ASSERT(number == next_match());
      RC_ASSERT(id == all[number - 1].id.value());
      at = number;
    }
    RC_ASSERT(heard.up_to >= at);
    RC_ASSERT(next_match() > heard.up_to);
    at = heard.up_to;
  }
  RC_ASSERT(next_match() == all.size() + 1);
}

RC_GTEST_PROP(Events, EachMatchingEventIsDeliveredOnceInOrderOrAGapIsTold, ()) {
  const bool small = *rc::gen::arbitrary<bool>();
  Events events(
      7, testing::real_clock(),
      {.max_events = small ? std::size_t{5} : std::size_t{4096}, .heartbeat = base::Millis(1)});
  const std::vector<std::string> lanes{"a", "b", "c"};
  struct Subscriber {
    Listening listening;
    EventFilter filter;
    std::uint64_t from = 0;
  };
  std::vector<Subscriber> subscribers;
  const auto join = [&](std::uint64_t from, bool with_id) {
    EventFilter filter;
    if (*rc::gen::arbitrary<bool>()) filter.lane = domain::LaneKey(*rc::gen::elementOf(lanes));
    const std::string id = events.id_text(from);
    subscribers.push_back(
        {listen(events, filter, with_id ? std::optional<std::string_view>(id) : std::nullopt),
         filter, from});
  };
  std::vector<Event> all;
  join(0, false);
  const int steps = *rc::gen::inRange(1, 40);
  for (int step = 0; step < steps; ++step) {
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        join(all.size(), false);
        break;
      case 1:
        join(*rc::gen::inRange<std::uint64_t>(0, all.size() + 1), true);
        break;
      case 2:
        if (subscribers.size() > 1) {
          subscribers.erase(subscribers.begin() +
                            *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(subscribers)));
        }
        break;
      default: {
        std::vector<Event> some;
        const int count = *rc::gen::inRange(1, 8);
        for (int i = 0; i < count; ++i) {
          all.push_back(event(std::to_string(all.size() + 1), *rc::gen::elementOf(lanes)));
          some.push_back(all.back());
        }
        events.publish(std::move(some));
      }
    }
  }
  for (const Subscriber& one : subscribers) RC_ASSERT(one.listening.listener->reached(all.size()));
  for (const Subscriber& one : subscribers) {
    check(*one.listening.listener, one.from, all, one.filter, small);
  }
}

TEST(Events, ManyThreadsComeAndGoWhileEventsArePublished) {
  Events events(1, testing::real_clock());
  const Listening all = listen(events);
  constexpr int kEvents = 2000;
  {
    std::vector<std::jthread> threads;
    threads.emplace_back([&] {
      for (int i = 0; i < kEvents; ++i) events.publish({event(std::to_string(i))});
    });
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 100; ++n) {
          const Listening one = listen(events, {}, events.id_text(0));
          EXPECT_TRUE(one.listener->heard_times(1));
        }
      });
    }
  }
  EXPECT_TRUE(all.listener->reached(kEvents));
  EXPECT_EQ(all.listener->ids().size(), static_cast<std::size_t>(kEvents));
}

}  // namespace
}  // namespace ordo::app
