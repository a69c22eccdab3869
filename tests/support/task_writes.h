// Writes and what came of them, in a few words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/task.h"
#include "ports/task_reads.h"
#include "ports/writes.h"

namespace ordo::testing {

inline base::WallTime at_ms(std::int64_t ms) {
  return base::WallTime::from_ms(1'767'323'045'678 + ms);
}

// A task whose id a client chose, so that the same submission can come again.
inline domain::NewTask new_task(std::string id, std::string title = "work") {
  domain::TaskDraft draft;
  draft.id = domain::TaskId(id);
  draft.content.title = std::move(title);
  domain::NewTask task;
  task.id = *draft.id;
  task.queue = draft.queue;
  task.lane = draft.lane;
  task.fingerprint = domain::fingerprint_of(draft);
  task.content = std::move(draft.content);
  task.created_at = at_ms(0);
  return task;
}

inline ports::Write add(domain::NewTask task) {
  return ports::AddTask{std::move(task)};
}
inline ports::Write add(std::string id, std::string title = "work") {
  return add(new_task(std::move(id), std::move(title)));
}
inline ports::Write retitle(std::string id, std::string title,
                            std::optional<std::uint64_t> if_match = std::nullopt) {
  ports::ChangeTask change;
  change.id = domain::TaskId(std::move(id));
  change.patch.title = std::move(title);
  if (if_match) change.if_match = domain::Version(*if_match);
  change.now = at_ms(1000);
  return change;
}
inline ports::Write cancel(std::string id, base::WallTime now = at_ms(2000)) {
  return ports::CancelTask{domain::TaskId(std::move(id)), now};
}
inline ports::Write remove(std::string id, std::optional<std::uint64_t> if_match = std::nullopt) {
  ports::RemoveTask remove;
  remove.id = domain::TaskId(std::move(id));
  if (if_match) remove.if_match = domain::Version(*if_match);
  return remove;
}

inline ports::Write start(std::uint64_t sequence, base::WallTime now = at_ms(100)) {
  return ports::StartAttempt{domain::Sequence(sequence), now, std::nullopt};
}
inline ports::Write end(std::uint64_t sequence, std::uint32_t attempt, domain::Verdict verdict,
                        base::WallTime now = at_ms(200)) {
  return ports::EndAttempt{domain::Sequence(sequence), attempt, std::move(verdict), now};
}
inline ports::Write succeed(std::uint64_t sequence, std::uint32_t attempt = 1) {
  return end(sequence, attempt, domain::Succeeded{R"({"ok":true})"});
}
inline ports::Write retry_later(std::uint64_t sequence, std::uint32_t attempt,
                                base::WallTime next = at_ms(5000)) {
  return end(sequence, attempt, domain::Retried{"E: again", domain::AttemptOutcome::failed, next});
}
inline ports::Write die(std::uint64_t sequence, std::uint32_t attempt = 1) {
  return end(sequence, attempt, domain::Died{"E: no more"});
}
inline ports::Write release(std::uint64_t sequence, std::uint32_t attempt = 1) {
  return end(sequence, attempt, domain::Released{});
}
inline ports::Write requeue(std::string id) {
  return ports::RequeueTask{domain::TaskId(std::move(id)), at_ms(3000)};
}

// "added 3", "replayed 3", "changed 3 v2", "removed", or the error's code.
inline std::string told(const ports::WriteAnswer& answer) {
  if (!answer) return "error " + std::to_string(static_cast<int>(answer.error().code));
  const auto number = [](const auto& strong) { return std::to_string(strong.value()); };
  if (const auto* added = std::get_if<ports::Added>(&*answer)) {
    return "added " + number(added->sequence);
  }
  if (const auto* replayed = std::get_if<ports::Replayed>(&*answer)) {
    return "replayed " + number(replayed->task.sequence);
  }
  if (const auto* changed = std::get_if<ports::Changed>(&*answer)) {
    return "changed " + number(changed->task.sequence) + " v" + number(changed->task.version);
  }
  if (const auto* started = std::get_if<ports::Started>(&*answer)) {
    return "started " + number(started->task.sequence) + " #" +
           std::to_string(started->task.attempts);
  }
  if (std::holds_alternative<ports::AttemptEnded>(*answer)) return "ended";
  if (const auto* requeued = std::get_if<ports::Requeued>(&*answer)) {
    return "requeued " + number(requeued->task.sequence);
  }
  if (const auto* redriven = std::get_if<ports::Redriven>(&*answer)) {
    std::string all = "redriven";
    for (const auto& [id, place] : redriven->tasks) {
      all += " " + id.value() + " " + number(place.sequence);
    }
    return all + (redriven->more ? " and more" : "");
  }
  if (const auto* purged = std::get_if<ports::Purged>(&*answer)) {
    return "purged " + std::to_string(purged->of.size()) + (purged->more ? " and more" : "");
  }
  if (std::holds_alternative<ports::Noted>(*answer)) return "noted";
  return "removed";
}

inline std::string told(base::ErrorCode code) {
  return "error " + std::to_string(static_cast<int>(code));
}

inline std::vector<std::string> told(const base::Result<std::vector<ports::WriteAnswer>>& answers) {
  if (!answers) return {"failed: " + answers.error().message};
  std::vector<std::string> all;
  for (const ports::WriteAnswer& answer : *answers) all.push_back(told(answer));
  return all;
}

// The whole list under a filter, page by page.
inline std::vector<domain::Task> walk(ports::TaskReads& reads, const ports::TaskFilter& filter = {},
                                      std::size_t limit = 100) {
  std::vector<domain::Task> all;
  std::optional<domain::Sequence> before;
  do {
    base::Result<ports::TaskPage> page = reads.list(filter, before, limit);
    if (!page) return {};
    for (domain::Task& task : page->items) all.push_back(std::move(task));
    before = page->next_before;
  } while (before);
  return all;
}

}  // namespace ordo::testing
