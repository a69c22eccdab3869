// Random lives: the embedded home and the store in memory give the same answers to the same
// writes and the same pages to the same questions, across restarts.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "contract/sqlite_under_test.h"
#include "support/memory_task_store.h"
#include "support/task_writes.h"

namespace ordo::testing {
namespace {

// Small pools, so that ids, keys and bodies meet again and again.
std::string any_id() {
  return "id" + std::to_string(*rc::gen::inRange(0, 8));
}

std::string any_title() {
  return *rc::gen::element<std::string>("", "Ab", "aB c", "ä%_");
}

domain::NewTask any_task(base::WallTime now) {
  domain::NewTask task = new_task(any_id(), *rc::gen::element<std::string>("one", "two"));
  task.queue = domain::QueueName(*rc::gen::element<std::string>("tasks", "mail"));
  task.lane = domain::LaneKey(*rc::gen::element<std::string>("main", "l1"));
  task.content.priority = *rc::gen::element(domain::Priority::low, domain::Priority::high);
  task.content.payload = *rc::gen::element<std::string>("{}", R"({"k":"Text"})");
  task.created_at = now;
  if (*rc::gen::inRange(0, 3) == 0) {
    task.key = domain::IdempotencyKey("k" + std::to_string(*rc::gen::inRange(0, 4)));
  }
  if (*rc::gen::inRange(0, 5) == 0) task.fingerprint.reset();
  return task;
}

ports::TaskWrite any_write(base::WallTime now) {
  const auto any_version = [] {
    std::optional<domain::Version> version;
    const int number = *rc::gen::inRange(0, 4);
    if (number > 0) version = domain::Version(static_cast<std::uint64_t>(number));
    return version;
  };
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
      return ports::CancelTask{domain::TaskId(any_id()), now};
    case 1:
      return ports::RemoveTask{domain::TaskId(any_id()), any_version()};
    case 2: {
      ports::ChangeTask change;
      change.id = domain::TaskId(any_id());
      change.patch.title = any_title();
      change.if_match = any_version();
      change.now = now;
      return change;
    }
    default:
      return add(any_task(now));
  }
}

ports::TaskFilter any_filter() {
  ports::TaskFilter filter;
  const auto sometimes = [] { return *rc::gen::inRange(0, 3) == 0; };
  if (sometimes()) {
    filter.status = *rc::gen::element(domain::TaskStatus::queued, domain::TaskStatus::running,
                                      domain::TaskStatus::cancelled);
  }
  if (sometimes()) filter.queue = domain::QueueName("mail");
  if (sometimes()) filter.lane = domain::LaneKey("l1");
  if (sometimes()) filter.priority = domain::Priority::high;
  if (sometimes()) filter.text = *rc::gen::element<std::string>("AB", "text", "%", "_");
  return filter;
}

// Answers in full: what a replay or a change carries counts, too.
void expect_same(const ports::WriteAnswer& real, const ports::WriteAnswer& model) {
  RC_ASSERT(told(real) == told(model));
  if (!real) return;
  if (const auto* replayed = std::get_if<ports::Replayed>(&*real)) {
    RC_ASSERT(replayed->task == std::get<ports::Replayed>(*model).task);
  }
  if (const auto* changed = std::get_if<ports::Changed>(&*real)) {
    RC_ASSERT(changed->task == std::get<ports::Changed>(*model).task);
  }
}

void expect_same_reads(ports::TaskReads& real, ports::TaskReads& model) {
  RC_ASSERT(walk(real) == walk(model));
  RC_ASSERT(real.counts().value() == model.counts().value());
  const ports::TaskFilter filter = any_filter();
  const auto limit = *rc::gen::inRange<std::size_t>(1, 4);
  RC_ASSERT(walk(real, filter, limit) == walk(model, filter, limit));
  const domain::TaskId id(any_id());
  RC_ASSERT(real.find(id).value() == model.find(id).value());
}

TEST(TaskStoreModel, RandomLivesAreTheSameInBothStores) {
  EXPECT_TRUE(rc::check([] {
    SqliteUnderTest real;
    MemoryTaskStore model;
    base::WallTime now = at_ms(0);
    const int turns = *rc::gen::inRange(1, 12);
    for (int turn = 0; turn < turns; ++turn) {
      now = now + base::Millis(*rc::gen::inRange(0, 3));
      const int what = *rc::gen::inRange(0, 8);
      if (what == 0) {
        real.reopen();
      } else if (what == 1) {
        const ports::Expiry expiry{now - base::Millis(*rc::gen::inRange(0, 4)),
                                   now - base::Millis(*rc::gen::inRange(0, 4))};
        const ports::ExpiryBite bite{*rc::gen::inRange<std::size_t>(1, 5),
                                     *rc::gen::inRange<std::size_t>(1, 30)};
        RC_ASSERT(real.store().expire(expiry, bite).value() == model.expire(expiry, bite).value());
      } else {
        std::vector<ports::TaskWrite> writes;
        const int count = *rc::gen::inRange(0, 8);
        for (int i = 0; i < count; ++i) writes.push_back(any_write(now));
        const auto answers = real.store().apply(writes);
        const auto expected = model.apply(writes);
        RC_ASSERT(answers.has_value() && answers->size() == expected->size());
        for (std::size_t i = 0; i < answers->size(); ++i) {
          expect_same((*answers)[i], (*expected)[i]);
        }
      }
      expect_same_reads(real.reads(), model);
    }
  }));
}

}  // namespace
}  // namespace ordo::testing
