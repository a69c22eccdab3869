#include "postgres/task_reader.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "domain/lane_shard.h"
#include "domain/task_attempts.h"
#include "postgres/task_rows.h"

namespace ordo::postgres {
namespace {

const Statement kFindTask{
    "find_task", fmt::format("SELECT {}, {} FROM tasks t LEFT JOIN active a ON a.seq = t.seq "
                             "WHERE t.id = $1::text",
                             kTaskColumns, kActiveColumns)};
const Statement kCounts{
    "counts",
    "SELECT coalesce(sum(queued), 0)::bigint, coalesce(sum(running), 0)::bigint, "
    "coalesce(sum(succeeded), 0)::bigint, coalesce(sum(dead), 0)::bigint, "
    "coalesce(sum(cancelled), 0)::bigint FROM tallies"};
const Statement kAttempts{
    "attempts",
    "SELECT b.number, b.outcome, b.started_at, b.finished_at, b.error FROM attempts b "
    "JOIN tasks t ON t.seq = b.seq WHERE t.id = $1::text ORDER BY b.number"};
// The first of those that have not ended, as many as may be looked at.
const Statement kOldestQueued{
    "oldest_queued",
    fmt::format("SELECT t.created_at FROM (SELECT seq, queue, created_at FROM tasks "
                "WHERE status <= 1 ORDER BY seq LIMIT {}) t "
                "WHERE t.queue = $1::text AND NOT EXISTS (SELECT FROM active a "
                "WHERE a.seq = t.seq AND a.state = 1) ORDER BY t.seq LIMIT 1",
                ports::kMaxExaminedPending)};
const Statement kPending{"pending",
                         "SELECT seq, queue, lane, priority FROM tasks WHERE status <= 1 "
                         "AND seq > $1::bigint ORDER BY seq LIMIT $2::bigint"};
// The shards as a byte each, which takes no longer for all of them than for one: of millions of
// tasks, most of the time went into looking through an array.
const Statement kPendingOfShards{
    "pending_of_shards",
    "SELECT seq, queue, lane, priority FROM tasks WHERE status <= 1 AND seq > $1::bigint "
    "AND get_byte($3::bytea, shard) = 1 ORDER BY seq LIMIT $2::bigint"};
const Statement kLastTask{"last_task", "SELECT coalesce(max(seq), 0) FROM tasks"};
constexpr std::string_view kOpenTaskSql =
    "SELECT a.seq, t.queue, t.lane, t.priority, t.id, a.state, a.attempts, t.max_attempts, "
    "a.next_attempt_at, a.updated_at, a.lease, a.lease_until, a.lease_ms "
    "FROM active a JOIN tasks t ON t.seq = a.seq {} ORDER BY a.seq";
const Statement kOpenTasks{"open_tasks", fmt::format(kOpenTaskSql, "")};
const Statement kOpenTasksOfShards{
    "open_tasks_of_shards", fmt::format(kOpenTaskSql, "WHERE t.shard = ANY($1::smallint[])")};
const Statement kPausedQueues{"paused_queues", "SELECT queue FROM paused_queues ORDER BY queue"};
const Statement kDeadByQueue{"dead_by_queue",
                             "SELECT queue, sum(dead)::bigint FROM tallies GROUP BY queue "
                             "HAVING sum(dead) > 0"};
const Statement kNotices{"notices",
                         "SELECT n, kind, at, data FROM notices WHERE n > $1::bigint ORDER BY n "
                         "LIMIT $2::bigint"};
const Statement kKeptNotices{"kept_notices",
                             "SELECT coalesce(min(n), 1), coalesce(max(n), 0) FROM notices"};
const Statement kTold{"told", "SELECT name, told FROM channels"};

Params of(std::string_view text) {
  Params params;
  params.add(text);
  return params;
}

Params of(std::uint64_t after, std::size_t limit) {
  Params params;
  params.add(raw(after)).add(raw(limit));
  return params;
}

// Of a row that begins with seq, queue, lane, priority.
ports::Place place_at(const Rows& rows, std::size_t row) {
  return {sequence_at(rows, row, 0), domain::QueueName(rows.string(row, 1)),
          domain::LaneKey(rows.string(row, 2)),
          static_cast<domain::Priority>(rows.integer(row, 3))};
}

std::vector<ports::Place> places_in(const Rows& rows) {
  std::vector<ports::Place> places;
  places.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) places.push_back(place_at(rows, i));
  return places;
}

std::vector<ports::OpenTask> open_in(const Rows& rows) {
  std::vector<ports::OpenTask> open;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ports::OpenTask task;
    task.place = place_at(rows, i);
    task.id = domain::TaskId(rows.string(i, 4));
    task.running = rows.integer(i, 5) == 1;
    task.attempts = static_cast<std::uint32_t>(rows.integer(i, 6));
    task.max_attempts = static_cast<std::uint32_t>(rows.integer(i, 7));
    task.next_attempt_at = rows.optional_time(i, 8);
    task.changed_at = rows.time(i, 9);
    if (!rows.is_null(i, 10)) {
      task.lease =
          domain::Lease{rows.string(i, 10), rows.time(i, 11), base::Millis(rows.integer(i, 12))};
    }
    open.push_back(std::move(task));
  }
  return open;
}

