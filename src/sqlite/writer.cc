#include "sqlite/writer.h"

#include <sqlite3.h>

#include <variant>

#include "sqlite/checkpointer.h"
#include "sqlite/task_rows.h"

namespace ordo::sqlite {
namespace {

using base::ErrorCode;
using ports::WriteAnswer;

// Whether a writer is the one that takes such writes.
template <class Of, class One>
constexpr bool kWrites =
    requires(Of& writer, const One& one, WriteAnswer& answer) { writer.apply_one(one, answer); };

// A frame of the log: a page and its header.
constexpr std::uint64_t kFrameBytes = 4096 + 24;

int remember_frames(void* frames, sqlite3* /*db*/, const char* /*schema*/, int count) {
  *static_cast<std::uint64_t*>(frames) = static_cast<std::uint64_t>(count) * kFrameBytes;
  return SQLITE_OK;
}

}  // namespace

base::Result<std::unique_ptr<Writer>> Writer::open(Connection connection, Health& health,
                                                   Checkpointer& checkpointer) {
  std::unique_ptr<Writer> writer(new Writer(std::move(connection), health, checkpointer));
  // Takes the place of SQLite's own checkpoints after every thousandth page.
  sqlite3_wal_hook(writer->writing_.connection.handle(), remember_frames, &writer->log_bytes_);
  base::Result<void> prepared = writer->tasks_.prepare();
  if (prepared) prepared = writer->orders_.prepare();
  if (prepared) prepared = writer->executions_.prepare();
  if (!prepared) return base::fail(std::move(prepared.error()));
  if (const auto loaded = writer->load_ledger(); !loaded) return base::fail(loaded.error());
  return writer;
}

Writer::~Writer() {
  if (!health_.check()) writing_.connection.keep_log_on_close();
}

base::Result<void> Writer::load_ledger() {
  base::Result<Statement> save = writing_.connection.prepare(
      "UPDATE ledger SET last_seq = ?, queued = ?, running = ?, succeeded = ?, dead = ?, "
      "cancelled = ?, probes = ? WHERE one = 1");
  if (!save) return base::fail(save.error());
  save_ledger_ = std::move(*save);
  base::Result<Statement> select = writing_.connection.prepare(
      "SELECT last_seq, queued, running, succeeded, dead, cancelled, probes FROM ledger");
  if (!select) return base::fail(select.error());
  const base::Result<bool> row = select->step("read the ledger");
  if (!row) return base::fail(row.error());
  if (!*row) return base::fail(ErrorCode::internal, "the ledger is empty: see `ordo doctor`");
  const auto number = [&select](int column) {
    return static_cast<std::uint64_t>(select->integer(column));
  };
  writing_.ledger.last_sequence = number(0);
  for (std::size_t i = 0; i < domain::kTaskStatuses; ++i) {
    writing_.ledger.counts.by_status[i] = number(static_cast<int>(i) + 1);
  }
  writing_.ledger.probes = number(6);
  stored_ledger_ = writing_.ledger;
  return {};
}

base::Result<void> Writer::save_ledger() {
  const Ledger& ledger = writing_.ledger;
  if (ledger == stored_ledger_) return {};
  save_ledger_.bind(raw(ledger.last_sequence));
  for (const std::uint64_t count : ledger.counts.by_status) save_ledger_.bind(raw(count));
  return save_ledger_.bind(raw(ledger.probes)).run("write the ledger");
}

template <class Body>
base::Result<void> Writer::commit(Body body) {
  if (const auto healthy = health_.check(); !healthy) return healthy;
  writing_.changed = false;
  const base::Result<void> done = [&]() -> base::Result<void> {
    base::Result<Transaction> transaction = Transaction::begin(writing_.connection);
    if (!transaction) return base::fail(transaction.error());
    if (const base::Result<void> did = body(); !did) return did;
    if (!writing_.changed) return {};
    if (const base::Result<void> saved = save_ledger(); !saved) return saved;
    return transaction->commit();
  }();
  if (!done) {
    writing_.ledger = stored_ledger_;
    executions_.forget();
    health_.note(done.error());
    return done;
  }
  if (!writing_.changed) return {};
  stored_ledger_ = writing_.ledger;
  checkpointer_.committed(log_bytes_);
  // A sync that failed on another connection meanwhile may have taken our pages with it.
  return health_.check();
}

base::Result<std::vector<WriteAnswer>> Writer::apply(std::span<const ports::Write> writes,
                                                     const ports::Follow& follow) {
  std::vector<WriteAnswer> answers(writes.size());
  const base::Result<void> committed = commit([&]() -> base::Result<void> {
    if (const auto written = write_all(writes, answers); !written) return written;
    while (follow) {
      const std::span<const ports::Write> following = follow(answers);
      if (following.empty()) break;
      const std::size_t from = answers.size();
      answers.resize(from + following.size());
      const auto followed = write_all(following, std::span(answers).subspan(from));
      if (!followed) return followed;
    }
    return {};
  });
  if (!committed) return base::fail(committed.error());
  return answers;
}

base::Result<void> Writer::write_all(std::span<const ports::Write> writes,
                                     std::span<WriteAnswer> answers) {
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (TaskWriter::is_group(writes.subspan(i))) {
      const base::Result<bool> added =
          tasks_.insert_group(writes.subspan(i, kInsertGroup), answers.subspan(i, kInsertGroup));
      if (!added) return base::fail(added.error());
      i += *added ? kInsertGroup - 1 : 0;
      if (*added) continue;
    }
    if (const auto written = write_one(writes[i], answers[i]); !written) return written;
  }
  return {};
}

base::Result<void> Writer::write_one(const ports::Write& write, WriteAnswer& answer) {
  return std::visit(
      [&]<class One>(const One& one) {
        if constexpr (kWrites<TaskWriter, One>) {
          return tasks_.apply_one(one, answer);
        } else if constexpr (kWrites<OrderWriter, One>) {
          return orders_.apply_one(one, answer);
        } else {
          return executions_.apply_one(one, answer);
        }
      },
      write);
}

base::Result<ports::Expired> Writer::expire(const ports::Expiry& expiry,
                                            const ports::ExpiryBite& bite) {
  ports::ExpiryBite left = bite;
  ports::Expired expired;
  const base::Result<void> committed = commit([&]() -> base::Result<void> {
    base::Result<std::vector<domain::QueueName>> dead =
        tasks_.expire_tasks(expiry.finished_before, left);
    if (!dead) return base::fail(std::move(dead.error()));
    expired.dead = std::move(*dead);
    if (left.is_eaten()) return {};
    if (const auto keys = tasks_.expire_keys(expiry.keys_before, left); !keys) return keys;
    if (left.is_eaten()) return {};
    if (const auto orders = orders_.expire(expiry.orders_at, left); !orders) return orders;
    if (left.is_eaten()) return {};
    return executions_.expire(expiry.finished_before, left);
  });
  if (!committed) return base::fail(committed.error());
  expired.rows = bite.rows - left.rows;
  expired.more = left.is_eaten();
  return expired;
}

base::Result<void> Writer::probe() {
  return commit([&]() -> base::Result<void> {
    ++writing_.ledger.probes;
    writing_.changed = true;
    return {};
  });
}

}  // namespace ordo::sqlite
