#include "postgres/connection.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "postgres/address.h"

namespace ordo::postgres {
namespace {

using Kind = Fault::Kind;

// What we ask of every connection unless the address says otherwise. A failed host must be noticed,
// and of several hosts the one that may be written is meant.
const std::map<std::string, std::string>& connection_defaults() {
  static const std::map<std::string, std::string> defaults{
      {"application_name", "ordo"},
      {"client_encoding", "UTF8"},
      {"keepalives_idle", "10"},
      {"keepalives_interval", "5"},
      {"keepalives_count", "3"},
      {"tcp_user_timeout", "20000"},
      {"target_session_attrs", "read-write"},
  };
  return defaults;
}

// A message of libpq in one line.
std::string one_line(std::string_view text) {
  std::string line(text);
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  std::ranges::replace(line, '\n', ' ');
  std::erase(line, '\t');
  return line;
}

std::string field_of(const PGresult* result, int field) {
  const char* const text = PQresultErrorField(result, field);
  return text == nullptr ? "" : text;
}

Fault fault_in(const PGresult* result) {
  const std::string state = field_of(result, PG_DIAG_SQLSTATE);
  if (state.empty()) return {Kind::lost, one_line(PQresultErrorMessage(result))};
  std::string message = field_of(result, PG_DIAG_MESSAGE_PRIMARY);
  if (const std::string detail = field_of(result, PG_DIAG_MESSAGE_DETAIL); !detail.empty()) {
    message += fmt::format(" ({})", detail);
  }
  return {kind_of(state), fmt::format("{} [{}]", one_line(message), state), state};
}

}  // namespace

const Statement kBegin{"begin", "BEGIN"};
const Statement kBeginRead{"begin_read", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"};
const Statement kCommit{"commit", "COMMIT"};
const Statement kRollback{"rollback", "ROLLBACK"};

std::size_t Batch::add(const Statement& statement, Params params) {
  calls_.push_back({&statement, std::move(params)});
  return calls_.size() - 1;
}

void Batch::add_first(const Statement& statement) {
  calls_.insert(calls_.begin(), {&statement, {}});
}

Connection::Connection(PGconn* connection, const ConnectionOptions& options,
                       const ports::Clock& clock)
    : connection_(connection), options_(options), clock_(&clock) {}

Answer<Connection> Connection::open(const ConnectionOptions& options, const ports::Clock& clock) {
  const auto named = read_address(options.url);
  if (!named) return std::unexpected(Fault{Kind::failed, named.error().message});
  std::map<std::string, std::string> wanted = connection_defaults();
  // Of each address that the hosts' names have: one that is silent is passed over.
  const auto timeout = std::chrono::ceil<std::chrono::seconds>(options.connect_timeout);
  wanted["connect_timeout"] = fmt::format("{}", timeout.count());
  for (const auto& [name, value] : *named) {
    const bool is_ours = options.hurries && name == "connect_timeout";
    if (!is_ours) wanted[name] = value;
  }
  if (options.while_waiting) options.while_waiting();
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : wanted) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  Connection made(PQconnectdbParams(names.data(), values.data(), 0), options, clock);
  if (made.connection_ == nullptr) return std::unexpected(Fault{Kind::away, "out of memory"});
  PGconn* const connection = made.connection_.get();
  if (PQstatus(connection) != CONNECTION_OK || PQsetnonblocking(connection, 1) != 0) {
    return std::unexpected(Fault{Kind::away, made.last_message()});
  }
  // Whatever it says beside its answers is for its own log.
  PQsetNoticeProcessor(connection, [](void*, const char*) {}, nullptr);
  if (auto done = made.tune(); !done) return std::unexpected(std::move(done.error()));
  return made;
}

// The server must notice, too, that the other end is gone: a machine that loses its power in
// mid-send has locks that nobody else can take from it. Over a socket on the same machine these
// mean nothing.
constexpr std::string_view kServerKeepalives =
    "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; "
    "SET tcp_user_timeout = 20000; ";

// Names mean what is in our schema: what others keep in those behind it on the path is not ours.
constexpr std::string_view kOwnSchema =
    "SELECT set_config('search_path', quote_ident(current_schema()), false) "
    "WHERE current_schema() IS NOT NULL; ";

// A commit that is answered before it is on the disk would break our word: whoever changes the
// server's settings later does not change ours. Plans are made once, often while a table is still
// small: they go by indexes whatever its size, for what they find is always few rows, and are never
// worth compiling.
Answer<void> Connection::tune() {
  return execute(fmt::format(
      "{}{}SET statement_timeout = {}; SET lock_timeout = {}; "
      "SET idle_in_transaction_session_timeout = {}; SET plan_cache_mode = force_generic_plan; "
      "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; "
      "SET enable_bitmapscan = off; SET jit = off; "
      "SET default_transaction_isolation = 'read committed'; SET TimeZone = 'UTC'; "
      "SELECT set_config('synchronous_commit', CASE s WHEN 'off' THEN 'on' ELSE s END, false) "
      "FROM current_setting('synchronous_commit') s",
      kServerKeepalives, kOwnSchema, options_.statement_timeout.count(),
      options_.lock_timeout.count(), options_.idle_timeout.count()));
}

bool Connection::is_lost() const {
  return lost_ || PQstatus(connection_.get()) == CONNECTION_BAD;
}

int Connection::server_version() const {
  return PQserverVersion(connection_.get());
}

std::string Connection::last_message() const {
  return one_line(PQerrorMessage(connection_.get()));
}

Fault Connection::lose(std::string message) {
  lost_ = true;
  return {Kind::lost, std::move(message)};
}

Answer<void> Connection::wait(bool for_writing, base::MonoTime deadline) {
  const short wanted = for_writing ? short{POLLIN | POLLOUT} : short{POLLIN};
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - clock_->mono()).count();
    if (left <= 0) return std::unexpected(lose("it does not answer in time"));
    pollfd socket{PQsocket(connection_.get()), wanted, 0};
    const int ready = ::poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return std::unexpected(lose(std::strerror(errno)));
  }
}

