// The write side of the embedded home.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ports/task_store.h"
#include "sqlite/connection.h"
#include "sqlite/health.h"
#include "sqlite/task_statements.h"

namespace ordo::sqlite {

class Checkpointer;

// Store thread only. Borrows `health` and `checkpointer`.
class TaskWriter : public ports::TaskStore {
 public:
  static base::Result<std::unique_ptr<TaskWriter>> open(Connection connection, Health& health,
                                                        Checkpointer& checkpointer);
  ~TaskWriter() override;

  using TaskStore::apply;
  base::Result<std::vector<ports::WriteAnswer>> apply(std::span<const ports::TaskWrite> writes,
                                                      const ports::Follow& follow) override;
  base::Result<ports::Expired> expire(const ports::Expiry& expiry,
                                      const ports::ExpiryBite& bite) override;
  base::Result<void> probe() override;

 private:
  // The one row that each commit rewrites, kept in memory in between: exact counts without
  // counting, and the last place given out, so that a sequence is never used again.
  struct Ledger {
    std::uint64_t last_sequence = 0;
    domain::TaskCounts counts;
    std::uint64_t probes = 0;

    friend bool operator==(const Ledger&, const Ledger&) = default;
  };
  struct StoredTask {
    domain::Task task;
    std::optional<domain::Fingerprint> fingerprint;
    // How many of the versions are told by the row of an open attempt; nothing without one.
    std::optional<std::uint64_t> open_changes;
  };
  TaskWriter(Connection connection, Health& health, Checkpointer& checkpointer)
      : connection_(std::move(connection)), health_(health), checkpointer_(checkpointer) {}

  base::Result<void> load_ledger();
  base::Result<void> save_ledger();

  // Runs `body` in one durable transaction; what it did to the ledger is undone with it.
  template <class Body>
  base::Result<void> commit(Body body);

  base::Result<void> write_all(std::span<const ports::TaskWrite> writes,
                               std::span<ports::WriteAnswer> answers);

  // Each sets its write's answer; its error fails the whole batch.
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
  base::Result<void> apply_one(const ports::ForgetNotices& forget, ports::WriteAnswer& answer);

  base::Result<bool> insert(const domain::NewTask& task);  // false: the id is taken

  // Whether the next kInsertGroup writes are tasks that cannot have come before.
  static bool is_group(std::span<const ports::TaskWrite> writes);
  // False: an id was taken all the same, and nothing is done.
  base::Result<bool> insert_group(std::span<const ports::TaskWrite> writes,
                                  std::span<ports::WriteAnswer> answers);
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
  base::Result<ports::Expired> expire_tasks(base::WallTime finished_before,
                                            const ports::ExpiryBite& bite);
  base::Result<std::size_t> expire_keys(base::WallTime recorded_before, std::size_t limit);

  Connection connection_;
  Health& health_;
  Checkpointer& checkpointer_;
  Ledger ledger_;
  Ledger stored_ledger_;
  std::uint64_t log_bytes_ = 0;
  bool changed_ = false;  // the transaction under way has something to make durable
  TaskStatements sql_;
};

}  // namespace ordo::sqlite