Column column_of(const std::vector<std::uint16_t>& shards) {
  Column column(Type::int2);
  for (const std::uint16_t shard : shards) column.add(std::int64_t{shard});
  return column;
}

std::string shard_flags(const std::vector<std::uint16_t>& shards) {
  std::string bytes(domain::kLaneShards, '\0');
  for (const std::uint16_t shard : shards) bytes.at(shard) = 1;
  return bytes;
}

std::optional<domain::Task> found_task(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  TaskRow row = read_task(rows, 0);
  if (!rows.is_null(0, kTaskColumnCount)) read_active(row, rows, 0, kTaskColumnCount);
  return std::move(row.task);
}

}  // namespace

base::Result<std::optional<domain::Task>> TaskReader::find(const domain::TaskId& id) {
  if (!can_be_text(id.value())) return std::nullopt;
  const auto rows = pool_.run(kFindTask, of(id.value()), "read a task");
  if (!rows) return base::fail(rows.error());
  return found_task(*rows);
}

base::Result<domain::TaskCounts> TaskReader::counts() {
  const auto rows = pool_.run(kCounts, {}, "count tasks");
  if (!rows) return base::fail(rows.error());
  domain::TaskCounts counts;
  for (std::size_t i = 0; i < domain::kTaskStatuses; ++i) {
    counts.by_status[i] = rows->number(0, static_cast<int>(i));
  }
  return counts;
}

base::Result<std::optional<std::vector<domain::Attempt>>> TaskReader::attempts(
    const domain::TaskId& id) {
  if (!can_be_text(id.value())) return std::nullopt;
  Batch batch;
  batch.add(kBeginRead);
  batch.add(kFindTask, of(id.value()));
  batch.add(kAttempts, of(id.value()));
  batch.add(kCommit);
  const auto answers = pool_.run(batch, "read attempts");
  if (!answers) return base::fail(answers.error());
  const std::optional<domain::Task> task = found_task((*answers)[1]);
  if (!task) return std::nullopt;
  const Rows& rows = (*answers)[2];
  std::vector<domain::Attempt> all;
  all.reserve(rows.size() + 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    all.push_back(
        {static_cast<std::uint32_t>(rows.integer(i, 0)), rows.time(i, 2), rows.optional_time(i, 3),
         static_cast<domain::AttemptOutcome>(rows.integer(i, 1)), rows.optional_string(i, 4)});
  }
  if (auto own = domain::own_attempt(*task)) all.push_back(std::move(*own));
  return all;
}

base::Result<std::optional<base::WallTime>> TaskReader::oldest_queued(
    const domain::QueueName& queue) {
  if (!can_be_text(queue.value())) return std::nullopt;
  const auto rows = pool_.run(kOldestQueued, of(queue.value()), "look for the oldest task");
  if (!rows) return base::fail(rows.error());
  if (rows->empty()) return std::nullopt;
  return rows->time(0, 0);
}

