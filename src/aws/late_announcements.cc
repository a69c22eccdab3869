#include "aws/late_announcements.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace ordo::aws {
namespace {

constexpr char kAnnounced[] = "#announced";
constexpr char kUpTo[] = "up_to";

}  // namespace

base::Result<LateAnnouncements::Step> LateAnnouncements::step() {
  const std::array key{std::string(kAnnounced)};
  const auto mark = dynamo_.read(options_.tasks, key);
  if (!mark) return base::fail(mark.error());
  const std::uint64_t from = mark->front() ? mark->front()->number(kUpTo).value_or(0) : 0;
  const auto rows = tasks_.accepted_after(domain::Sequence(from), kAnnouncedAtOnce);
  if (!rows) return base::fail(rows.error());

  Step step;
  std::uint64_t up_to = from;
  std::vector<ports::Announcement> waiting;
  const base::WallTime old_enough = clock_.wall() - kAnnounceAfter;
  for (const TaskRow& row : *rows) {
    const domain::Task& task = row.task;
    const bool untried = task.status == domain::TaskStatus::queued && task.attempts == 0;
    // What was accepted or put back just now may still be on its way to the queue. And near it one
    // may stand before it that the index does not know yet.
    if (row.placed_at > old_enough) break;
    up_to = task.sequence.value();
    ++step.seen;
    if (!untried) continue;
    if (std::ranges::find(options_.queues, task.queue) == options_.queues.end()) {
      step.left_out.push_back(task.id);
    } else {
      waiting.push_back({task, row.again});
    }
  }
  step.more = step.seen == rows->size() && rows->size() == kAnnouncedAtOnce;
  if (step.seen == 0) return step;
  const auto outcomes = announcer_.announce(waiting);
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    if (outcomes[i]) {
      ++step.announced;
      continue;
    }
    up_to = waiting[i].task.sequence.value() - 1;
    step.more = false;
    step.failure = outcomes[i].error();
    break;
  }
  Item next;
  next.set_number(kUpTo, up_to);
  const std::array change{
      ItemChange{&options_.tasks, kAnnounced, std::move(next),
                 mark->front() ? mark->front()->text(kRevision) : std::nullopt}};
  const auto wrote = dynamo_.write(change);
  if (!wrote) return base::fail(wrote.error());
  // Somebody else does the same.
  if (*wrote == Wrote::contended) step.more = false;
  return step;
}

}  // namespace ordo::aws
