// Lists of tasks: each looks at what may match and at nothing else, and at so much and no more.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "postgres/task_reader.h"
#include "postgres/task_rows.h"

namespace ordo::postgres {
namespace {

// So many tasks one call looks at: by their small columns, or into their texts.
constexpr std::size_t kWindow = 20'000;
constexpr std::size_t kTextWindow = 2'000;

// Which index a list goes down.
struct Walk {
  const char* name;
  std::string_view from;   // a row each, with its place as w.seq
  std::string_view which;  // beside "w.seq < …"
};
constexpr Walk kAll{"all", "tasks w", "true"};
constexpr Walk kPendingTasks{"pending", "tasks w", "w.status <= 1"};
constexpr Walk kRunningTasks{"running", "active w", "w.state = 1"};
constexpr Walk kDeadTasks{"dead", "tasks w", "w.status = 3"};

// The last place of the window, and whether there are more behind it.
std::string window_sql(const Walk& walk) {
  return fmt::format(
      "SELECT min(v.seq), count(*) FROM (SELECT w.seq FROM {} WHERE {} AND w.seq < $1::bigint "
      "ORDER BY w.seq DESC LIMIT $2::bigint) v",
      walk.from, walk.which);
}

// A page of the tasks from $1 down to $2, and of how many. $8 is in lower case; of ASCII letters
// only both cases match, whatever the database's language.
std::string page_sql(const Walk& walk) {
  return fmt::format(
      "SELECT {0}, {1}, p.found FROM ("
      "SELECT m.seq, count(*) OVER () AS found, sum(m.bytes) OVER (ORDER BY m.seq DESC) - m.bytes "
      "AS bytes_before FROM ("
      "SELECT t.seq, octet_length(t.title) + octet_length(t.description) + "
      "octet_length(t.payload) + coalesce(octet_length(t.result), 0) + "
      "coalesce(octet_length(t.last_error), 0) AS bytes "
      "FROM {2} JOIN tasks t ON t.seq = w.seq LEFT JOIN active a ON a.seq = w.seq "
      "WHERE {3} AND w.seq < $1::bigint AND w.seq >= $2::bigint "
      "AND ($4::bigint IS NULL OR CASE WHEN a.state = 1 THEN 1 ELSE t.status END = $4::bigint) "
      "AND ($5::text IS NULL OR t.queue = $5::text) AND ($6::text IS NULL OR t.lane = $6::text) "
      "AND ($7::bigint IS NULL OR t.priority = $7::bigint) "
      "AND ($8::text IS NULL OR strpos(lower(t.title COLLATE \"C\"), $8::text) > 0 "
      "OR strpos(lower(t.description COLLATE \"C\"), $8::text) > 0 "
      "OR strpos(lower(t.payload COLLATE \"C\"), $8::text) > 0) "
      "ORDER BY w.seq DESC LIMIT $3::bigint) m) p "
      "JOIN tasks t ON t.seq = p.seq LEFT JOIN active a ON a.seq = p.seq "
      "WHERE p.bytes_before < {4} ORDER BY p.seq DESC",
      kTaskColumns, kActiveColumns, walk.from, walk.which, ports::kFullPageBytes);
}

struct ListStatements {
  Statement window;
  Statement page;
};

ListStatements statements_of(const Walk& walk, const char* window, const char* page) {
  return {{window, window_sql(walk)}, {page, page_sql(walk)}};
}

const ListStatements kListAll = statements_of(kAll, "window_all", "page_all");
const ListStatements kListPending = statements_of(kPendingTasks, "window_pending", "page_pending");
const ListStatements kListRunning = statements_of(kRunningTasks, "window_running", "page_running");
const ListStatements kListDead = statements_of(kDeadTasks, "window_dead", "page_dead");

const ListStatements& list_of(const std::optional<domain::TaskStatus>& status) {
  if (status == domain::TaskStatus::queued) return kListPending;
  if (status == domain::TaskStatus::running) return kListRunning;
  if (status == domain::TaskStatus::dead) return kListDead;
  return kListAll;
}

std::string lower(std::string text) {
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return text;
}

template <class Enum>
std::optional<std::int64_t> number_of(const std::optional<Enum>& value) {
  if (!value) return std::nullopt;
  return std::to_underlying(*value);
}

template <class Name>
std::optional<std::string_view> text_of(const std::optional<Name>& name) {
  if (!name) return std::nullopt;
  return std::string_view(name->value());
}

Params page_params(const ports::TaskFilter& filter, std::int64_t top, std::int64_t bottom,
                   std::size_t rows) {
  Params params;
  params.add(top).add(bottom).add(raw(rows)).add(number_of(filter.status));
  params.add(text_of(filter.queue)).add(text_of(filter.lane)).add(number_of(filter.priority));
  const std::string needle = lower(filter.text);
  params.add(needle.empty() ? std::nullopt : std::optional<std::string_view>(needle));
  return params;
}

// What no text can hold is nowhere.
bool can_match(const ports::TaskFilter& filter) {
  return (!filter.queue || can_be_text(filter.queue->value())) &&
         (!filter.lane || can_be_text(filter.lane->value())) && can_be_text(filter.text);
}

}  // namespace

base::Result<ports::TaskPage> TaskReader::list(const ports::TaskFilter& filter,
                                               std::optional<domain::Sequence> before,
                                               std::size_t limit) {
  constexpr std::string_view kDoing = "list tasks";
  if (!can_match(filter)) return ports::TaskPage{};
  constexpr std::uint64_t kTop = std::numeric_limits<std::int64_t>::max();
  const std::int64_t top = raw(before ? std::min(before->value(), kTop) : kTop);
  const ListStatements& statements = list_of(filter.status);
  // Without a filter all that a walk passes is on the page.
  const bool picks = filter.queue || filter.lane || filter.priority || !filter.text.empty() ||
                     (filter.status && &statements == &kListAll) || &statements == &kListPending;
  std::int64_t bottom = 0;
  bool more_behind = false;
  if (picks) {
    const std::size_t size = std::max(filter.text.empty() ? kWindow : kTextWindow, limit + 1);
    Params params;
    params.add(top).add(raw(size));
    const auto window = pool_.run(statements.window, std::move(params), kDoing);
    if (!window) return base::fail(window.error());
    bottom = window->integer(0, 0);
    more_behind = window->number(0, 1) == size;
  }
  const auto rows = pool_.run(statements.page, page_params(filter, top, bottom, limit + 1), kDoing);
  if (!rows) return base::fail(rows.error());

  ports::TaskPage page;
  const std::size_t shown = std::min(rows->size(), limit);
  for (std::size_t i = 0; i < shown; ++i) {
    TaskRow row = read_task(*rows, i);
    if (!rows->is_null(i, kTaskColumnCount)) read_active(row, *rows, i, kTaskColumnCount);
    page.items.push_back(std::move(row.task));
  }
  constexpr int kFound = kTaskColumnCount + kActiveColumnCount;
  if (!rows->empty() && rows->number(0, kFound) > shown) {
    page.next_before = shown == 0 ? before : std::optional(page.items.back().sequence);
  } else if (more_behind) {
    page.next_before = domain::Sequence(static_cast<std::uint64_t>(bottom));
  }
  return page;
}

}  // namespace ordo::postgres
