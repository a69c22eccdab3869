#include "postgres/execution_expiry.h"

#include <fmt/format.h>

#include <utility>

#include "postgres/execution_rows.h"

namespace ordo::postgres {
namespace {

const Statement kEndedExecutions{
    "ended_executions",
    fmt::format("SELECT e.n, {} FROM executions e WHERE e.status >= 1 "
                "AND e.stopped_at < $1::timestamptz ORDER BY e.stopped_at, e.n LIMIT $2::bigint "
                "FOR UPDATE SKIP LOCKED",
                kExecutionBytes)};
const Statement kDropExecutions{"drop_executions",
                                "DELETE FROM executions WHERE n = ANY($1::bigint[])"};
const Statement kForgetExecutions{"forget_executions",
                                  "INSERT INTO forgotten (n) SELECT unnest($1::bigint[])"};
const Statement kForgotten{
    "forgotten", "SELECT n FROM forgotten ORDER BY n LIMIT $1::bigint FOR UPDATE SKIP LOCKED"};
const Statement kForgottenWhole{"forgotten_whole",
                                "DELETE FROM forgotten WHERE n = ANY($1::bigint[])"};

// A kind of thing that an execution has many of.
struct PartsLeft {
  Statement find;  // of these executions, the first so many, and how large each is
  Statement drop;
};
PartsLeft parts_left(const char* find, const char* drop, std::string_view table,
                     std::string_view part, std::string_view text) {
  return {{find, fmt::format("SELECT u.n, p.part, p.bytes FROM unnest($1::bigint[]) AS u (n) "
                             "CROSS JOIN LATERAL (SELECT t.{1}::bigint AS part, "
                             "octet_length(t.{2}) AS bytes FROM {0} t WHERE t.n = u.n "
                             "ORDER BY t.{1} LIMIT $2::bigint) p LIMIT $2::bigint",
                             table, part, text)},
          {drop, fmt::format("DELETE FROM {0} t USING unnest($1::bigint[], $2::bigint[]) "
                             "AS u (n, part) WHERE t.n = u.n AND t.{1} = u.part",
                             table, part)}};
}
const PartsLeft kLeftEvents =
    parts_left("left_events", "drop_left_events", "history", "first", "events");
const PartsLeft kLeftFrames = parts_left("left_frames", "drop_left_frames", "frames", "id", "text");

Params of_bite(const ports::ExpiryBite& bite) {
  return std::move(Params().add(raw(bite.rows)));
}

// As many as the bite takes.
void drop_parts(Work& work, const PartsLeft& parts, Column executions, ports::ExpiryBite& bite) {
  Params params;
  params.add(std::move(executions)).add(raw(bite.rows));
  const Rows rows = work.ask(parts.find, std::move(params));
  Column numbers(Type::int8);
  Column dropped(Type::int8);
  for (std::size_t i = 0; i < rows.size() && !bite.is_eaten(); ++i) {
    numbers.add(rows.integer(i, 0));
    dropped.add(rows.integer(i, 1));
    bite.take(static_cast<std::size_t>(rows.integer(i, 2)));
  }
  if (numbers.size() == 0) return;
  Batch batch;
  add_rows(batch, parts.drop, {}, numbers, dropped);
  work.ask(std::move(batch));
}

// Of those that are forgotten, what is left.
void sweep(Work& work, ports::ExpiryBite& bite) {
  while (!bite.is_eaten()) {
    const Rows rows = work.ask(kForgotten, of_bite(bite));
    if (rows.empty()) return;
    Column forgotten(Type::int8);
    for (std::size_t i = 0; i < rows.size(); ++i) forgotten.add(rows.integer(i, 0));
    for (const PartsLeft* const parts : {&kLeftEvents, &kLeftFrames}) {
      drop_parts(work, *parts, forgotten, bite);
      // Whether there are more is seen in the next bite.
      if (bite.is_eaten()) return;
    }
    Batch batch;
    add_rows(batch, kForgottenWhole, {}, forgotten);
    work.ask(std::move(batch));
  }
}

}  // namespace

void expire_executions(Work& work, base::WallTime ended_before, ports::ExpiryBite& bite) {
  sweep(work, bite);
  if (bite.is_eaten()) return;
  Params params;
  params.add(ended_before).add(raw(bite.rows));
  const Rows rows = work.ask(kEndedExecutions, std::move(params));
  Column due(Type::int8);
  for (std::size_t i = 0; i < rows.size() && !bite.is_eaten(); ++i) {
    due.add(rows.integer(i, 0));
    bite.take(static_cast<std::size_t>(rows.integer(i, 1)));
  }
  if (due.size() == 0) return;
  Column forgotten = due;
  Batch batch;
  add_rows(batch, kDropExecutions, {}, due);
  add_rows(batch, kForgetExecutions, {}, forgotten);
  work.ask(std::move(batch));
  sweep(work, bite);
}

}  // namespace ordo::postgres
