// What each write makes of the tasks, by the rules of the domain.
#pragma once

#include <string>
#include <utility>

#include "ports/store.h"
#include "postgres/fence.h"
#include "postgres/task_unit.h"

namespace ordo::postgres {

// Within one transaction. One thread.
class TaskWrites {
 public:
  // `node`: as Fence has it; `careful`: ids that the server made are looked for, too.
  TaskWrites(Work& work, std::string node, bool careful)
      : unit_(work), fence_(work, std::move(node)), careful_(careful) {}

  // What the write will ask for, to be read with all the others.
  void want(const ports::AddTask& add);
  void want(const ports::ChangeTask& change) { unit_.want(change.id); }
  void want(const ports::CancelTask& cancel) { unit_.want(cancel.id); }
  void want(const ports::RemoveTask& remove) { unit_.want(remove.id); }
  void want(const ports::RequeueTask& put_back) { unit_.want(put_back.id); }
  void want(const ports::StartAttempt& start);
  void want(const ports::EndAttempt& end);
  void want(const ports::ExtendLease& extend);

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
  ports::WriteAnswer apply(const ports::PauseQueue& pause);
  ports::WriteAnswer apply(const ports::NoticesTold& told);
  ports::WriteAnswer apply(const ports::AddNotice& notice);
  ports::WriteAnswer apply(const ports::ForgetNotices& forget);

  void add_reads(Batch& batch);
  void take_reads(AnswerCursor& answers);
  [[nodiscard]] bool has_changes() const { return unit_.has_changes(); }
  void add_writes(Batch& batch) { unit_.add_writes(batch); }
  void add_drawing(Batch& batch) { unit_.add_drawing(batch); }
  void add_taking(Batch& batch) { unit_.add_taking(batch); }

  [[nodiscard]] TaskUnit& unit() noexcept { return unit_; }
  // Once all is written: an answer has the places that were drawn.
  void settle(ports::WriteAnswer& answer) const;

 private:
  // A notice tells the whole task.
  static bool needs_texts(const ports::EndAttempt& end) {
    return std::holds_alternative<domain::Died>(end.verdict);
  }
  ports::WriteAnswer replay_of_key(const KeyRow& key, const domain::NewTask& task);
  void record_key(const domain::NewTask& task);
  domain::Task requeue(TaskRow row, base::WallTime now);

  TaskUnit unit_;
  Fence fence_;
  const bool careful_;
};

}  // namespace ordo::postgres
