#include "postgres/execution_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "ports/page_bytes.h"
#include "postgres/execution_rows.h"
#include "states/history.h"

namespace ordo::postgres {
namespace {

using domain::ExecutionNumber;

constexpr std::uint64_t kHighest = std::numeric_limits<std::int64_t>::max();

const Statement kFindExecution{
    "find_execution",
    fmt::format("SELECT {} FROM executions e WHERE e.id = $1::text", kExecutionColumns)};

// Beside the columns of an execution: whether it is what is looked for, whether it is the last that
// may be looked at, and how many rows there would be but for their bytes.
constexpr int kExecutionFits = kExecutionColumnCount;
constexpr int kExecutionIsLast = kExecutionColumnCount + 1;
constexpr int kExecutionsFound = kExecutionColumnCount + 2;

// A page of the executions below $1, and the last that may be looked at, whatever it is. `walked`
// has a row each: n, pipeline, status. Only what is on the page is looked at as a whole.
std::string execution_walk_sql(std::string_view walked) {
  return fmt::format(
      "SELECT {0}, e.fits, e.is_last, e.found FROM ("
      "SELECT m.*, count(*) OVER () AS found, "
      "sum(m.bytes) OVER (ORDER BY m.n DESC) - m.bytes AS bytes_before FROM ("
      "SELECT {0}, {1} AS bytes, p.fits, p.is_last FROM ("
      "SELECT v.* FROM ("
      "SELECT w.n, w.walked = {2} AS is_last, ($2::text IS NULL OR w.pipeline = $2::text) "
      "AND ($3::bigint IS NULL OR w.status = $3::bigint) AS fits FROM ("
      "SELECT n, pipeline, status, row_number() OVER (ORDER BY n DESC) AS walked FROM {3} "
      "ORDER BY n DESC LIMIT {2}) w) v "
      "WHERE v.fits OR v.is_last ORDER BY v.n DESC LIMIT $4::bigint) p "
      "CROSS JOIN LATERAL (SELECT * FROM executions x WHERE x.n = p.n OFFSET 0) e) m) e "
      "WHERE e.bytes_before < {4} ORDER BY e.n DESC",
      kExecutionColumns, kExecutionBytes, kMaxExaminedExecutions, walked, ports::kFullPageBytes);
}
const Statement kWalkExecutions{
    "walk_executions",
    execution_walk_sql("(SELECT n, pipeline, status FROM executions WHERE n < $1::bigint) s")};
const Statement kWalkRunning{
    "walk_running_executions",
    execution_walk_sql(
        "(SELECT r.n, e.pipeline, 0 AS status FROM running r JOIN executions e ON e.n = r.n "
        "WHERE r.n < $1::bigint) s")};
const Statement kWalkFailed{
    "walk_failed_executions",
    execution_walk_sql(
        "(SELECT n, pipeline, status FROM executions WHERE n < $1::bigint AND status >= 2) "
        "s")};

// So many bytes of events are more than a page: what stands between two events is less than the
// events.
constexpr std::size_t kEventsBytes = 2 * ports::kFullPageBytes;

// From the row on that the event $2 may be in the middle of. An execution that is gone has no
// history, even while retention is still at work on it.
const Statement kHistory{
    "history",
    fmt::format("SELECT h.first, h.events FROM ("
                "SELECT v.*, sum(v.bytes) OVER (ORDER BY v.first) - v.bytes AS bytes_before FROM ("
                "SELECT first, events, CASE WHEN first > $2::bigint THEN octet_length(events) "
                "ELSE 0 END AS bytes FROM history "
                "WHERE n = $1::bigint AND first >= coalesce((SELECT max(first) FROM history "
                "WHERE n = $1::bigint AND first <= $2::bigint), $2::bigint) "
                "AND EXISTS (SELECT FROM executions WHERE n = $1::bigint) "
                "ORDER BY first LIMIT $3::bigint) v) h "
                "WHERE h.bytes_before < {} ORDER BY h.first",
                kEventsBytes)};

const Statement kOpenExecutions{
    "open_executions",
    "SELECT r.n, e.id, r.wake_at, r.idle, e.parent FROM running r JOIN executions e ON e.n = r.n "
    "WHERE r.n > $1::bigint ORDER BY r.n LIMIT $2::bigint"};
// Behind the columns of the execution: its definition, its next event, its deadline.
const Statement kLoadExecution{
    "load_execution",
    fmt::format("SELECT {}, d.text, coalesce(r.next_event, e.last_event + 1), r.deadline "
                "FROM executions e LEFT JOIN definitions d ON d.digest = e.definition "
                "LEFT JOIN running r ON r.n = e.n WHERE e.n = $1::bigint",
                kExecutionColumns)};
const Statement kFrames{"frames", "SELECT id, text FROM frames WHERE n = $1::bigint ORDER BY id"};
const Statement kFirings{"firings", "SELECT pipeline, at, schedule FROM firings"};
const Statement kPausedPipelines{"paused_pipelines",
                                 "SELECT pipeline FROM paused_pipelines ORDER BY pipeline"};

const Statement& walk_of(const std::optional<states::Status>& status) {
  if (!status || *status == states::Status::succeeded) return kWalkExecutions;
  return *status == states::Status::running ? kWalkRunning : kWalkFailed;
}

Params of(ExecutionNumber number) {
  return std::move(Params().add(raw(number)));
}

}  // namespace

base::Result<std::optional<ports::ExecutionRecord>> ExecutionReader::find(
    const domain::ExecutionId& id) {
  if (!can_be_text(id.value())) return std::nullopt;
  Params params;
  params.add(std::string_view(id.value()));
  const auto rows = pool_.run(kFindExecution, std::move(params), "read an execution");
  if (!rows) return base::fail(rows.error());
  if (rows->empty()) return std::nullopt;
  return read_execution(*rows, 0);
}

base::Result<ports::ExecutionPage> ExecutionReader::list(const ports::ExecutionFilter& filter,
                                                         std::optional<ExecutionNumber> before,
                                                         std::size_t limit) {
  ports::ExecutionPage page;
  std::optional<std::string_view> pipeline;
  if (filter.pipeline) pipeline = filter.pipeline->value();
  if (pipeline && !can_be_text(*pipeline)) return page;
  std::optional<std::int64_t> status;
  if (filter.status) status = std::to_underlying(*filter.status);
  Params params;
  params.add(raw(before ? std::min(before->value(), kHighest) : kHighest));
  params.add(pipeline).add(status).add(raw(limit + 1));
  const auto rows = pool_.run(walk_of(filter.status), std::move(params), "list executions");
  if (!rows) return base::fail(rows.error());
  std::size_t seen = 0;
  for (; seen < rows->size() && page.items.size() < limit && rows->boolean(seen, kExecutionFits);
       ++seen) {
    page.items.push_back(read_execution(*rows, seen));
  }
  if (rows->empty()) return page;
  // The one with which the look ended may be none that is looked for.
  const std::size_t last = rows->size() - 1;
  const std::uint64_t fitting =
      rows->number(0, kExecutionsFound) - (rows->boolean(last, kExecutionFits) ? 0 : 1);
  if (fitting > seen) {
    page.next_before = page.items.empty() ? before : page.items.back().number;
  } else if (rows->boolean(last, kExecutionIsLast)) {
    page.next_before = execution_number_at(*rows, last, 0);
  }
  return page;
}

base::Result<ports::HistoryPage> ExecutionReader::history(ExecutionNumber number,
                                                          std::uint64_t from, std::size_t limit) {
  ports::HistoryPage page;
  if (from > kHighest) return page;
  // The first row may have none that is wanted, each of the others has one; and one shows that
  // there are more.
  Params params = of(number);
  params.add(raw(from)).add(raw(limit + 2));
  const auto rows = pool_.run(kHistory, std::move(params), "read a history");
  if (!rows) return base::fail(rows.error());
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    std::uint64_t id = rows->number(i, 0);
    auto events = states::split_history(rows->text(i, 1));
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
  return page;
}

base::Result<std::vector<ports::OpenExecution>> ExecutionReader::open(ExecutionNumber after,
                                                                      std::size_t limit) {
  if (after.value() > kHighest) return std::vector<ports::OpenExecution>();
  Params params = of(after);
  params.add(raw(limit));
  const auto rows = pool_.run(kOpenExecutions, std::move(params), "read open executions");
  if (!rows) return base::fail(rows.error());
  std::vector<ports::OpenExecution> open;
  open.reserve(rows->size());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    open.push_back({execution_number_at(*rows, i, 0), domain::ExecutionId(rows->string(i, 1)),
                    rows->optional_time(i, 2), rows->boolean(i, 3), rows->optional_string(i, 4)});
  }
  return open;
}

