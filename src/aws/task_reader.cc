#include "aws/task_reader.h"

#include <algorithm>
#include <utility>

#include "aws/filled_page.h"
#include "aws/shelf_walk.h"
#include "base/text_match.h"
#include "domain/task_attempts.h"

namespace ordo::aws {
namespace {

std::vector<std::string> all_shelves() {
  std::vector<std::string> shelves;
  shelves.reserve(kTaskShelves);
  for (std::uint64_t i = 0; i < kTaskShelves; ++i) shelves.push_back(task_shelf(i));
  return shelves;
}

bool matches(const ports::TaskFilter& filter, const base::TextMatch& text,
             const domain::Task& task) {
  return (!filter.status || *filter.status == task.status) &&
         (!filter.queue || *filter.queue == task.queue) &&
         (!filter.lane || *filter.lane == task.lane) &&
         (!filter.priority || *filter.priority == task.content.priority) &&
         (text.found_in(task.content.title) || text.found_in(task.content.description) ||
          text.found_in(task.content.payload));
}

}  // namespace

void SequenceMemo::note(domain::Sequence sequence, const domain::TaskId& id) {
  const std::lock_guard lock(mutex_);
  ids_.insert_or_assign(sequence.value(), id);
  if (ids_.size() > kMaxNoted) ids_.erase(ids_.begin());
}

std::optional<domain::TaskId> SequenceMemo::find(domain::Sequence sequence) const {
  const std::lock_guard lock(mutex_);
  const auto found = ids_.find(sequence.value());
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

base::Result<std::optional<domain::Task>> TaskReader::find(const domain::TaskId& id) {
  const auto items = dynamo_.read(options_.tasks, std::span(&id.value(), 1));
  if (!items) return base::fail(items.error());
  if (!items->front()) return std::optional<domain::Task>();
  auto row = task_row_of(*items->front());
  if (!row) return base::fail(std::move(row.error()));
  if (!*row) return std::optional<domain::Task>();
  memo_.note((*row)->task.sequence, id);
  return std::optional(std::move((*row)->task));
}

base::Result<std::vector<std::optional<TaskRow>>> TaskReader::read(
    const std::vector<NumberedKey>& keys) {
  std::vector<std::string> names;
  names.reserve(keys.size());
  for (const NumberedKey& key : keys) names.push_back(key.key);
  if (names.empty()) return std::vector<std::optional<TaskRow>>();
  const auto items = dynamo_.read(options_.tasks, names);
  if (!items) return base::fail(items.error());
  std::vector<std::optional<TaskRow>> rows(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!(*items)[i]) continue;
    auto row = task_row_of(*(*items)[i]);
    if (!row) return base::fail(std::move(row.error()));
    // It may have been put back since the index was asked: then its place is another one.
    if (*row && (*row)->task.sequence.value() == keys[i].number) rows[i] = std::move(*row);
  }
  return rows;
}

base::Result<ports::TaskPage> TaskReader::list(const ports::TaskFilter& filter,
                                               std::optional<domain::Sequence> before,
                                               std::size_t limit) {
  ShelfWalk walk(dynamo_, options_.tasks, all_shelves(),
                 before.transform([](const auto& sequence) { return sequence.value(); }), limit);
  const base::TextMatch text(filter.text);
  return filled_page<ports::TaskPage>(
      walk, before, limit,
      [&](const std::vector<NumberedKey>& keys)
          -> base::Result<std::vector<std::optional<domain::Task>>> {
        auto rows = read(keys);
        if (!rows) return base::fail(std::move(rows.error()));
        std::vector<std::optional<domain::Task>> tasks(keys.size());
        for (std::size_t i = 0; i < keys.size(); ++i) {
          std::optional<TaskRow>& row = (*rows)[i];
          if (row && matches(filter, text, row->task)) tasks[i] = std::move(row->task);
        }
        return tasks;
      },
      [](const domain::Task& task) { return domain::text_bytes(task); });
}

base::Result<void> TaskReader::walk(const std::function<bool(const domain::Task&)>& see) {
  ShelfWalk walk(dynamo_, options_.tasks, all_shelves(), std::nullopt, kReadAtOnce);
  while (true) {
    const auto keys = walk.take(kReadAtOnce);
    if (!keys) return base::fail(keys.error());
    if (keys->empty()) return {};
    const auto rows = read(*keys);
    if (!rows) return base::fail(rows.error());
    for (const std::optional<TaskRow>& row : *rows) {
      if (row && !see(row->task)) return {};
    }
  }
}

base::Result<domain::TaskCounts> TaskReader::counts() {
  domain::TaskCounts counts;
  const auto walked = walk([&](const domain::Task& task) {
    ++counts.of(task.status);
    return true;
  });
  if (!walked) return base::fail(walked.error());
  return counts;
}

base::Result<std::optional<base::WallTime>> TaskReader::oldest_queued(
    const domain::QueueName& queue) {
  std::optional<base::WallTime> oldest;
  const auto walked = walk([&](const domain::Task& task) {
    const bool waits = task.queue == queue && task.status == domain::TaskStatus::queued;
    if (waits) oldest = task.created_at;
    return true;
  });
  if (!walked) return base::fail(walked.error());
  return oldest;
}

base::Result<std::optional<std::vector<domain::Attempt>>> TaskReader::attempts(
    const domain::TaskId& id) {
  using Attempts = std::vector<domain::Attempt>;
  const auto task = find(id);
  if (!task) return base::fail(task.error());
  if (!*task) return std::optional<Attempts>();
  std::vector<std::string> keys;
  for (std::uint32_t number = 1; number <= (*task)->attempts; ++number) {
    keys.push_back(key_of_attempt(id, (*task)->sequence, number));
  }
  Attempts attempts;
  if (!keys.empty()) {
    const auto items = dynamo_.read(options_.tasks, keys);
    if (!items) return base::fail(items.error());
    for (const std::optional<Item>& item : *items) {
      if (!item) continue;
      if (auto attempt = attempt_of(*item)) attempts.push_back(std::move(*attempt));
    }
  }
  if (auto own = domain::own_attempt(**task)) attempts.push_back(std::move(*own));
  return std::optional(std::move(attempts));
}

base::Result<std::optional<domain::TaskId>> TaskReader::by_sequence(domain::Sequence sequence) {
  if (auto known = memo_.find(sequence)) return known;
  const auto keys =
      dynamo_.keys(options_.tasks, {.index = kByNumber,
                                    .partition = task_shelf(sequence.value() % kTaskShelves),
                                    .after = sequence.value() - 1,
                                    .before = sequence.value() + 1,
                                    .limit = 1});
  if (!keys) return base::fail(keys.error());
  if (keys->empty()) return std::optional<domain::TaskId>();
  domain::TaskId id(keys->front().key);
  memo_.note(sequence, id);
  return std::optional(std::move(id));
}

base::Result<std::vector<domain::TaskId>> TaskReader::dead_letters(
    const std::optional<domain::QueueName>& queue, domain::Sequence up_to, std::size_t limit) {
  std::vector<NumberedKey> found;
  const std::vector<domain::QueueName> queues = queue ? std::vector{*queue} : options_.queues;
  for (const domain::QueueName& one : queues) {
    for (std::string lot : {dead_lot(one), untold_lot(one)}) {
      auto keys = dynamo_.keys(options_.tasks, {.index = kByLot,
                                                .partition = std::move(lot),
                                                .before = up_to.value() + 1,
                                                .limit = limit});
      if (!keys) return base::fail(std::move(keys.error()));
      found.insert(found.end(), keys->begin(), keys->end());
    }
  }
  std::ranges::sort(found);
  if (found.size() > limit) found.resize(limit);
  std::vector<domain::TaskId> ids;
  ids.reserve(found.size());
  for (NumberedKey& key : found) ids.emplace_back(std::move(key.key));
  return ids;
}

base::Result<std::vector<domain::Task>> TaskReader::untold(const domain::QueueName& queue,
                                                           domain::Sequence after,
                                                           std::size_t limit) {
  const auto keys = dynamo_.keys(
      options_.tasks,
      {.index = kByLot, .partition = untold_lot(queue), .after = after.value(), .limit = limit});
  if (!keys) return base::fail(keys.error());
  auto rows = read(*keys);
  if (!rows) return base::fail(std::move(rows.error()));
  std::vector<domain::Task> tasks;
  for (std::optional<TaskRow>& row : *rows) {
    if (row && row->untold) tasks.push_back(std::move(row->task));
  }
  return tasks;
}

base::Result<std::vector<TaskRow>> TaskReader::accepted_after(domain::Sequence after,
                                                              std::size_t limit) {
  std::vector<NumberedKey> found;
  for (const std::string& shelf : all_shelves()) {
    auto keys = dynamo_.keys(
        options_.tasks,
        {.index = kByNumber, .partition = shelf, .after = after.value(), .limit = limit});
    if (!keys) return base::fail(std::move(keys.error()));
    found.insert(found.end(), keys->begin(), keys->end());
  }
  std::ranges::sort(found);
  if (found.size() > limit) found.resize(limit);
  auto rows = read(found);
  if (!rows) return base::fail(std::move(rows.error()));
  std::vector<TaskRow> accepted;
  for (std::optional<TaskRow>& row : *rows) {
    if (row) accepted.push_back(std::move(*row));
  }
  return accepted;
}

}  // namespace ordo::aws
