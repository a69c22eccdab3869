// What a task store keeps, and what each write makes of it: in maps, and without a disk.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "domain/task.h"
#include "domain/task_attempts.h"
#include "domain/task_changes.h"
#include "domain/task_text.h"
#include "ports/backlog.h"
#include "ports/store.h"

namespace ordo::testing {

// A copy is the store as it is now.
class MemoryTasks {
 public:
  struct Row {
    domain::Task task;
    std::optional<domain::Fingerprint> fingerprint;
    std::vector<domain::Attempt> attempts = {};  // all but the task's own
    std::optional<domain::Lease> lease = {};
    base::WallTime attempt_changed_at = {};
  };

  ports::WriteAnswer apply_one(const ports::AddTask& add);
  ports::WriteAnswer apply_one(const ports::ChangeTask& change);
  ports::WriteAnswer apply_one(const ports::CancelTask& cancel);
  ports::WriteAnswer apply_one(const ports::RemoveTask& remove);
  ports::WriteAnswer apply_one(const ports::StartAttempt& start);
  ports::WriteAnswer apply_one(const ports::EndAttempt& end);
  ports::WriteAnswer apply_one(const ports::ExtendLease& extend);
  ports::WriteAnswer apply_one(const ports::RequeueTask& put_back);
  ports::WriteAnswer apply_one(const ports::RedriveDead& redrive);
  ports::WriteAnswer apply_one(const ports::PurgeDead& purge);
  ports::WriteAnswer apply_one(const ports::PauseQueue& pause);
  ports::WriteAnswer apply_one(const ports::NoticesTold& told);
  ports::WriteAnswer apply_one(const ports::AddNotice& notice);
  ports::WriteAnswer apply_one(const ports::ForgetNotices& forget);

  // Adds to `expired` what went, and takes it from `bite`.
  void expire(const ports::Expiry& expiry, ports::ExpiryBite& bite, ports::Expired& expired);

  // As a store whose commits have failed after their places were drawn.
  void skip_sequences_to(std::uint64_t last) { last_sequence_ = std::max(last_sequence_, last); }

  // Null: there is none.
  [[nodiscard]] const Row* find(const domain::TaskId& id) const;
  [[nodiscard]] const std::map<std::uint64_t, Row>& rows() const { return rows_; }
  [[nodiscard]] const std::set<domain::QueueName>& paused() const { return paused_; }
  [[nodiscard]] const std::vector<ports::Notice>& notices() const { return notices_; }
  [[nodiscard]] const std::map<std::string, std::uint64_t>& told() const { return told_; }

 private:
  struct Key {
    domain::Fingerprint fingerprint{};
    domain::TaskId id;
    base::WallTime recorded_at;
  };
  Row* running(domain::Sequence sequence, std::uint32_t attempt);

  std::vector<std::uint64_t> dead_letters(const std::optional<domain::QueueName>& queue,
                                          domain::Sequence up_to, std::size_t limit) const;

  domain::Task requeue(std::uint64_t sequence, base::WallTime now);

  ports::WriteAnswer replay_of_key(const Key& key, const domain::NewTask& task);

  static base::Result<void> check_same(const std::optional<domain::Fingerprint>& recorded,
                                       const std::optional<domain::Fingerprint>& sent);

  static ports::WriteAnswer no_task(const domain::TaskId& id);

  void record_key(const domain::NewTask& task);

  Row* row_of(const domain::TaskId& id) { return const_cast<Row*>(find(id)); }

  void erase(std::uint64_t sequence);

  std::map<std::uint64_t, Row> rows_;
  std::map<domain::TaskId, std::uint64_t> ids_;
  std::map<domain::IdempotencyKey, Key> keys_;
  std::deque<domain::IdempotencyKey> key_order_;
  std::uint64_t last_sequence_ = 0;
  std::set<domain::QueueName> paused_;
  std::vector<ports::Notice> notices_;
  std::uint64_t last_notice_ = 0;
  std::map<std::string, std::uint64_t> told_;
};

}  // namespace ordo::testing
