// Writes tasks, and what belongs to them: attempts, keys, notices, paused queues.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ports/store.h"
#include "sqlite/task_statements.h"
#include "sqlite/writing.h"

namespace ordo::sqlite {

// Store thread only, within a transaction. Borrows `writing`.
class TaskWriter {
 public:
  explicit TaskWriter(Writing& writing) : writing_(writing) {}

  base::Result<void> prepare();

  // Each sets its write's answer; its error fails the transaction.
  base::Result<void> apply_one(const ports::AddTask& add, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::ChangeTask& change, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::CancelTask& cancel, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::RemoveTask& remove, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::StartAttempt& start, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::EndAttempt& end, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::ExtendLease& extend, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::RequeueTask& requeue, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::RedriveDead& redrive, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::PurgeDead& purge, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::PauseQueue& pause, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::NoticesTold& told, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::AddNotice& notice, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::ForgetNotices& forget, ports::WriteAnswer& answer);

  // Whether the next kInsertGroup writes are tasks that cannot have come before.
  static bool is_group(std::span<const ports::Write> writes);
  // False: an id was taken all the same, and nothing is done.
  base::Result<bool> insert_group(std::span<const ports::Write> writes,
                                  std::span<ports::WriteAnswer> answers);

  // Deletes what `bite` still has room for, and says of each dead task its queue.
  base::Result<std::vector<domain::QueueName>> expire_tasks(base::WallTime finished_before,
                                                            ports::ExpiryBite& bite);
  base::Result<void> expire_keys(base::WallTime recorded_before, ports::ExpiryBite& bite);

 private:
  struct StoredTask {
    domain::Task task;
    std::optional<domain::Fingerprint> fingerprint;
    // How many of the versions are told by the row of an open attempt; nothing without one.
    std::optional<std::uint64_t> open_changes;
  };
  base::Result<bool> insert(const domain::NewTask& task);  // false: the id is taken

  // True: the key was known, and `answer` is set.
  base::Result<bool> replay_by_key(const domain::NewTask& task, ports::WriteAnswer& answer);
  base::Result<void> replay_by_id(const domain::NewTask& task, ports::WriteAnswer& answer);
  base::Result<void> record_key(const domain::NewTask& task);
  base::Result<std::optional<StoredTask>> load(Statement& statement);
  base::Result<std::optional<StoredTask>> load(const domain::TaskId& id);
  base::Result<std::optional<StoredTask>> load(domain::Sequence sequence);
  base::Result<void> store_state(const domain::Task& task);
  base::Result<void> remove(domain::Sequence sequence, domain::TaskStatus status,
                            bool has_attempts);

  // What the row of an open attempt says.
  struct OpenAttempt {
    base::WallTime started_at;
    std::int64_t changes = 0;
    std::optional<std::string> last_error;
  };
  // Nothing: that attempt does not run.
  base::Result<std::optional<OpenAttempt>> find_open(const ports::EndAttempt& end);
  base::Result<bool> end(const ports::EndAttempt& end, const domain::Succeeded& success);
  base::Result<bool> end(const ports::EndAttempt& end, const domain::Retried& retried);
  base::Result<bool> end(const ports::EndAttempt& end, const domain::Died& died);
  base::Result<bool> end(const ports::EndAttempt& end, const domain::Released& released);
  base::Result<void> record_attempt(domain::Sequence sequence, const domain::Attempt& attempt);
  base::Result<void> close_open_attempt(const StoredTask& stored, base::WallTime now);
  base::Result<void> forget_attempts(domain::Sequence sequence);
  base::Result<domain::Task> requeue(StoredTask stored, base::WallTime now);
  base::Result<std::vector<domain::Sequence>> dead_letters(
      const std::optional<domain::QueueName>& queue, domain::Sequence up_to, std::size_t limit);
  void recount(domain::TaskStatus before, domain::TaskStatus after);

  Writing& writing_;
  TaskStatements sql_;
};

}  // namespace ordo::sqlite