base::Result<std::optional<ports::StoredExecution>> ExecutionReader::load(ExecutionNumber number) {
  Batch batch;
  batch.add(kBeginRead);
  const std::size_t at = batch.add(kLoadExecution, of(number));
  const std::size_t frames_at = batch.add(kFrames, of(number));
  batch.add(kCommit);
  const auto answers = pool_.run(batch, "read an execution");
  if (!answers) return base::fail(answers.error());
  const Rows& row = (*answers)[at];
  if (row.empty()) return std::nullopt;
  if (row.is_null(0, kExecutionColumnCount)) {
    return base::fail(base::ErrorCode::internal, "an execution has no definition");
  }
  ports::StoredExecution stored;
  stored.record = read_execution(row, 0);
  stored.definition = row.string(0, kExecutionColumnCount);
  stored.next_event = row.number(0, kExecutionColumnCount + 1);
  stored.deadline = row.optional_time(0, kExecutionColumnCount + 2);
  const Rows& frames = (*answers)[frames_at];
  stored.frames.reserve(frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    stored.frames.push_back(
        {static_cast<states::FrameId>(frames.integer(i, 0)), frames.string(i, 1)});
  }
  return stored;
}

base::Result<ports::NotedFirings> ExecutionReader::firings() {
  const auto rows = pool_.run(kFirings, {}, "read firings");
  if (!rows) return base::fail(rows.error());
  ports::NotedFirings firings;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    firings.emplace(domain::PipelineName(rows->string(i, 0)),
                    ports::NotedFiring{rows->time(i, 1), rows->string(i, 2)});
  }
  return firings;
}

base::Result<std::vector<domain::PipelineName>> ExecutionReader::paused_pipelines() {
  const auto rows = pool_.run(kPausedPipelines, {}, "read paused pipelines");
  if (!rows) return base::fail(rows.error());
  std::vector<domain::PipelineName> paused;
  paused.reserve(rows->size());
  for (std::size_t i = 0; i < rows->size(); ++i) paused.emplace_back(rows->string(i, 0));
  return paused;
}

}  // namespace ordo::postgres
