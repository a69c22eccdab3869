// What each write makes of the executions.
#pragma once

#include "ports/store.h"
#include "postgres/execution_unit.h"
#include "postgres/fence.h"

namespace ordo::postgres {

// Within one transaction. One thread.
class ExecutionWrites {
 public:
  // `node`: who we are; empty: nobody yet.
  ExecutionWrites(Work& work, std::string node) : fence_(work, std::move(node)), unit_(work) {}

  // What the write will ask for, to be read with all the others.
  void want(const ports::StartExecution& start);
  void want(const ports::AdvanceExecution& advance);
  void want(const ports::NoteFiring& firing) { fence_.want(firing.by); }

  ports::WriteAnswer apply(const ports::StartExecution& start);
  ports::WriteAnswer apply(const ports::AdvanceExecution& advance);
  ports::WriteAnswer apply(const ports::NoteFiring& firing);
  ports::WriteAnswer apply(const ports::PausePipeline& pause);

  void add_reads(Batch& batch);
  void take_reads(AnswerCursor& answers);
  [[nodiscard]] bool has_changes() const { return unit_.has_changes(); }
  void add_writes(Batch& batch) { unit_.add_writes(batch); }
  void add_drawing(Batch& batch) { unit_.add_drawing(batch); }
  void add_taking(Batch& batch) { unit_.add_taking(batch); }

  [[nodiscard]] ExecutionUnit& unit() noexcept { return unit_; }
  // Once all is written: an answer has the numbers that were drawn.
  void settle(ports::WriteAnswer& answer) const;

 private:
  Fence fence_;
  ExecutionUnit unit_;
};

}  // namespace ordo::postgres