base::Result<std::vector<ports::Place>> TaskReader::pending(domain::Sequence after,
                                                            std::size_t limit) {
  const auto rows = pool_.run(kPending, of(after.value(), limit), "read what waits");
  if (!rows) return base::fail(rows.error());
  return places_in(*rows);
}

base::Result<std::vector<ports::OpenTask>> TaskReader::open_tasks() {
  const auto rows = pool_.run(kOpenTasks, {}, "read open attempts");
  if (!rows) return base::fail(rows.error());
  return open_in(*rows);
}

base::Result<std::vector<ports::OpenTask>> TaskReader::open_tasks(
    const std::vector<std::uint16_t>& shards) {
  Params params;
  params.add(column_of(shards));
  const auto rows = pool_.run(kOpenTasksOfShards, std::move(params), "read open attempts");
  if (!rows) return base::fail(rows.error());
  return open_in(*rows);
}

base::Result<ports::LaneBacklog::Fresh> TaskReader::fresh(std::span<const Stretch> stretches,
                                                          std::size_t limit) {
  Batch batch;
  batch.add(kBeginRead);
  const std::size_t last = batch.add(kLastTask);
  std::vector<std::size_t> slots;
  for (const Stretch& stretch : stretches) {
    Params params = of(stretch.after.value(), limit);
    params.add_bytes(shard_flags(stretch.shards));
    slots.push_back(batch.add(kPendingOfShards, std::move(params)));
  }
  batch.add(kCommit);
  const auto answers = pool_.run(batch, "read what waits");
  if (!answers) return base::fail(answers.error());
  Fresh fresh;
  // Those that are visible came in the order of their sequences.
  fresh.seen = sequence_at((*answers)[last], 0, 0);
  for (const std::size_t slot : slots) fresh.places.push_back(places_in((*answers)[slot]));
  return fresh;
}

base::Result<std::vector<domain::QueueName>> TaskReader::paused_queues() {
  const auto rows = pool_.run(kPausedQueues, {}, "read paused queues");
  if (!rows) return base::fail(rows.error());
  std::vector<domain::QueueName> names;
  names.reserve(rows->size());
  for (std::size_t i = 0; i < rows->size(); ++i) names.emplace_back(rows->string(i, 0));
  return names;
}

base::Result<std::map<domain::QueueName, std::uint64_t>> TaskReader::dead_by_queue() {
  const auto rows = pool_.run(kDeadByQueue, {}, "count dead letters");
  if (!rows) return base::fail(rows.error());
  std::map<domain::QueueName, std::uint64_t> counts;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    counts.emplace(rows->string(i, 0), rows->number(i, 1));
  }
  return counts;
}

base::Result<std::vector<ports::Notice>> TaskReader::notices(std::uint64_t after,
                                                             std::size_t limit) {
  const auto rows = pool_.run(kNotices, of(after, limit), "read notices");
  if (!rows) return base::fail(rows.error());
  std::vector<ports::Notice> all;
  all.reserve(rows->size());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    all.push_back({rows->number(i, 0), rows->string(i, 1), rows->time(i, 2), rows->string(i, 3)});
  }
  return all;
}

base::Result<ports::KeptNotices> TaskReader::kept_notices() {
  const auto rows = pool_.run(kKeptNotices, {}, "count notices");
  if (!rows) return base::fail(rows.error());
  return ports::KeptNotices{rows->number(0, 0), rows->number(0, 1)};
}

base::Result<std::map<std::string, std::uint64_t>> TaskReader::told() {
  const auto rows = pool_.run(kTold, {}, "read channels");
  if (!rows) return base::fail(rows.error());
  std::map<std::string, std::uint64_t> told;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    told.emplace(rows->string(i, 0), rows->number(i, 1));
  }
  return told;
}

}  // namespace ordo::postgres
