#include "aws/dead_letter_watch.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "aws/queue_announcer.h"
#include "domain/task_text.h"

namespace ordo::aws {
namespace {

// Of one look: messages of the dead-letter queue, ten at a time, for SQS lets no more than 20,000
// of a FIFO queue be under way; and tasks to tell of.
constexpr int kMaxReceives = 1'900;
constexpr std::size_t kToldAtOnce = 100;
constexpr std::size_t kMaxTold = 1'000;
// Meanwhile nobody else sees the messages; they are given back before.
constexpr std::chrono::seconds kLookingAt{60};

void note(std::optional<base::Error>& first, const base::Error& error) {
  if (!first) first = error;
}

// Put there by whoever recorded the task as dead.
bool is_recorded(const SqsReceived& message, const MessageSubject& subject) {
  const std::string name = letter_name(subject.sequence);
  return message.group == name && message.deduplication_id == name;
}

}  // namespace

// Those that are recorded already first: however full the queue is, they are told of.
base::Result<DeadLetterWatch::Report> DeadLetterWatch::look(const domain::QueueName& queue,
                                                            SqsQueue& letters,
                                                            base::MonoTime until) {
  Report report;
  tell(queue, report);
  record(letters, until, report);
  if (report.recorded > 0) tell(queue, report);
  const auto dead = parts_.tasks.dead_letters(queue, domain::Sequence(UINT64_MAX - 1), kMaxCounted);
  if (!dead) return base::fail(dead.error());
  report.dead = dead->size();
  return report;
}

// Of each group its first ten are seen, for they stay. What the processor puts there has a group of
// its own each; of what SQS moved there the rest is seen once those are gone.
void DeadLetterWatch::record(SqsQueue& letters, base::MonoTime until, Report& report) {
  std::vector<SqsVisibility> seen;
  for (int i = 0; i < kMaxReceives && parts_.clock.mono() < until; ++i) {
    const auto messages = letters.receive({.visibility = kLookingAt});
    if (!messages) {
      note(report.failure, to_error(messages.error()));
      break;
    }
    if (messages->empty()) break;
    for (const SqsReceived& message : *messages) {
      seen.push_back({message.receipt_handle, std::chrono::seconds(0)});
      const base::Result<bool> one = record_one(message);
      if (!one) {
        note(report.failure, one.error());
      } else if (*one) {
        ++report.recorded;
      }
    }
  }
  for (const auto& given_back : letters.change_visibility(seen)) {
    if (!given_back) note(report.failure, to_error(given_back.error()));
  }
}

base::Result<bool> DeadLetterWatch::record_one(const SqsReceived& message) {
  const auto subject = subject_of(message.body);
  if (!subject) {
    if (parts_.on_trouble) parts_.on_trouble(subject.error());
    return false;
  }
  if (is_recorded(message, *subject)) return false;
  const auto task = parts_.tasks.find(subject->id);
  if (!task) return base::fail(task.error());
  // One that has ended, or been put back, is as its table says.
  if (!*task || (*task)->sequence != subject->sequence || domain::is_finished((*task)->status)) {
    return false;
  }
  const base::WallTime now = parts_.clock.wall();
  std::vector<ports::Write> writes;
  std::uint32_t attempt = (*task)->attempts;
  if ((*task)->status == domain::TaskStatus::queued) {
    writes.emplace_back(ports::StartAttempt{(*task)->sequence, now, std::nullopt});
    ++attempt;
  }
  writes.emplace_back(ports::EndAttempt{
      (*task)->sequence, attempt,
      domain::Died{"Lost: the queue gave it up after handing it out again and again",
                   domain::AttemptOutcome::lost},
      now});
  const auto answers = parts_.store.apply(writes);
  if (!answers) return base::fail(answers.error());
  // Somebody else was faster.
  return answers->back().has_value();
}

void DeadLetterWatch::tell(const domain::QueueName& queue, Report& report) {
  const auto told = tell_some(queue);
  if (told) {
    report.told += *told;
  } else {
    note(report.failure, told.error());
  }
}

base::Result<std::size_t> DeadLetterWatch::tell_some(const domain::QueueName& queue) {
  std::size_t told = 0;
  domain::Sequence after(0);
  while (told < kMaxTold) {
    // The index may still show some that were told of a moment ago; they are left out.
    const auto tasks = parts_.tasks.untold(queue, after, kToldAtOnce);
    if (!tasks) return base::fail(tasks.error());
    if (tasks->empty()) break;
    after = tasks->back().sequence;
    for (const domain::Task& task : *tasks) {
      if (parts_.notifier != nullptr) {
        ports::Notice notice{
            task.sequence.value(), "task.dead", task.finished_at.value_or(parts_.clock.wall()), {}};
        domain::append_task(notice.data, task);
        const base::Result<void> sent = parts_.notifier->notify(notice);
        // What will never be taken is told to the log alone.
        if (!sent && parts_.on_trouble) parts_.on_trouble(sent.error());
        if (!sent && sent.error().code == base::ErrorCode::unavailable) {
          return base::fail(sent.error());
        }
      }
      if (parts_.on_dead) parts_.on_dead(task);
      const base::Result<bool> mark = mark_told(task);
      if (!mark) return base::fail(mark.error());
      told += *mark ? 1U : 0U;
    }
  }
  return told;
}

// False: it was put back or removed meanwhile.
base::Result<bool> DeadLetterWatch::mark_told(const domain::Task& task) {
  const Table& table = parts_.options.tasks;
  const auto items = parts_.dynamo.read(table, std::span(&task.id.value(), 1));
  if (!items) return base::fail(items.error());
  if (!items->front()) return false;
  auto row = task_row_of(*items->front());
  if (!row) return base::fail(std::move(row.error()));
  if (!*row || (*row)->task.sequence != task.sequence || !(*row)->untold) return false;
  (*row)->untold = false;
  const base::WallTime finished = (*row)->task.finished_at.value_or(parts_.clock.wall());
  const std::array change{ItemChange{&table, task.id.value(),
                                     item_of(**row, finished + parts_.options.retention),
                                     items->front()->text(kRevision)}};
  const auto wrote = parts_.dynamo.write(change);
  if (!wrote) return base::fail(wrote.error());
  return *wrote == Wrote::done;
}

}  // namespace ordo::aws
