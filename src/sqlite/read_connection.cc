#include "sqlite/read_connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "sqlite/task_rows.h"
#include "sqlite/text_match.h"

namespace ordo::sqlite {
namespace {

bool is_pending(domain::TaskStatus status) {
  return !domain::is_finished(status);
}

// Where a walk's row holds what the small filters ask for.
struct FilterColumns {
  int queue;
  int lane;
  int status;
  int priority;
};
constexpr FilterColumns kInRow{column::kQueue, column::kLane, column::kStatus, column::kPriority};
constexpr FilterColumns kInIndex{1, 2, 3, 4};

bool matches(const ports::TaskFilter& filter, const Statement& row, const FilterColumns& at) {
  if (filter.status && row.integer(at.status) != std::to_underlying(*filter.status)) return false;
  if (filter.queue && row.text(at.queue) != filter.queue->value()) return false;
  if (filter.lane && row.text(at.lane) != filter.lane->value()) return false;
  return !filter.priority || row.integer(at.priority) == std::to_underlying(*filter.priority);
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
  const TextMatch text_;
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

base::Result<ReadConnection> ReadConnection::open(const std::string& path, const std::string& vfs) {
  base::Result<Connection> connection = Connection::open(path, Access::read_only, vfs);
  if (!connection) return base::fail(connection.error());
  // Scans pass through the cache once: a large one would only hold memory.
  const base::Result<void> tuned =
      connection->execute("PRAGMA query_only = ON; PRAGMA cache_size = -1024;");
  if (!tuned) return base::fail(tuned.error());
  ReadConnection reader;
  reader.connection_ = std::move(*connection);
  const std::pair<Statement*, std::string> statements[] = {
      {&reader.find_by_id_, fmt::format("SELECT {} FROM tasks WHERE id = ?", kTaskColumns)},
      {&reader.find_by_sequence_, fmt::format("SELECT {} FROM tasks WHERE seq = ?", kTaskColumns)},
      {&reader.walk_all_,
       fmt::format("SELECT {} FROM tasks WHERE seq < ? ORDER BY seq DESC", kTaskColumns)},
      // Named, because the planner would rather take the table itself.
      {&reader.walk_pending_,
       "SELECT seq, queue, lane, status, priority FROM tasks INDEXED BY tasks_pending WHERE "
       "status <= 1 AND seq < ? ORDER BY seq DESC"},
      {&reader.counts_, "SELECT queued, running, succeeded, dead, cancelled FROM ledger"},
  };
  for (const auto& [statement, sql] : statements) {
    base::Result<Statement> prepared = reader.connection_.prepare(sql);
    if (!prepared) return base::fail(prepared.error());
    *statement = std::move(*prepared);
  }
  return reader;
}

base::Result<std::optional<domain::Task>> ReadConnection::find(const domain::TaskId& id) {
  const ResetAtEnd reset(find_by_id_);
  const base::Result<bool> row = find_by_id_.bind(std::string_view(id.value())).step("read a task");
  if (!row) return base::fail(row.error());
  if (!*row) return std::optional<domain::Task>();
  return std::optional(read_task(find_by_id_));
}

base::Result<ports::TaskPage> ReadConnection::list(const ports::TaskFilter& filter,
                                                   std::optional<domain::Sequence> before,
                                                   std::size_t limit) {
  if (filter.status) {
    const base::Result<domain::TaskCounts> counted = counts();
    if (!counted) return base::fail(counted.error());
    if (counted->of(*filter.status) == 0) return ports::TaskPage{};
  }
  return walk(filter, before, limit);
}

base::Result<ports::TaskPage> ReadConnection::walk(const ports::TaskFilter& filter,
                                                   std::optional<domain::Sequence> before,
                                                   std::size_t limit) {
  constexpr std::uint64_t kTop = std::numeric_limits<std::int64_t>::max();
  const std::uint64_t top = before ? std::min(before->value(), kTop) : kTop;
  const bool pending = filter.status && is_pending(*filter.status);
  Statement& rows = pending ? walk_pending_ : walk_all_;
  const ResetAtEnd reset(rows);
  rows.bind(static_cast<std::int64_t>(top));

  PageWalk page(connection_, filter, before, limit, pending ? kEntryWork : kRowWork);
  const auto examine = [&]() -> base::Result<bool> {
    if (!pending) return page.examine(rows);
    // The walk is still open, so this reads from the same snapshot.
    const ResetAtEnd reset_row(find_by_sequence_);
    const base::Result<bool> found =
        find_by_sequence_.bind(rows.integer(0)).step("read a listed task");
    if (!found) return base::fail(found.error());
    return !*found || page.examine(find_by_sequence_);
  };
  base::Result<bool> row = rows.step("list tasks");
  for (; row && *row; row = rows.step("list tasks")) {
    const domain::Sequence sequence = sequence_at(rows, 0);
    if (matches(filter, rows, pending ? kInIndex : kInRow)) {
      const base::Result<bool> more = examine();
      if (!more) return base::fail(more.error());
      if (!*more) return page.take();
    }
    if (!page.go_on_after(sequence)) return page.take();
  }
  if (!row) return base::fail(row.error());
  return page.take();
}

base::Result<domain::TaskCounts> ReadConnection::counts() {
  const ResetAtEnd reset(counts_);
  const base::Result<bool> row = counts_.step("count tasks");
  if (!row) return base::fail(row.error());
  domain::TaskCounts counts;
  for (std::size_t i = 0; i < domain::kTaskStatuses && *row; ++i) {
    counts.by_status[i] = static_cast<std::uint64_t>(counts_.integer(static_cast<int>(i)));
  }
  return counts;
}

}  // namespace ordo::sqlite
