// Writes executions.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "ports/execution_writes.h"
#include "ports/store.h"
#include "sqlite/connection.h"
#include "sqlite/writing.h"

namespace ordo::sqlite {

// Store thread only, within the transaction of whoever owns `writing`.
class ExecutionWriter {
 public:
  explicit ExecutionWriter(Writing& writing) : writing_(writing) {}

  base::Result<void> prepare();

  // Each sets its write's answer; its error fails the whole transaction.
  base::Result<void> apply_one(const ports::StartExecution& start, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::AdvanceExecution& advance, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::NoteFiring& firing, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::PausePipeline& pause, ports::WriteAnswer& answer);

  // Executions that ended before then, the longest ended first, with all that is theirs.
  base::Result<void> expire(base::WallTime ended_before, ports::ExpiryBite& left);
  // The transaction was undone: what was learnt of it is not so.
  void forget() { definitions_.clear(); }

 private:
  base::Result<std::int64_t> definition_number(const std::string& definition);
  base::Result<void> write_step(domain::ExecutionNumber number, const ports::ExecutionStep& step);
  base::Result<void> write_end(domain::ExecutionNumber number, const ports::ExecutionStep& step);
  base::Result<void> forget_parts(Statement& statement, domain::ExecutionNumber number);

  Writing& writing_;
  std::map<std::string, std::int64_t, std::less<>> definitions_;  // by their digest

  Statement known_;
  Statement insert_;
  Statement find_definition_;
  Statement insert_definition_;
  Statement open_;
  Statement go_on_;
  Statement close_;
  Statement put_frame_;
  Statement drop_frame_;
  Statement drop_frames_;
  Statement put_events_;
  Statement drop_events_;
  Statement end_;
  Statement redrive_;
  Statement status_;
  Statement expirable_;
  Statement drop_;
  Statement note_firing_;
  Statement pause_;
  Statement resume_;
};

}  // namespace ordo::sqlite
