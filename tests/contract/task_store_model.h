// Random lives of tasks: a store and the one in memory give the same answers to the same writes and
// the same pages to the same questions, across restarts.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "contract/any_writes.h"
#include "contract/store_under_test.h"
#include "support/memory_store.h"
#include "support/task_writes.h"

namespace ordo::testing {

inline ports::TaskFilter any_filter() {
  ports::TaskFilter filter;
  const auto sometimes = [] { return *rc::gen::inRange(0, 3) == 0; };
  if (sometimes()) {
    filter.status = *rc::gen::element(domain::TaskStatus::queued, domain::TaskStatus::running,
                                      domain::TaskStatus::dead, domain::TaskStatus::succeeded,
                                      domain::TaskStatus::cancelled);
  }
  if (sometimes()) filter.queue = domain::QueueName("mail");
  if (sometimes()) filter.lane = domain::LaneKey("l1");
  if (sometimes()) filter.priority = domain::Priority::high;
  if (sometimes()) filter.text = *rc::gen::element<std::string>("AB", "text", "%", "_");
  return filter;
}

inline void expect_same_backlog(ports::Backlog& real, ports::Backlog& model) {
  const domain::Sequence after(*rc::gen::inRange<std::uint64_t>(0, 10));
  const auto limit = *rc::gen::inRange<std::size_t>(1, 20);
  RC_ASSERT(real.pending(after, limit).value() == model.pending(after, limit).value());
  const auto open = real.open_tasks().value();
  const auto expected = model.open_tasks().value();
  RC_ASSERT(open.size() == expected.size());
  for (std::size_t i = 0; i < open.size(); ++i) {
    RC_ASSERT(open[i].place == expected[i].place);
    RC_ASSERT(open[i].id == expected[i].id);
    RC_ASSERT(open[i].running == expected[i].running);
    RC_ASSERT(open[i].attempts == expected[i].attempts);
    RC_ASSERT(open[i].next_attempt_at == expected[i].next_attempt_at);
    RC_ASSERT(open[i].lease == expected[i].lease);
  }
  RC_ASSERT(real.paused_queues().value() == model.paused_queues().value());
  RC_ASSERT(real.dead_by_queue().value() == model.dead_by_queue().value());
  RC_ASSERT(real.told().value() == model.told().value());
  const auto notices = real.notices(1, 5).value();
  const auto wanted = model.notices(1, 5).value();
  RC_ASSERT(notices.size() == wanted.size());
  for (std::size_t i = 0; i < notices.size(); ++i) {
    RC_ASSERT(notices[i].number == wanted[i].number);
    RC_ASSERT(notices[i].data == wanted[i].data);
  }
}

inline void expect_same_reads(ports::TaskReads& real, ports::TaskReads& model) {
  RC_ASSERT(walk(real) == walk(model));
  RC_ASSERT(real.counts().value() == model.counts().value());
  const ports::TaskFilter filter = any_filter();
  const auto limit = *rc::gen::inRange<std::size_t>(1, 4);
  RC_ASSERT(walk(real, filter, limit) == walk(model, filter, limit));
  const domain::TaskId id(any_id());
  RC_ASSERT(real.find(id).value() == model.find(id).value());
  RC_ASSERT(real.attempts(id).value() == model.attempts(id).value());
}

// Of keys that were used in the same millisecond any is forgotten first.
inline void use_one_key(std::vector<ports::Write>& writes) {
  std::optional<domain::IdempotencyKey> key;
  for (ports::Write& write : writes) {
    auto* const add = std::get_if<ports::AddTask>(&write);
    if (add == nullptr || !add->task.key) continue;
    if (!key) key = add->task.key;
    add->task.key = key;
  }
}

// One life, of any.
inline void live_as_the_model(const StoreFactory& factory) {
  const std::unique_ptr<StoreUnderTest> real = factory.make();
  MemoryStore model;
  base::WallTime now = at_ms(0);
  const int turns = *rc::gen::inRange(1, 12);
  for (int turn = 0; turn < turns; ++turn) {
    now = now + base::Millis(*rc::gen::inRange(1, 4));
    const int what = *rc::gen::inRange(0, 8);
    if (what == 0) {
      real->reopen();
    } else if (what == 1) {
      const ports::Expiry expiry{now - base::Millis(*rc::gen::inRange(0, 4)),
                                 now - base::Millis(*rc::gen::inRange(0, 4))};
      const ports::ExpiryBite bite{*rc::gen::inRange<std::size_t>(1, 5),
                                   *rc::gen::inRange<std::size_t>(1, 30)};
      RC_ASSERT(real->store().expire(expiry, bite).value() == model.expire(expiry, bite).value());
    } else {
      std::vector<ports::Write> writes;
      const int count = *rc::gen::inRange(0, 8);
      for (int i = 0; i < count; ++i) writes.push_back(any_write(now));
      use_one_key(writes);
      const auto answers = real->store().apply(writes);
      const auto expected = model.apply(writes);
      RC_ASSERT(answers.has_value() && answers->size() == expected->size());
      for (std::size_t i = 0; i < answers->size(); ++i) {
        expect_same((*answers)[i], (*expected)[i]);
      }
    }
    expect_same_reads(real->task_reads(), model);
    expect_same_backlog(real->backlog(), model);
  }
}

class TaskStoreModel : public ::testing::TestWithParam<StoreFactory> {};

TEST_P(TaskStoreModel, RandomLivesAreTheSameInBothStores) {
  EXPECT_TRUE(rc::check([] { live_as_the_model(GetParam()); }));
}

}  // namespace ordo::testing
