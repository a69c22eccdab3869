// Tells SQS of new tasks: a message each, its group the task's lane.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aws/sqs.h"
#include "base/result.h"
#include "domain/task.h"
#include "ports/announcer.h"

namespace ordo::aws {

// A body over this goes without the task: whoever gets it reads the task from its table anyway.
inline constexpr std::size_t kMaxWholeMessageBytes = 200UL * 1024;

// The task as JSON text, or {"task_id", "sequence", "queue", "lane"} of a large one.
[[nodiscard]] std::string message_of(const domain::Task& task);

// Which life of which task a message is about; `invalid`: it is no message of ours.
struct MessageSubject {
  domain::TaskId id;
  domain::Sequence sequence;
};
base::Result<MessageSubject> subject_of(std::string_view message);

// A lane as SQS takes it: as it is, or its digest where it has other characters.
[[nodiscard]] std::string group_of(const domain::LaneKey& lane);

// What SQS knows a repetition by: the task's id, in its first life.
[[nodiscard]] std::string deduplication_of(const ports::Announcement& announcement);

// The group, and what SQS knows a repetition by, of a message in the dead-letter queue whose task
// is recorded as dead.
[[nodiscard]] std::string letter_name(domain::Sequence sequence);

// Any thread.
class QueueAnnouncer : public ports::Announcer {
 public:
  explicit QueueAnnouncer(std::map<domain::QueueName, SqsQueue> queues)
      : queues_(std::move(queues)) {}

  std::vector<base::Result<void>> announce(
      std::span<const ports::Announcement> announcements) override;

 private:
  std::map<domain::QueueName, SqsQueue> queues_;
};

}  // namespace ordo::aws
