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

namespace ordo::sqlite {

class Checkpointer;

// Store thread only. Borrows `health` and `checkpointer`.
class TaskWriter : public ports::TaskStore {
 public:
  static base::Result<std::unique_ptr<TaskWriter>> open(Connection connection, Health& health,
                                                        Checkpointer& checkpointer);
  ~TaskWriter() override;

  base::Result<std::vector<ports::WriteAnswer>> apply(
      std::span<const ports::TaskWrite> writes) override;
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
  };
  TaskWriter(Connection connection, Health& health, Checkpointer& checkpointer)
      : connection_(std::move(connection)), health_(health), checkpointer_(checkpointer) {}

  base::Result<void> prepare();
  base::Result<void> load_ledger();
  base::Result<void> save_ledger();

  // Runs `body` in one durable transaction; what it did to the ledger is undone with it.
  template <class Body>
  base::Result<void> commit(Body body);

  // Each sets its write's answer; its error fails the whole batch.
  base::Result<void> apply_one(const ports::AddTask& add, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::ChangeTask& change, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::CancelTask& cancel, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::RemoveTask& remove, ports::WriteAnswer& answer);

  base::Result<bool> insert(const domain::NewTask& task);  // false: the id is taken

  // So many new tasks go into one statement, which saves a tenth of what they cost.
  static constexpr std::size_t kGroup = 8;
  static std::string insert_sql(std::size_t tasks);
  // Whether the next kGroup writes are tasks that cannot have come before.
  static bool is_group(std::span<const ports::TaskWrite> writes);
  // False: an id was taken all the same, and nothing is done.
  base::Result<bool> insert_group(std::span<const ports::TaskWrite> writes,
                                  std::span<ports::WriteAnswer> answers);
  // True: the key was known, and `answer` is set.
  base::Result<bool> replay_by_key(const domain::NewTask& task, ports::WriteAnswer& answer);
  base::Result<void> replay_by_id(const domain::NewTask& task, ports::WriteAnswer& answer);
  base::Result<void> record_key(const domain::NewTask& task, domain::Sequence sequence);
  base::Result<std::optional<StoredTask>> load(Statement& statement);
  base::Result<std::optional<StoredTask>> load(const domain::TaskId& id);
  base::Result<void> store_state(const domain::Task& task);
  base::Result<void> remove(domain::Sequence sequence, domain::TaskStatus status);
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

  Statement insert_task_;
  Statement insert_group_;
  Statement find_by_id_;
  Statement find_by_sequence_;
  Statement find_key_;
  Statement insert_key_;
  Statement update_content_;
  Statement update_state_;
  Statement delete_task_;
  Statement save_ledger_;
  Statement find_finished_;
  Statement find_old_keys_;
  Statement delete_key_;
};

}  // namespace ordo::sqlite
