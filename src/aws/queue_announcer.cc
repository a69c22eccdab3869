#include "aws/queue_announcer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"
#include "domain/task_text.h"

namespace ordo::aws {
namespace {

constexpr std::size_t kMaxGroupLength = 128;

// Letters, digits and the punctuation of ASCII.
bool is_for_groups(char c) {
  return c > ' ' && c < '\x7f';
}

}  // namespace

std::string message_of(const domain::Task& task) {
  std::string message;
  domain::append_task(message, task);
  if (message.size() <= kMaxWholeMessageBytes) return message;
  message = R"({"task_id":)";
  base::append_json_string(message, task.id.value());
  message += fmt::format(R"(,"sequence":{},"queue":)", task.sequence.value());
  base::append_json_string(message, task.queue.value());
  message += R"(,"lane":)";
  base::append_json_string(message, task.lane.value());
  message.push_back('}');
  return message;
}

base::Result<MessageSubject> subject_of(std::string_view message) {
  const auto members = base::parse_json_object(message);
  if (!members) {
    return base::fail(base::ErrorCode::invalid,
                      "the message is no task: " + members.error().message);
  }
  const std::string_view id = base::text_of(*members, "task_id");
  const std::string_view digits = base::text_of(*members, "sequence");
  std::uint64_t sequence = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), sequence);
  if (id.empty() || read.ec != std::errc() || read.ptr != digits.data() + digits.size()) {
    return base::fail(base::ErrorCode::invalid,
                      "the message is no task: it has no task_id, or no sequence");
  }
  return MessageSubject{domain::TaskId(std::string(id)), domain::Sequence(sequence)};
}

std::string group_of(const domain::LaneKey& lane) {
  const std::string& name = lane.value();
  if (name.size() <= kMaxGroupLength && std::ranges::all_of(name, is_for_groups)) return name;
  return "lane-" + base::hex_digest(base::HashAlgorithm::sha256, name);
}

// No id has a '#'.
std::string deduplication_of(const ports::Announcement& announcement) {
  const domain::Task& task = announcement.task;
  return announcement.again ? fmt::format("#{}", task.sequence.value()) : task.id.value();
}

std::string letter_name(domain::Sequence sequence) {
  return "#" + std::to_string(sequence.value());
}

std::vector<base::Result<void>> QueueAnnouncer::announce(
    std::span<const ports::Announcement> announcements) {
  std::vector<base::Result<void>> outcomes(announcements.size());
  std::map<domain::QueueName, std::vector<std::size_t>> by_queue;
  for (std::size_t i = 0; i < announcements.size(); ++i) {
    by_queue[announcements[i].task.queue].push_back(i);
  }
  for (const auto& [name, places] : by_queue) {
    const auto queue = queues_.find(name);
    if (queue == queues_.end()) {
      for (const std::size_t place : places) {
        outcomes[place] = base::fail(base::ErrorCode::unavailable,
                                     "there is no queue \"" + name.value() + "\" in SQS");
      }
      continue;
    }
    std::vector<SqsMessage> messages;
    messages.reserve(places.size());
    for (const std::size_t place : places) {
      const ports::Announcement& one = announcements[place];
      messages.push_back({message_of(one.task), group_of(one.task.lane), deduplication_of(one)});
    }
    const auto sent = queue->second.send(messages);
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (!sent[i]) outcomes[places[i]] = base::fail(to_error(sent[i].error()));
    }
  }
  return outcomes;
}

}  // namespace ordo::aws
