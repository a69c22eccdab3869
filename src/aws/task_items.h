// Tasks as items of the tasks table, and what else is kept there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "aws/item.h"
#include "base/result.h"
#include "domain/attempt.h"
#include "domain/task.h"

namespace ordo::aws {

// A task's item has its id as its key; all others have a key that no id can be ("#…").
struct TaskRow {
  domain::Task task;
  base::WallTime placed_at = {};  // in its lane: when it was accepted, or put back
  std::optional<domain::Fingerprint> fingerprint = {};
  std::optional<domain::Lease> lease = {};
  // Another task had this id a moment ago, or this one an earlier life: what SQS knows it by must
  // not be taken for a repetition.
  bool again = false;
  // Dead, and nobody has been told.
  bool untold = false;

  friend bool operator==(const TaskRow&, const TaskRow&) = default;
};

// Lists walk over so many shelves, so that no partition of the index takes all the writes.
inline constexpr std::uint64_t kTaskShelves = 16;
[[nodiscard]] std::string task_shelf(std::uint64_t shelf);
// Where the dead letters of a queue are, and those of which nobody has been told.
[[nodiscard]] std::string dead_lot(const domain::QueueName& queue);
[[nodiscard]] std::string untold_lot(const domain::QueueName& queue);

// `keep_until`: when DynamoDB may delete it; only of a finished task.
[[nodiscard]] Item item_of(const TaskRow& row, std::optional<base::WallTime> keep_until);
// Nothing: it is the mark that a removed task has left. `internal`: this is no task.
base::Result<std::optional<TaskRow>> task_row_of(const Item& item);

// What a removed task leaves for a while.
[[nodiscard]] Item removed_item(base::WallTime keep_until);

struct KeyRow {
  domain::Fingerprint fingerprint{};
  domain::TaskId id;
  base::WallTime recorded_at;
};
[[nodiscard]] std::string key_of(const domain::IdempotencyKey& key);
[[nodiscard]] Item item_of(const KeyRow& row, base::WallTime keep_until);
[[nodiscard]] std::optional<KeyRow> key_row_of(const Item& item);

// An attempt that has ended and is not the task's own; by the task's life, which its sequence
// names.
[[nodiscard]] std::string key_of_attempt(const domain::TaskId& id, domain::Sequence sequence,
                                         std::uint32_t number);
[[nodiscard]] Item item_of(const domain::Attempt& attempt, base::WallTime keep_until);
[[nodiscard]] std::optional<domain::Attempt> attempt_of(const Item& item);

}  // namespace ordo::aws
