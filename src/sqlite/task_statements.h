// What the writer says to SQLite, compiled once.
#pragma once

#include <cstddef>

#include "base/result.h"
#include "sqlite/connection.h"

namespace ordo::sqlite {

// So many new tasks go into one statement, which saves a tenth of what they cost.
inline constexpr std::size_t kInsertGroup = 8;

struct TaskStatements {
  static base::Result<TaskStatements> prepare(Connection& connection);

  Statement insert_task;
  Statement insert_group;
  Statement find_by_id;
  Statement find_by_sequence;

  Statement update_content;
  Statement update_state;
  Statement delete_task;
  Statement move_task;
  Statement bump_version;
  Statement find_key;
  Statement insert_key;

  Statement find_finished;
  Statement find_old_keys;
  Statement delete_key;

  Statement open_attempt;
  Statement find_open;
  Statement hold_attempt;
  Statement forget_open;
  Statement count_open_change;
  Statement extend_lease;
  Statement record_success;
  Statement record_attempt;
  Statement forget_attempts;

  Statement find_dead;
  Statement find_dead_of_queue;
  Statement pause_queue;
  Statement resume_queue;
  Statement leave_notice;
  Statement note_told;
  Statement forget_notices;
};

}  // namespace ordo::sqlite
