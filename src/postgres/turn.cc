#include "postgres/turn.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "base/assert.h"
#include "postgres/execution_expiry.h"
#include "postgres/life_statements.h"
#include "postgres/order_expiry.h"

namespace ordo::postgres {

const Statement kTally{
    "tally",
    "INSERT INTO tallies (store, turn, queue, queued, running, succeeded, dead, cancelled) "
    "SELECT $1::text, $2::bigint, u.* FROM unnest($3::text[], $4::bigint[], $5::bigint[], "
    "$6::bigint[], $7::bigint[], $8::bigint[]) AS u"};
const Statement kNoteCommit{"note_commit",
                            "INSERT INTO commits (store, turn, done, tasks_before, "
                            "executions_before) "
                            "SELECT $1::text, $2::bigint, true, t.last_value, e.last_value "
                            "FROM tasks_seq t, executions_seq e "
                            "RETURNING tasks_before, executions_before"};

namespace {

using ports::WriteAnswer;

// Also where it was done this writes something: a commit that others have seen after a restart may
// not have reached the standby that it was to wait for, and what comes behind it waits for both.
const Statement kGiveUpCommit{"give_up_commit",
                              "INSERT INTO commits (store, turn, done) "
                              "VALUES ($1::text, $2::bigint, false) "
                              "ON CONFLICT (store, turn) DO UPDATE SET done = commits.done"};
const Statement kFindCommit{"find_commit",
                            "SELECT done, tasks_before, executions_before FROM commits "
                            "WHERE store = $1::text AND turn = $2::bigint"};

Drawn drawn_at(const Rows& rows, int column) {
  return {rows.number(0, column), rows.number(0, column + 1)};
}

Params params_of(const TurnName& name) {
  Params params;
  params.add(std::string_view(name.store)).add(raw(name.number));
  return params;
}

// Whether a kind of things takes such a write, and has to read something for it.
template <class Of, class One>
constexpr bool kTakes = requires(Of& of, const One& one) { of.apply(one); };
template <class Of, class One>
constexpr bool kWants = requires(Of& of, const One& one) { of.want(one); };

}  // namespace

Turn::Turn(Connection& connection, TurnOptions options)
    : name_(std::move(options.name)),
      teller_(options.tells ? options.node : std::string()),
      work_(connection),
      tasks_(work_, options.node, options.careful),
      orders_(work_),
      executions_(work_, options.node) {}

template <class Visitor>
void Turn::for_each_kind(Visitor visit) {
  visit(tasks_);
  visit(orders_);
  visit(executions_);
}

void Turn::write(std::span<const ports::Write> writes, std::vector<WriteAnswer>& answers) {
  for (const ports::Write& write : writes) want(write);
  Batch batch;
  for_each_kind([&batch](auto& kind) { kind.add_reads(batch); });
  AnswerCursor read(work_.ask(std::move(batch)));
  if (fault()) return;
  for_each_kind([&read](auto& kind) { kind.take_reads(read); });
  for (const ports::Write& write : writes) {
    answers.push_back(apply(write));
    if (fault()) return;
  }
}

void Turn::want(const ports::Write& write) {
  std::visit(
      [this]<class One>(const One& one) {
        for_each_kind([&one]<class Kind>(Kind& kind) {
          if constexpr (kWants<Kind, One>) kind.want(one);
        });
      },
      write);
}

WriteAnswer Turn::apply(const ports::Write& write) {
  return std::visit(
      [this]<class One>(const One& one) {
        std::optional<WriteAnswer> answer;
        for_each_kind([&]<class Kind>(Kind& kind) {
          if constexpr (kTakes<Kind, One>) answer = kind.apply(one);
        });
        ORDO_ASSERT(answer);
        return std::move(*answer);
      },
      write);
}

void Turn::add_tally(Batch& batch) {
  Tally tally = tasks_.unit().tally();
  for (const auto& [queue, status] : expired_) {
    --tally[queue][static_cast<std::size_t>(status)];
  }
  Column queues(Type::text);
  std::vector<Column> changes(domain::kTaskStatuses, Column(Type::int8));
  for (const auto& [queue, by_status] : tally) {
    if (std::ranges::all_of(by_status, [](std::int64_t change) { return change == 0; })) continue;
    queues.add(queue.value());
    for (std::size_t i = 0; i < by_status.size(); ++i) changes[i].add(by_status[i]);
  }
  if (queues.size() == 0) return;
  Params params = params_of(name_);
  params.add(std::move(queues));
  for (Column& change : changes) params.add(std::move(change));
  batch.add(kTally, std::move(params));
}

void Turn::expire(const ports::Expiry& expiry, ports::ExpiryBite& bite, ports::Expired& expired) {
  expired_ = expire_tasks(work_, expiry.finished_before, bite);
  for (const auto& [queue, status] : expired_) {
    if (status == domain::TaskStatus::dead) expired.dead.push_back(queue);
  }
  if (!bite.is_eaten()) expire_keys(work_, expiry.keys_before, bite);
  if (!bite.is_eaten()) expire_orders(work_, expiry.orders_at, bite);
  if (!bite.is_eaten()) expire_executions(work_, expiry.finished_before, bite);
}

void Turn::ask(const Statement& statement) {
  work_.ask(statement, params_of(name_));
}

Answer<void> Turn::commit(bool even_if_empty) {
  if (fault()) return std::unexpected(*fault());
  bool has_changes = even_if_empty;
  for_each_kind([&has_changes](const auto& kind) { has_changes |= kind.has_changes(); });
  if (!has_changes) {
    work_.leave();
    return {};
  }
  Batch batch;
  for_each_kind([&batch](auto& kind) { kind.add_writes(batch); });
  add_tally(batch);
  for_each_kind([&batch](auto& kind) { kind.add_drawing(batch); });
  if (const ShardSet fresh = tasks_.unit().new_in(); !teller_.empty() && fresh.any()) {
    add_signal(batch, {teller_, fresh});
  }
  const std::size_t noted = batch.add(kNoteCommit, params_of(name_));
  for_each_kind([&batch](auto& kind) { kind.add_taking(batch); });
  Answer<std::vector<Rows>> answers = work_.commit(std::move(batch));
  if (!answers) return std::unexpected(std::move(answers.error()));
  drawn_ = drawn_at((*answers)[noted], 0);
  return {};
}

void Turn::settle(std::span<WriteAnswer> answers, const Drawn& drawn) {
  tasks_.unit().note_drawn(drawn.tasks);
  executions_.unit().note_drawn(drawn.executions);
  for (WriteAnswer& answer : answers) {
    for_each_kind([&answer](const auto& kind) {
      if constexpr (requires { kind.settle(answer); }) kind.settle(answer);
    });
  }
}

// While the transaction goes on, its row keeps ours waiting.
Answer<CommitNote> commit_of(Connection& connection, const TurnName& name) {
  if (auto given_up = connection.run(kGiveUpCommit, params_of(name)); !given_up) {
    return std::unexpected(std::move(given_up.error()));
  }
  const Answer<Rows> found = connection.run(kFindCommit, params_of(name));
  if (!found) return std::unexpected(found.error());
  // Nobody else removes it before we go on.
  if (found->empty()) return std::unexpected(Fault{Fault::Kind::failed, "a commit's row is gone"});
  return CommitNote{found->boolean(0, 0), drawn_at(*found, 1)};
}

}  // namespace ordo::postgres
