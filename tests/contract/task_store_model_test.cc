// Random lives: the embedded home and the store in memory give the same answers to the same
// writes and the same pages to the same questions, across restarts.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "contract/sqlite_under_test.h"
#include "support/memory_store.h"
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

domain::Verdict any_verdict(base::WallTime now) {
  const auto outcome =
      *rc::gen::element(domain::AttemptOutcome::failed, domain::AttemptOutcome::lost);
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      return domain::Retried{"E: again", outcome, now + base::Millis(5)};
    case 1:
      return domain::Died{"E: no more", outcome};
    case 2:
      return domain::Released{};
    default:
      return domain::Succeeded{R"({"r":1})"};
  }
}

// What dispatching writes.
ports::Write any_attempt_write(base::WallTime now) {
  const domain::Sequence sequence(*rc::gen::inRange<std::uint64_t>(1, 14));
  const auto attempt = *rc::gen::inRange<std::uint32_t>(1, 4);
  const auto limit = *rc::gen::inRange<std::size_t>(1, 4);
  const domain::QueueName queue(*rc::gen::element<std::string>("tasks", "mail"));
  switch (*rc::gen::inRange(0, 14)) {
    case 0:
      return ports::RequeueTask{domain::TaskId(any_id()), now};
    case 1:
      return ports::RedriveDead{queue, sequence, limit, now};
    case 2:
      return ports::PurgeDead{*rc::gen::arbitrary<bool>() ? std::optional(queue) : std::nullopt,
                              sequence, limit};
    case 3:
      return ports::PauseQueue{queue, *rc::gen::arbitrary<bool>()};
    case 4:
      return ports::NoticesTold{"log", attempt};
    case 5:
      return ports::ForgetNotices{attempt};
    case 6:
      return ports::ExtendLease{sequence, attempt, now + base::Millis(9), base::Millis(9)};
    case 7:
    case 8:
    case 9:
      return ports::EndAttempt{sequence, attempt, any_verdict(now), now};
    default: {
      std::optional<domain::Lease> lease;
      if (*rc::gen::arbitrary<bool>())
        lease = domain::Lease{"token", now + base::Millis(7), base::Millis(7)};
      return ports::StartAttempt{sequence, now, lease};
    }
  }
}

ports::Write any_write(base::WallTime now) {
  if (*rc::gen::arbitrary<bool>()) return any_attempt_write(now);
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
                                      domain::TaskStatus::dead, domain::TaskStatus::succeeded,
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
    RC_ASSERT(changed->before == std::get<ports::Changed>(*model).before);
  }
  if (const auto* started = std::get_if<ports::Started>(&*real)) {
    RC_ASSERT(started->task == std::get<ports::Started>(*model).task);
  }
  if (const auto* requeued = std::get_if<ports::Requeued>(&*real)) {
    RC_ASSERT(requeued->task == std::get<ports::Requeued>(*model).task);
  }
  if (const auto* redriven = std::get_if<ports::Redriven>(&*real)) {
    RC_ASSERT(redriven->tasks == std::get<ports::Redriven>(*model).tasks);
  }
}

void expect_same_backlog(ports::Backlog& real, ports::Backlog& model) {
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

void expect_same_reads(ports::TaskReads& real, ports::TaskReads& model) {
  RC_ASSERT(walk(real) == walk(model));
  RC_ASSERT(real.counts().value() == model.counts().value());
  const ports::TaskFilter filter = any_filter();
  const auto limit = *rc::gen::inRange<std::size_t>(1, 4);
  RC_ASSERT(walk(real, filter, limit) == walk(model, filter, limit));
  const domain::TaskId id(any_id());
  RC_ASSERT(real.find(id).value() == model.find(id).value());
  RC_ASSERT(real.attempts(id).value() == model.attempts(id).value());
}

TEST(TaskStoreModel, RandomLivesAreTheSameInBothStores) {
  EXPECT_TRUE(rc::check([] {
    SqliteUnderTest real;
    MemoryStore model;
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
        std::vector<ports::Write> writes;
        const int count = *rc::gen::inRange(0, 8);
        for (int i = 0; i < count; ++i) writes.push_back(any_write(now));
        const auto answers = real.store().apply(writes);
        const auto expected = model.apply(writes);
        RC_ASSERT(answers.has_value() && answers->size() == expected->size());
        for (std::size_t i = 0; i < answers->size(); ++i) {
          expect_same((*answers)[i], (*expected)[i]);
        }
      }
      expect_same_reads(real.task_reads(), model);
      expect_same_backlog(real.backlog(), model);
    }
  }));
}

}  // namespace
}  // namespace ordo::testing
