#include "sqlite/execution_queries.h"

#include <fmt/format.h>

#include <utility>

#include "ports/task_reads.h"
#include "sqlite/execution_rows.h"
#include "states/history.h"

namespace ordo::sqlite {
namespace {

std::size_t text_bytes(const ports::ExecutionRecord& record) {
  return record.input.size() + (record.output ? record.output->size() : 0) +
         (record.error ? record.error->size() : 0) + (record.cause ? record.cause->size() : 0);
}

domain::ExecutionNumber number_of(std::int64_t value) {
  return domain::ExecutionNumber(static_cast<std::uint64_t>(value));
}

}  // namespace

base::Result<void> ExecutionQueries::prepare() {
  const std::pair<Statement*, std::string> statements[] = {
      {&find_, fmt::format("SELECT {} FROM executions WHERE id = ?", kRecordColumns)},
      {&by_number_, fmt::format("SELECT {} FROM executions WHERE n = ?", kRecordColumns)},
      {&walk_all_,
       "SELECT n, pipeline, status FROM executions WHERE n < ? ORDER BY n DESC LIMIT ?"},
      {&walk_open_,
       "SELECT e.n, e.pipeline, 0 FROM running r JOIN executions e ON e.n = r.n WHERE r.n < ? "
       "ORDER BY r.n DESC LIMIT ?"},
      {&walk_failed_,
       "SELECT n, pipeline, status FROM executions INDEXED BY executions_failed WHERE n < ? AND "
       "status >= 2 ORDER BY n DESC LIMIT ?"},
      // The chunk that `from` may be in the middle of comes first. An execution that is gone has no
      // history, even while retention is still at work on it.
      {&history_,
       "SELECT key, events FROM history WHERE key >= coalesce((SELECT max(key) FROM history WHERE "
       "key BETWEEN ?1 AND ?2), ?2) AND key <= ?3 AND EXISTS (SELECT 1 FROM executions WHERE n = "
       "?4) ORDER BY key"},
      {&open_,
       "SELECT r.n, e.id, r.wake_at, r.idle, e.parent FROM running r JOIN executions e ON e.n = "
       "r.n WHERE "
       "r.n > ? ORDER BY r.n LIMIT ?"},
      {&stored_,
       "SELECT d.text, coalesce(r.next_event, e.last_event + 1), r.deadline FROM executions e JOIN "
       "definitions d ON d.n = e.definition LEFT JOIN running r ON r.n = e.n WHERE e.n = ?"},
      {&frames_, "SELECT key, text FROM frames WHERE key BETWEEN ? AND ? ORDER BY key"},
      {&firings_, "SELECT pipeline, at, schedule FROM firings"},
      {&paused_, "SELECT pipeline FROM paused_pipelines"},
  };
  return prepare_all(connection_, statements);
}

base::Result<std::optional<ports::ExecutionRecord>> ExecutionQueries::find(
    const domain::ExecutionId& id) {
  const ResetAtEnd reset(find_);
  const base::Result<bool> row = find_.bind(std::string_view(id.value())).step("read an execution");
  if (!row) return base::fail(row.error());
  if (!*row) return std::nullopt;
  return read_record(find_);
}

base::Result<ports::ExecutionPage> ExecutionQueries::list(
    const ports::ExecutionFilter& filter, std::optional<domain::ExecutionNumber> before,
    std::size_t limit) {
  Statement& walk = filter.status == states::Status::running                      ? walk_open_
                    : filter.status && *filter.status > states::Status::succeeded ? walk_failed_
                                                                                  : walk_all_;
  ports::ExecutionPage page;
  std::size_t examined = 0;
  std::size_t bytes = 0;
  std::int64_t last = before ? raw(*before) : INT64_MAX;
  const ResetAtEnd reset(walk);
  walk.bind(last).bind(static_cast<std::int64_t>(kMaxExaminedExecutions));
  base::Result<bool> row = walk.step("list executions");
  for (; row && *row; row = walk.step("list executions")) {
    ++examined;
    last = walk.integer(0);
    if (filter.pipeline && walk.text(1) != filter.pipeline->value()) continue;
    if (filter.status && static_cast<states::Status>(walk.integer(2)) != *filter.status) continue;
    if (page.items.size() == limit || bytes >= ports::kFullPageBytes) {
      page.next_before = page.items.empty() ? before : page.items.back().number;
      return page;
    }
    const ResetAtEnd reset_one(by_number_);
    const base::Result<bool> found = by_number_.bind(last).step("read an execution");
    if (!found) return base::fail(found.error());
    if (!*found) continue;
    page.items.push_back(read_record(by_number_));
    bytes += text_bytes(page.items.back());
  }
  if (!row) return base::fail(row.error());
  if (examined == kMaxExaminedExecutions) page.next_before = number_of(last);
  return page;
}

base::Result<ports::HistoryPage> ExecutionQueries::history(domain::ExecutionNumber number,
                                                           std::uint64_t from, std::size_t limit) {
  ports::HistoryPage page;
  // No event has such an id, and its key would lie among those of another execution.
  if (from >= static_cast<std::uint64_t>(kMostParts)) return page;
  std::size_t bytes = 0;
  const ResetAtEnd reset(history_);
  history_.bind(part_key(number, 0))
      .bind(part_key(number, from))
      .bind(part_key(number, kMostParts - 1))
      .bind(raw(number));
  base::Result<bool> row = history_.step("read a history");
  for (; row && *row; row = history_.step("read a history")) {
    std::uint64_t id = static_cast<std::uint64_t>(history_.integer(0) & (kMostParts - 1));
    auto events = states::split_history(history_.text(1));
    if (!events) return base::fail(std::move(events.error()));
    for (std::string& event : *events) {
      if (id++ < from) continue;
      if (page.events.size() == limit || bytes >= ports::kFullPageBytes) {
        page.next = id - 1;
        return page;
      }
      bytes += event.size();
      page.events.push_back(std::move(event));
    }
  }
  if (!row) return base::fail(row.error());
  return page;
}

base::Result<std::vector<ports::OpenExecution>> ExecutionQueries::open(
    domain::ExecutionNumber after, std::size_t limit) {
  std::vector<ports::OpenExecution> open;
  open_.bind(raw(after)).bind(static_cast<std::int64_t>(limit));
  const auto read = for_each_row(open_, "read open executions", [&](Statement& row) {
    open.push_back({number_of(row.integer(0)), domain::ExecutionId(std::string(row.text(1))),
                    row.time(2), row.integer(3) != 0, row.optional_text(4)});
  });
  if (!read) return base::fail(read.error());
  return open;
}

base::Result<std::optional<ports::StoredExecution>> ExecutionQueries::load(
    domain::ExecutionNumber number) {
  // One view of the database for all that is read.
  if (const auto begun = connection_.execute("BEGIN"); !begun) return base::fail(begun.error());
  const auto read = [&]() -> base::Result<std::optional<ports::StoredExecution>> {
    ports::StoredExecution stored;
    {
      const ResetAtEnd reset(by_number_);
      const base::Result<bool> row = by_number_.bind(raw(number)).step("read an execution");
      if (!row) return base::fail(row.error());
      if (!*row) return std::nullopt;
      stored.record = read_record(by_number_);
    }
    {
      const ResetAtEnd reset(stored_);
      const base::Result<bool> row = stored_.bind(raw(number)).step("read an execution");
      if (!row) return base::fail(row.error());
      if (!*row) return base::fail(base::ErrorCode::internal, "an execution has no definition");
      stored.definition = stored_.text(0);
      stored.next_event = static_cast<std::uint64_t>(stored_.integer(1));
      stored.deadline = stored_.time(2);
    }
    frames_.bind(part_key(number, 0)).bind(part_key(number, kMostParts - 1));
    const auto frames = for_each_row(frames_, "read frames", [&](Statement& row) {
      stored.frames.push_back({static_cast<states::FrameId>(row.integer(0) & (kMostParts - 1)),
                               std::string(row.text(1))});
    });
    if (!frames) return base::fail(frames.error());
    return stored;
  };
  auto stored = read();
  static_cast<void>(connection_.execute("COMMIT"));
  return stored;
}

base::Result<ports::NotedFirings> ExecutionQueries::firings() {
  ports::NotedFirings firings;
  const auto read = for_each_row(firings_, "read firings", [&](Statement& row) {
    firings.emplace(
        domain::PipelineName(std::string(row.text(0))),
        ports::NotedFiring{base::WallTime::from_ms(row.integer(1)), std::string(row.text(2))});
  });
  if (!read) return base::fail(read.error());
  return firings;
}

base::Result<std::vector<domain::PipelineName>> ExecutionQueries::paused_pipelines() {
  std::vector<domain::PipelineName> paused;
  const auto read = for_each_row(paused_, "read paused pipelines", [&](Statement& row) {
    paused.emplace_back(std::string(row.text(0)));
  });
  if (!read) return base::fail(read.error());
  return paused;
}

}  // namespace ordo::sqlite
