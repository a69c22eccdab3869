// Random writes, and what must be the same when two stores answer them.
#pragma once

#include <rapidcheck.h>

#include <optional>
#include <string>
#include <variant>

#include "support/order_writes.h"
#include "support/task_writes.h"

namespace ordo::testing {

// Small pools, so that ids, keys and bodies meet again and again.
inline std::string any_id() {
  return "id" + std::to_string(*rc::gen::inRange(0, 8));
}

inline std::string any_title() {
  return *rc::gen::element<std::string>("", "Ab", "aB c", "ä%_");
}

inline domain::NewTask any_task(base::WallTime now) {
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

inline domain::Verdict any_verdict(base::WallTime now) {
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
inline ports::Write any_attempt_write(base::WallTime now) {
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

inline ports::Write any_write(base::WallTime now) {
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

inline domain::RecordId any_record_id() {
  return domain::RecordId("r" + std::to_string(*rc::gen::inRange(0, 8)));
}

inline domain::OrderRecord any_record() {
  // Mostly the same values in several spellings.
  return {any_record_id(), *rc::gen::element<std::string>("", "", "", "abc"),
          *rc::gen::element<std::string>("4", "4.0", "40e-1", "4", "5")};
}

inline ports::Write any_order_write(base::WallTime now) {
  if (*rc::gen::inRange(0, 3) == 0) {
    ports::SettleOrders settle{{}, now};
    const int count = *rc::gen::inRange(0, 5);
    for (int i = 0; i < count; ++i) {
      settle.orders.push_back({any_record_id(), *rc::gen::element(domain::OrderStatus::accepted,
                                                                  domain::OrderStatus::rejected,
                                                                  domain::OrderStatus::pending)});
    }
    return settle;
  }
  ports::AddOrders add{{}, now, now + base::Millis(*rc::gen::inRange(1, 12))};
  const int count = *rc::gen::inRange(0, 5);
  for (int i = 0; i < count; ++i) add.records.push_back(any_record());
  return add;
}

// Answers in full: what a replay or a change carries counts, too.
inline void expect_same(const ports::WriteAnswer& real, const ports::WriteAnswer& model) {
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

}  // namespace ordo::testing
