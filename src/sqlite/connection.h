// Owners of SQLite's handles: a connection, its prepared statements, a transaction.
// One thread at a time for each connection and what is made of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "base/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace ordo::sqlite {

class Statement {
 public:
  Statement() = default;

  // Bind the next parameter. Text and blobs are borrowed until reset.
  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view text);
  Statement& bind(const std::optional<std::string>& text);
  Statement& bind(base::WallTime time) { return bind(time.ms()); }
  Statement& bind(const std::optional<base::WallTime>& time);
  Statement& bind_blob(std::string_view bytes);
  Statement& bind_null();

  // True: there is a row. At the end, or after an error, the statement is reset.
  base::Result<bool> step(std::string_view doing);
  // Steps once and resets: for what gives no rows.
  base::Result<void> run(std::string_view doing);
  void reset() noexcept;

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const;  // until the next step or reset
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::optional<base::WallTime> time(int column) const;
  [[nodiscard]] std::optional<std::string> optional_text(int column) const;

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  int bound_ = 0;
  int bind_error_ = 0;
};

// Resets a statement when the scope ends, which also ends its read of the database.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(Statement& statement) : statement_(statement) {}
  ~ResetAtEnd() { statement_.reset(); }
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;

 private:
  Statement& statement_;
};

// Calls `take` for each row of a statement whose parameters are bound.
template <class Take>
base::Result<void> for_each_row(Statement& statement, std::string_view doing, Take take) {
  const ResetAtEnd reset(statement);
  base::Result<bool> row = statement.step(doing);
  for (; row && *row; row = statement.step(doing)) take(statement);
  if (!row) return base::fail(row.error());
  return {};
}

enum class Access : std::uint8_t { read_only, read_write, create };

// How long a call waits for a lock unless told otherwise.
inline constexpr base::Millis kBusyWait{2000};

class Connection {
 public:
  // `vfs` empty: the system's own.
  static base::Result<Connection> open(const std::string& path, Access access,
                                       const std::string& vfs = "");

  base::Result<Statement> prepare(std::string_view sql);
  // Any number of statements without parameters; rows are thrown away.
  base::Result<void> execute(const std::string& sql);
  // The first column of the first row; 0 without a row.
  base::Result<std::int64_t> integer(std::string_view sql);

  void wait_for_locks(base::Millis at_most);
  [[nodiscard]] std::int64_t changes() const;
  // Pages that this connection took from the file or its log so far; it may wrap.
  [[nodiscard]] std::uint32_t pages_read() const;
  [[nodiscard]] bool in_transaction() const;
  // Closing the last connection shall not move the log into the database file.
  void keep_log_on_close();
  [[nodiscard]] sqlite3* handle() const noexcept { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* db) const noexcept;
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

// Prepares each text as its statement.
base::Result<void> prepare_all(Connection& connection,
                               std::span<const std::pair<Statement*, std::string>> statements);

// BEGIN IMMEDIATE … COMMIT; rolled back when destroyed before commit().
class Transaction {
 public:
  static base::Result<Transaction> begin(Connection& connection);
  Transaction(Transaction&& other) noexcept : connection_(other.connection_) {
    other.connection_ = nullptr;
  }
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  // When it returns, the changes are durable. After an error they are undone, or the error is
  // `fatal`.
  base::Result<void> commit();

 private:
  explicit Transaction(Connection* connection) : connection_(connection) {}
  Connection* connection_;
};

}  // namespace ordo::sqlite