Answer<std::vector<bool>> Connection::send(const Batch& batch) {
  PGconn* const connection = connection_.get();
  std::vector<bool> prepares;
  prepares.reserve(batch.calls_.size());
  bool queued = true;
  std::unordered_set<const Statement*> sent;
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
  for (const Batch::Call& call : batch.calls_) {
    const std::vector<Params::One>& params = call.params.all();
    const int count = static_cast<int>(params.size());
    types.clear();
    values.clear();
    lengths.clear();
    for (const Params::One& one : params) {
      types.push_back(one.type);
      values.push_back(one.bytes ? one.bytes->data() : nullptr);
      lengths.push_back(one.bytes ? static_cast<int>(one.bytes->size()) : 0);
    }
    formats.assign(params.size(), 1);
    const Statement& statement = *call.statement;
    prepares.push_back(!prepared_.contains(&statement) && sent.insert(&statement).second);
    if (prepares.back()) {
      queued = PQsendPrepare(connection, statement.name, statement.sql.c_str(), count,
                             types.data()) == 1;
    }
    queued = queued && PQsendQueryPrepared(connection, statement.name, count, values.data(),
                                           lengths.data(), formats.data(), 1) == 1;
    // A commit must not go where what it is to commit did not.
    if (!queued) return std::unexpected(lose(last_message()));
  }
  if (PQpipelineSync(connection) != 1) return std::unexpected(lose(last_message()));
  return prepares;
}

Answer<PGresult*> Connection::next_result(base::MonoTime deadline) {
  PGconn* const connection = connection_.get();
  while (true) {
    const int unsent = PQflush(connection);
    if (unsent < 0) return std::unexpected(lose(last_message()));
    if (unsent == 0 && PQisBusy(connection) == 0) return PQgetResult(connection);
    if (unsent == 0 && options_.while_waiting) options_.while_waiting();
    if (auto ready = wait(unsent == 1, deadline); !ready) {
      return std::unexpected(std::move(ready.error()));
    }
    if (PQconsumeInput(connection) == 0) return std::unexpected(lose(last_message()));
    // What it has sent is read while it waits to be: neither waits for the other.
    if (unsent == 1 && PQisBusy(connection) == 0) return PQgetResult(connection);
  }
}

