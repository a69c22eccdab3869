#include "sqlite/task_queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "base/text_match.h"
#include "domain/task_attempts.h"
#include "sqlite/task_rows.h"

namespace ordo::sqlite {
namespace {

// Where a walk's row holds what the small filters ask for.
struct FilterColumns {
  int queue;
  int lane;
  int status;
  int priority;
};
constexpr FilterColumns kInRow{column::kQueue, column::kLane, column::kStatus, column::kPriority};
constexpr FilterColumns kInIndex{1, 2, 3, 4};

// Each walk looks at what may match and nothing else.
enum class Walk : std::uint8_t { all, pending, running, dead };

Walk walk_for(const std::optional<domain::TaskStatus>& status) {
  if (status == domain::TaskStatus::queued) return Walk::pending;
  if (status == domain::TaskStatus::running) return Walk::running;
  if (status == domain::TaskStatus::dead) return Walk::dead;
  return Walk::all;
}

bool matches(const ports::TaskFilter& filter, const Statement& row, const FilterColumns& at) {
  if (filter.status && row.integer(at.status) != std::to_underlying(*filter.status)) return false;
  if (filter.queue && row.text(at.queue) != filter.queue->value()) return false;
  if (filter.lane && row.text(at.lane) != filter.lane->value()) return false;
  return !filter.priority || row.integer(at.priority) == std::to_underlying(*filter.priority);
}

// Of a row that begins with seq, queue, lane, priority.
ports::Place place_at(const Statement& row) {
  return {sequence_at(row, 0), domain::QueueName(std::string(row.text(1))),
          domain::LaneKey(std::string(row.text(2))), static_cast<domain::Priority>(row.integer(3))};
}

// Goes down from `before` and gathers the page. `row` holds all of a task's columns.
class PageWalk {
 public:
  PageWalk(const Connection& connection, const ports::TaskFilter& filter,
           std::optional<domain::Sequence> before, std::size_t limit, std::size_t step_work)
      : connection_(connection),
        filter_(filter),
        text_(filter.text),
        before_(before),
        limit_(limit),
        step_work_(step_work),
        first_page_(connection.pages_read()) {}

  // A task that all but the text filter let through. False: the page is done.
  bool examine(const Statement& row) {
    if (!has_text(row)) return true;
    if (page_.items.size() >= limit_ || page_bytes_ >= ports::kFullPageBytes) {
      page_.next_before = page_.items.empty() ? before_ : page_.items.back().sequence;
      return false;
    }
    page_.items.push_back(read_task(row));
    page_bytes_ += domain::text_bytes(page_.items.back());
    return true;
  }

  // Counts one more task that was looked at. False: that was enough for one call.
  bool go_on_after(domain::Sequence sequence) {
    ++examined_;
    if (may_go_on()) return true;
    page_.next_before = sequence;
    return false;
  }

  ports::TaskPage take() { return std::move(page_); }

 private:
  [[nodiscard]] bool may_go_on() const {
    if (!filter_.text.empty()) {
      return examined_ < kMaxExaminedTasks && searched_ < kMaxExaminedBytes;
    }
    constexpr std::size_t kAskAgain = 64;  // asking costs as much as some entries
    if (examined_ % kAskAgain != 0) return true;
    const std::size_t pages = connection_.pages_read() - first_page_;
    return examined_ * step_work_ + pages * kPageWork < kMaxWork;
  }

  bool has_text(const Statement& row) {
    if (filter_.text.empty()) return true;
    return std::ranges::any_of(kTexts, [&](int column) {
      const std::string_view text = row.text(column);
      searched_ += text.size();
      return text_.found_in(text);
    });
  }

