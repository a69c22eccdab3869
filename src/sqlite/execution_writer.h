// Writes executions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

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

  // Executions that ended before then, the longest ended first. Gone at once; what was theirs goes
  // with them as far as the bite reaches, the rest in later ones.
  base::Result<void> expire(base::WallTime ended_before, ports::ExpiryBite& left);
  // The transaction was undone: what was learnt of it is not so.
  void forget() { definitions_.clear(); }

 private:
  base::Result<std::int64_t> definition_number(const std::string& definition);
  base::Result<void> write_step(domain::ExecutionNumber number, const ports::ExecutionStep& step);
  base::Result<void> write_end(domain::ExecutionNumber number, const ports::ExecutionStep& step);

  base::Result<void> sweep(ports::ExpiryBite& left);
  // As many of an execution's parts as the bite takes.
  base::Result<void> drop_some(domain::ExecutionNumber number, Statement& parts, Statement& drop,
                               ports::ExpiryBite& left);
  // The first column of as many rows as the bite takes; the second says how large each is.
  static base::Result<void> bite_off(Statement& due, ports::ExpiryBite& left,
                                     std::vector<std::int64_t>& keys);

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
  Statement forget_;
  Statement forgotten_;
  Statement is_forgotten_whole_;
  Statement left_events_;
  Statement left_frames_;
  Statement note_firing_;
  Statement pause_;
  Statement resume_;
};

}  // namespace ordo::sqlite