Answer<std::vector<Rows>> Connection::receive(const Batch& batch, const std::vector<bool>& prepares,
                                              base::MonoTime deadline) {
  std::vector<Rows> answers;
  answers.reserve(batch.calls_.size());
  std::optional<Fault> fault;
  // Each statement answers, and before that its preparation, if there was one; a null stands
  // behind each.
  const auto take = [&]() -> Answer<std::optional<Rows>> {
    Answer<PGresult*> result = next_result(deadline);
    if (!result) return std::unexpected(std::move(result.error()));
    if (*result == nullptr) return std::unexpected(lose("it answers out of turn"));
    Rows rows(*result);
    const ExecStatusType status = PQresultStatus(*result);
    const bool good = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
    if (!good && !fault && status != PGRES_PIPELINE_ABORTED) fault = fault_in(*result);
    if (fault && fault->kind == Kind::lost) return std::unexpected(lose(fault->message));
    Answer<PGresult*> end = next_result(deadline);
    if (!end) return std::unexpected(std::move(end.error()));
    ORDO_ASSERT(*end == nullptr);
    if (!good) return std::nullopt;
    return rows;
  };
  for (std::size_t i = 0; i < batch.calls_.size(); ++i) {
    if (prepares[i]) {
      Answer<std::optional<Rows>> prepared = take();
      if (!prepared) return std::unexpected(std::move(prepared.error()));
      if (*prepared) prepared_.insert(batch.calls_[i].statement);
    }
    Answer<std::optional<Rows>> rows = take();
    if (!rows) return std::unexpected(std::move(rows.error()));
    if (*rows) answers.push_back(std::move(**rows));
  }
  Answer<PGresult*> sync = next_result(deadline);
  if (!sync) return std::unexpected(std::move(sync.error()));
  const Rows owned(*sync);
  if (*sync == nullptr || PQresultStatus(*sync) != PGRES_PIPELINE_SYNC) {
    return std::unexpected(lose("it answers out of turn"));
  }
  if (fault) return std::unexpected(std::move(*fault));
  return answers;
}

Answer<std::vector<Rows>> Connection::run(const Batch& batch) {
  if (is_lost()) return std::unexpected(lose("the connection is lost"));
  PGconn* const connection = connection_.get();
  PQenterPipelineMode(connection);
  const Answer<std::vector<bool>> prepares = send(batch);
  if (!prepares) return std::unexpected(prepares.error());
  Answer<std::vector<Rows>> answers =
      receive(batch, *prepares, clock_->mono() + options_.answer_timeout);
  if (lost_) return answers;
  PQexitPipelineMode(connection);
  if (!answers) {
    if (auto left = leave_failed_transaction(); !left) {
      return std::unexpected(std::move(left.error()));
    }
  }
  return answers;
}

Answer<Rows> Connection::run(const Statement& statement, Params params) {
  Batch batch;
  batch.add(statement, std::move(params));
  Answer<std::vector<Rows>> answers = run(batch);
  if (!answers) return std::unexpected(std::move(answers.error()));
  return std::move(answers->front());
}

Answer<std::vector<std::string>> Connection::heard(int wake, base::Millis patience) {
  if (is_lost()) return std::unexpected(lose("the connection is lost"));
  PGconn* const connection = connection_.get();
  std::vector<std::string> told;
  const auto take = [&] {
    while (PGnotify* const notice = PQnotifies(connection)) {
      told.emplace_back(notice->extra);
      PQfreemem(notice);
    }
  };
  take();  // with an answer some may have come
  if (told.empty()) {
    pollfd files[] = {{PQsocket(connection), POLLIN, 0}, {wake, POLLIN, 0}};
    ::poll(files, 2, static_cast<int>(std::max<std::int64_t>(patience.count(), 0)));
    if (files[0].revents != 0 && PQconsumeInput(connection) == 0) {
      return std::unexpected(lose(last_message()));
    }
    take();
  }
  return told;
}

Answer<void> Connection::leave_failed_transaction() {
  if (PQtransactionStatus(connection_.get()) != PQTRANS_INERROR) return {};
  return execute("ROLLBACK");
}

Answer<void> Connection::execute(const std::string& sql) {
  if (is_lost()) return std::unexpected(lose("the connection is lost"));
  const base::MonoTime deadline = clock_->mono() + options_.answer_timeout;
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) {
    return std::unexpected(lose(last_message()));
  }
  std::optional<Fault> fault;
  while (true) {
    Answer<PGresult*> result = next_result(deadline);
    if (!result) return std::unexpected(std::move(result.error()));
    if (*result == nullptr) break;
    const Rows owned(*result);
    const ExecStatusType status = PQresultStatus(*result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && !fault) {
      fault = fault_in(*result);
    }
  }
  if (!fault) return {};
  if (fault->kind == Kind::lost) return std::unexpected(lose(fault->message));
  if (auto left = leave_failed_transaction(); !left) return left;
  return std::unexpected(std::move(*fault));
}

}  // namespace ordo::postgres
