// What each write makes of the items of the tasks table, by the rules of the domain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "aws/home_options.h"
#include "aws/task_items.h"
#include "aws/unit_of_work.h"
#include "ports/clock.h"
#include "ports/task_writes.h"
#include "ports/writes.h"

namespace ordo::aws {

// SQS forgets after five minutes which messages it has taken: for that long, and some more, it must
// be known that an id was used before.
inline constexpr base::Millis kRememberRemoved{std::chrono::minutes(15)};
// Whoever submits a task again within this time announces it again, which SQS takes for a
// repetition for five minutes.
inline constexpr base::Millis kAnnounceReplays{std::chrono::minutes(4)};
// Of a failed attempt, after it ended: longer than its task is kept.
inline constexpr base::Millis kKeepAttempts{std::chrono::hours(24 * 60)};

// A task that is to be told to whoever runs tasks, once it is durable.
struct ToAnnounce {
  std::size_t answer = 0;  // whose answer it is
  domain::Task task;
  std::optional<domain::IdempotencyKey> key = {};  // that was recorded with it
  bool again = false;
  bool is_new = false;     // added, not put back
  bool is_replay = false;  // it was there, and has not been tried yet
};

// Within one transaction. One thread.
class TaskWrites {
 public:
  // A task of this number, by the index or from memory; nothing: there is none.
  using FindBySequence =
      std::function<base::Result<std::optional<domain::TaskId>>(domain::Sequence sequence)>;
  // The oldest dead letters of a queue with a sequence up to this.
  using FindDead = std::function<base::Result<std::vector<domain::TaskId>>(
      const std::optional<domain::QueueName>& queue, domain::Sequence up_to, std::size_t limit)>;

  TaskWrites(UnitOfWork& unit, const HomeOptions& options, base::WallTime now,
             std::uint64_t last_sequence, FindBySequence find_by_sequence, FindDead find_dead);

  ports::WriteAnswer apply(const ports::AddTask& add);
  ports::WriteAnswer apply(const ports::ChangeTask& change);
  ports::WriteAnswer apply(const ports::CancelTask& cancel);
  ports::WriteAnswer apply(const ports::RemoveTask& remove);
  ports::WriteAnswer apply(const ports::StartAttempt& start);
  ports::WriteAnswer apply(const ports::EndAttempt& end);
  ports::WriteAnswer apply(const ports::ExtendLease& extend);
  ports::WriteAnswer apply(const ports::RequeueTask& put_back);
  ports::WriteAnswer apply(const ports::RedriveDead& redrive);
  ports::WriteAnswer apply(const ports::PurgeDead& purge);

  // The answer of the next write has this place.
  void begin_answer(std::size_t place) { answer_ = place; }
  [[nodiscard]] std::uint64_t drawn() const noexcept { return last_sequence_ - first_sequence_; }
  std::vector<ToAnnounce> take_announcements() { return std::move(announcements_); }
  // What failed apart from the unit's reads.
  [[nodiscard]] const std::optional<base::Error>& failure() const noexcept { return failure_; }

 private:
  struct Found {
    std::optional<TaskRow> row;
    bool was_there = false;  // a task, or what it has left
  };
  Found find(const domain::TaskId& id);
  std::optional<TaskRow> find(domain::Sequence sequence);
  std::optional<KeyRow> find_key(const domain::IdempotencyKey& key, base::WallTime now);
  ports::WriteAnswer replay_of_key(const KeyRow& key, const domain::NewTask& task);
  ports::WriteAnswer replayed(TaskRow row);
  // Whether it was not there.
  bool record_key(const domain::NewTask& task);
  // `too_large`: DynamoDB would not take it.
  base::Result<void> put(const TaskRow& row);
  void forget(const domain::Task& task);
  void prefetch(const std::vector<domain::TaskId>& ids);
  domain::Task requeue(TaskRow row, base::WallTime now);
  void keep_attempt(const domain::Task& task, const domain::Attempt& attempt);

  UnitOfWork& unit_;
  const HomeOptions& options_;
  const base::WallTime now_;
  const std::uint64_t first_sequence_;
  std::uint64_t last_sequence_;
  FindBySequence find_by_sequence_;
  FindDead find_dead_;
  std::size_t answer_ = 0;
  // Of this transaction: those that no index knows yet.
  std::map<std::uint64_t, domain::TaskId> added_;
  std::vector<ToAnnounce> announcements_;
  std::optional<base::Error> failure_;
};

}  // namespace ordo::aws