  static constexpr std::initializer_list<int> kTexts{column::kTitle, column::kDescription,
                                                     column::kPayload};
  const Connection& connection_;
  const ports::TaskFilter& filter_;
  const base::TextMatch text_;
  const std::optional<domain::Sequence> before_;
  const std::size_t limit_;
  const std::size_t step_work_;
  const std::uint32_t first_page_;
  ports::TaskPage page_;
  std::size_t examined_ = 0;
  std::size_t searched_ = 0;  // bytes of text
  std::size_t page_bytes_ = 0;
};

}  // namespace

base::Result<void> TaskQueries::prepare() {
  const std::pair<Statement*, std::string> statements[] = {
      {&find_by_id_, fmt::format("SELECT {} FROM {} WHERE t.id = ?", kTaskColumns, kTaskTables)},
      {&find_by_sequence_,
       fmt::format("SELECT {} FROM {} WHERE t.seq = ?", kTaskColumns, kTaskTables)},
      {&walk_all_, fmt::format("SELECT {} FROM {} WHERE t.seq < ? ORDER BY t.seq DESC",
                               kTaskColumns, kTaskTables)},
      // Named, because the planner would rather take the table itself.
      {&walk_pending_,
       "SELECT seq, queue, lane, status, priority FROM tasks INDEXED BY tasks_pending WHERE "
       "status <= 1 AND seq < ? ORDER BY seq DESC"},
      {&walk_running_,
       fmt::format("SELECT {} FROM active a CROSS JOIN tasks t ON t.seq = a.seq WHERE a.state = 1 "
                   "AND a.seq < ? ORDER BY a.seq DESC",
                   kTaskColumns)},
      {&walk_dead_,
       fmt::format("SELECT {} FROM tasks t INDEXED BY tasks_dead LEFT JOIN active a ON a.seq = "
                   "t.seq WHERE t.status = 3 AND t.seq < ? ORDER BY t.seq DESC",
                   kTaskColumns)},
      {&attempts_,
       "SELECT number, outcome, started_at, finished_at, error FROM attempts WHERE seq = ? ORDER "
       "BY number"},
      {&first_pending_,
       "SELECT seq, queue FROM tasks INDEXED BY tasks_pending WHERE status <= 1 ORDER BY seq "
       "LIMIT ?"},
      {&pending_,
       "SELECT seq, queue, lane, priority FROM tasks INDEXED BY tasks_pending WHERE status <= 1 "
       "AND seq > ? ORDER BY seq LIMIT ?"},
      {&open_tasks_,
       "SELECT a.seq, t.queue, t.lane, t.priority, t.id, a.state, a.attempts, t.max_attempts, "
       "a.next_attempt_at, a.lease, a.lease_until, a.updated_at, a.lease_ms FROM active a CROSS "
       "JOIN tasks t "
       "ON t.seq = "
       "a.seq "
       "ORDER BY a.seq"},
      {&paused_, "SELECT queue FROM paused_queues"},
      {&dead_by_queue_,
       "SELECT queue, count(*) FROM tasks INDEXED BY tasks_dead WHERE status = 3 GROUP BY queue"},
      {&notices_, "SELECT n, kind, at, data FROM notices WHERE n > ? ORDER BY n LIMIT ?"},
      {&kept_notices_,
       "SELECT coalesce((SELECT min(n) FROM notices), 1), coalesce((SELECT max(n) FROM notices), "
       "0)"},
      {&told_, "SELECT name, told FROM channels"},
      {&counts_, "SELECT queued, running, succeeded, dead, cancelled FROM ledger"},
  };
  return prepare_all(connection_, statements);
}

base::Result<std::optional<domain::Task>> TaskQueries::find(const domain::TaskId& id) {
  const ResetAtEnd reset(find_by_id_);
  const base::Result<bool> row = find_by_id_.bind(std::string_view(id.value())).step("read a task");
  if (!row) return base::fail(row.error());
  if (!*row) return std::optional<domain::Task>();
  return std::optional(read_task(find_by_id_));
}

base::Result<ports::TaskPage> TaskQueries::list(const ports::TaskFilter& filter,
                                                std::optional<domain::Sequence> before,
                                                std::size_t limit) {
  if (filter.status) {
    const base::Result<domain::TaskCounts> counted = counts();
    if (!counted) return base::fail(counted.error());
    if (counted->of(*filter.status) == 0) return ports::TaskPage{};
  }
  return walk(filter, before, limit);
}

base::Result<ports::TaskPage> TaskQueries::walk(const ports::TaskFilter& filter,
                                                std::optional<domain::Sequence> before,
                                                std::size_t limit) {
  constexpr std::uint64_t kTop = std::numeric_limits<std::int64_t>::max();
  const std::uint64_t top = before ? std::min(before->value(), kTop) : kTop;
  const Walk walk = walk_for(filter.status);
  const bool by_index = walk == Walk::pending;
  Statement& rows = walk == Walk::pending   ? walk_pending_
                    : walk == Walk::running ? walk_running_
                    : walk == Walk::dead    ? walk_dead_
                                            : walk_all_;
  const ResetAtEnd reset(rows);
  rows.bind(raw(top));

  PageWalk page(connection_, filter, before, limit, by_index ? kEntryWork : kRowWork);
  const auto examine = [&]() -> base::Result<bool> {
    if (!by_index) return page.examine(rows);
    // The walk is still open, so this reads from the same snapshot.
    const ResetAtEnd reset_row(find_by_sequence_);
    const base::Result<bool> found =
        find_by_sequence_.bind(rows.integer(0)).step("read a listed task");
    if (!found) return base::fail(found.error());
    // The index does not know which of them run.
    if (!*found || !matches(filter, find_by_sequence_, kInRow)) return true;
    return page.examine(find_by_sequence_);
  };
  base::Result<bool> row = rows.step("list tasks");
  for (; row && *row; row = rows.step("list tasks")) {
    const domain::Sequence sequence = sequence_at(rows, 0);
    if (matches(filter, rows, by_index ? kInIndex : kInRow)) {
      const base::Result<bool> more = examine();
      if (!more) return base::fail(more.error());
      if (!*more) return page.take();
    }
    if (!page.go_on_after(sequence)) return page.take();
  }
  if (!row) return base::fail(row.error());
  return page.take();
}

base::Result<std::optional<base::WallTime>> TaskQueries::oldest_queued(
    const domain::QueueName& queue) {
  const ResetAtEnd reset(first_pending_);
  first_pending_.bind(raw(ports::kMaxExaminedPending));
  base::Result<bool> row = first_pending_.step("look for the oldest task");
  for (; row && *row; row = first_pending_.step("look for the oldest task")) {
    if (first_pending_.text(1) != queue.value()) continue;
    const ResetAtEnd reset_row(find_by_sequence_);
    const base::Result<bool> found =
        find_by_sequence_.bind(first_pending_.integer(0)).step("read the oldest task");
    if (!found) return base::fail(found.error());
    // The index does not know which of them run.
    const bool waits = *found && find_by_sequence_.integer(column::kStatus) ==
                                     std::to_underlying(domain::TaskStatus::queued);
    if (waits) return find_by_sequence_.time(column::kCreatedAt);
  }
  if (!row) return base::fail(row.error());
  return std::optional<base::WallTime>();
}

base::Result<domain::TaskCounts> TaskQueries::counts() {
  const ResetAtEnd reset(counts_);
  const base::Result<bool> row = counts_.step("count tasks");
  if (!row) return base::fail(row.error());
  domain::TaskCounts counts;
  for (std::size_t i = 0; i < domain::kTaskStatuses && *row; ++i) {
    counts.by_status[i] = static_cast<std::uint64_t>(counts_.integer(static_cast<int>(i)));
  }
  return counts;
}

base::Result<std::optional<std::vector<domain::Attempt>>> TaskQueries::attempts(
    const domain::TaskId& id) {
  const base::Result<std::optional<domain::Task>> task = find(id);
  if (!task) return base::fail(task.error());
  if (!*task) return std::nullopt;
  std::vector<domain::Attempt> all;
  attempts_.bind(raw((*task)->sequence));
  const auto read = for_each_row(attempts_, "read attempts", [&all](const Statement& row) {
    all.push_back({static_cast<std::uint32_t>(row.integer(0)),
                   base::WallTime::from_ms(row.integer(2)), row.time(3),
                   static_cast<domain::AttemptOutcome>(row.integer(1)), row.optional_text(4)});
  });
  if (!read) return base::fail(read.error());
  if (auto own = domain::own_attempt(**task)) all.push_back(std::move(*own));
  return all;
}

base::Result<std::vector<ports::Place>> TaskQueries::pending(domain::Sequence after,
                                                             std::size_t limit) {
  std::vector<ports::Place> places;
  pending_.bind(raw(after)).bind(raw(limit));
  const auto read = for_each_row(pending_, "read what waits", [&places](const Statement& row) {
    places.push_back(place_at(row));
  });
  if (!read) return base::fail(read.error());
  return places;
}

base::Result<std::vector<ports::OpenTask>> TaskQueries::open_tasks() {
  std::vector<ports::OpenTask> open;
  const auto read = for_each_row(open_tasks_, "read open attempts", [&open](const Statement& row) {
    ports::OpenTask task;
    task.place = place_at(row);
    task.id = domain::TaskId(std::string(row.text(4)));
    task.running = row.integer(5) == 1;
    task.attempts = static_cast<std::uint32_t>(row.integer(6));
    task.max_attempts = static_cast<std::uint32_t>(row.integer(7));
    task.next_attempt_at = row.time(8);
    task.changed_at = row.time(11).value_or(base::WallTime());
    if (!row.is_null(9)) {
      task.lease = domain::Lease{std::string(row.text(9)), row.time(10).value_or(base::WallTime()),
                                 base::Millis(row.integer(12))};
    }
    open.push_back(std::move(task));
  });
  if (!read) return base::fail(read.error());
  return open;
}

base::Result<std::vector<domain::QueueName>> TaskQueries::paused_queues() {
  std::vector<domain::QueueName> names;
  const auto read = for_each_row(paused_, "read paused queues", [&names](const Statement& row) {
    names.emplace_back(std::string(row.text(0)));
  });
  if (!read) return base::fail(read.error());
  return names;
}

base::Result<std::map<domain::QueueName, std::uint64_t>> TaskQueries::dead_by_queue() {
  std::map<domain::QueueName, std::uint64_t> counts;
  const auto read =
      for_each_row(dead_by_queue_, "count dead letters", [&counts](const Statement& row) {
        counts.emplace(std::string(row.text(0)), static_cast<std::uint64_t>(row.integer(1)));
      });
  if (!read) return base::fail(read.error());
  return counts;
}

base::Result<std::vector<ports::Notice>> TaskQueries::notices(std::uint64_t after,
                                                              std::size_t limit) {
  std::vector<ports::Notice> all;
  notices_.bind(raw(after)).bind(raw(limit));
  const auto read = for_each_row(notices_, "read notices", [&all](const Statement& row) {
    all.push_back({static_cast<std::uint64_t>(row.integer(0)), std::string(row.text(1)),
                   base::WallTime::from_ms(row.integer(2)), std::string(row.text(3))});
  });
  if (!read) return base::fail(read.error());
  return all;
}

base::Result<ports::KeptNotices> TaskQueries::kept_notices() {
  ports::KeptNotices kept;
  const auto read = for_each_row(kept_notices_, "count notices", [&kept](const Statement& row) {
    kept = {static_cast<std::uint64_t>(row.integer(0)), static_cast<std::uint64_t>(row.integer(1))};
  });
  if (!read) return base::fail(read.error());
  return kept;
}

base::Result<std::map<std::string, std::uint64_t>> TaskQueries::told() {
  std::map<std::string, std::uint64_t> told;
  const auto read = for_each_row(told_, "read channels", [&told](const Statement& row) {
    told.emplace(std::string(row.text(0)), static_cast<std::uint64_t>(row.integer(1)));
  });
  if (!read) return base::fail(read.error());
  return told;
}

}  // namespace ordo::sqlite
