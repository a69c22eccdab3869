// One connection to PostgreSQL. Statements go to the server in batches: however many, one round
// trip.
#pragma once

#include <libpq-fe.h>

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/time.h"
#include "ports/clock.h"
#include "postgres/fault.h"
#include "postgres/params.h"
#include "postgres/rows.h"

namespace ordo::postgres {

// Static: a connection knows by its address whether it has prepared it.
struct Statement {
  const char* name;
  std::string sql;
};

// Statements to be run one after the other. One that fails keeps those behind it from being run.
class Batch {
 public:
  // The place of its answer.
  std::size_t add(const Statement& statement, Params params = {});
  void add_first(const Statement& statement);
  [[nodiscard]] std::size_t size() const noexcept { return calls_.size(); }
  [[nodiscard]] bool empty() const noexcept { return calls_.empty(); }

 private:
  friend class Connection;
  struct Call {
    const Statement* statement;
    Params params;
  };
  std::vector<Call> calls_;
};

struct ConnectionOptions {
  // As libpq takes it: postgres://user:secret@host/database?sslmode=verify-full, or host=… dbname=…
  std::string url;
  base::Millis connect_timeout{5'000};  // of one address; at least two seconds
  bool hurries = false;                 // the URL cannot ask for another
  // How long the server may take for one batch before the connection counts as lost.
  base::Millis answer_timeout{15'000};
  // The server's own limits: of one statement, of waiting for a lock, of a transaction that waits
  // for us.
  base::Millis statement_timeout{10'000};
  base::Millis lock_timeout{5'000};
  base::Millis idle_timeout{5'000};
  // Called before it waits for the server.
  std::function<void()> while_waiting = {};
};

template <class T>
using Answer = std::expected<T, Fault>;

// One thread at a time.
class Connection {
 public:
  // `clock` is borrowed.
  static Answer<Connection> open(const ConnectionOptions& options, const ports::Clock& clock);

  // What each statement of the batch answered. A batch that fails leaves no transaction open; a
  // connection that is lost answers nothing any more.
  Answer<std::vector<Rows>> run(const Batch& batch);
  Answer<Rows> run(const Statement& statement, Params params = {});
  // Several statements in one text, in one transaction unless they say otherwise.
  Answer<void> execute(const std::string& sql);

  // What others have told by NOTIFY since the last question. Waits for it, for so long, or until
  // `wake` can be read.
  Answer<std::vector<std::string>> heard(int wake, base::Millis patience);

  [[nodiscard]] bool is_lost() const;
  [[nodiscard]] int server_version() const;  // 150018 is 15.18

 private:
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  Connection(PGconn* connection, const ConnectionOptions& options, const ports::Clock& clock);

  Answer<void> tune();
  // Which of its statements are prepared on the way.
  Answer<std::vector<bool>> send(const Batch& batch);
  Answer<std::vector<Rows>> receive(const Batch& batch, const std::vector<bool>& prepares,
                                    base::MonoTime deadline);
  // The next result, or null between those of two statements.
  Answer<PGresult*> next_result(base::MonoTime deadline);
  Answer<void> wait(bool for_writing, base::MonoTime deadline);
  Answer<void> leave_failed_transaction();
  Fault lose(std::string message);
  [[nodiscard]] std::string last_message() const;

  std::unique_ptr<PGconn, Finish> connection_;
  ConnectionOptions options_;
  const ports::Clock* clock_;
  std::unordered_set<const Statement*> prepared_;
  bool lost_ = false;
};

extern const Statement kBegin;
// Of what is read together, as it was at one moment.
extern const Statement kBeginRead;
extern const Statement kCommit;
extern const Statement kRollback;

}  // namespace ordo::postgres
