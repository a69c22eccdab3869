#include "sqlite/connection.h"

#include <sqlite3.h>

#include <utility>

#include "base/assert.h"
#include "sqlite/errors.h"

namespace ordo::sqlite {
void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Statement& Statement::bind(std::int64_t value) {
  bind_error_ |= sqlite3_bind_int64(handle_.get(), ++bound_, value);
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  // A null pointer would bind NULL, and an empty view may have one.
  const char* data = text.data() == nullptr ? "" : text.data();
  bind_error_ |=
      sqlite3_bind_text64(handle_.get(), ++bound_, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(const std::optional<std::string>& text) {
  return text ? bind(std::string_view(*text)) : bind_null();
}

Statement& Statement::bind(const std::optional<base::WallTime>& time) {
  return time ? bind(time->ms()) : bind_null();
}

Statement& Statement::bind_blob(std::string_view bytes) {
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  bind_error_ |= sqlite3_bind_blob64(handle_.get(), ++bound_, data, bytes.size(), SQLITE_STATIC);
  return *this;
}

Statement& Statement::bind_null() {
  bind_error_ |= sqlite3_bind_null(handle_.get(), ++bound_);
  return *this;
}

base::Result<bool> Statement::step(std::string_view doing) {
  sqlite3* db = sqlite3_db_handle(handle_.get());
  ORDO_ASSERT(bind_error_ == SQLITE_OK || bind_error_ == SQLITE_NOMEM);
  const int code = bind_error_ == SQLITE_OK ? sqlite3_step(handle_.get()) : bind_error_;
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  base::Error error = error_of(db, code, doing);
  reset();
  return base::fail(std::move(error));
}

base::Result<void> Statement::run(std::string_view doing) {
  const base::Result<bool> row = step(doing);
  reset();
  if (!row) return base::fail(row.error());
  return {};
}

void Statement::reset() noexcept {
  sqlite3_reset(handle_.get());
  bound_ = 0;
  bind_error_ = 0;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

std::string_view Statement::text(int column) const {
  // Blobs come out the same way; the size must be asked after the pointer.
  const void* data = sqlite3_column_blob(handle_.get(), column);
  const int size = sqlite3_column_bytes(handle_.get(), column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

std::optional<base::WallTime> Statement::time(int column) const {
  if (is_null(column)) return std::nullopt;
  return base::WallTime::from_ms(integer(column));
}

std::optional<std::string> Statement::optional_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return std::string(text(column));
}

void Connection::Close::operator()(sqlite3* db) const noexcept {
  sqlite3_close_v2(db);
}

base::Result<Connection> Connection::open(const std::string& path, Access access,
                                          const std::string& vfs) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= access == Access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (access == Access::create) flags |= SQLITE_OPEN_CREATE;
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, flags, vfs.empty() ? nullptr : vfs.c_str());
  Connection connection;
  connection.handle_.reset(db);
  if (code != SQLITE_OK) return base::fail(error_of(db, code, "open " + path));
  connection.wait_for_locks(kBusyWait);
  return connection;
}

base::Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) return base::fail(error_of(handle_.get(), code, "read the database"));
  Statement statement;
  statement.handle_.reset(handle);
  return statement;
}

base::Result<void> Connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return base::fail(error_of(handle_.get(), code, "use the database"));
  return {};
}

base::Result<std::int64_t> Connection::integer(std::string_view sql) {
  base::Result<Statement> statement = prepare(sql);
  if (!statement) return base::fail(statement.error());
  const base::Result<bool> row = statement->step("read the database");
  if (!row) return base::fail(row.error());
  return *row ? statement->integer(0) : 0;
}

void Connection::wait_for_locks(base::Millis at_most) {
  sqlite3_busy_timeout(handle_.get(), static_cast<int>(at_most.count()));
}

std::int64_t Connection::changes() const {
  return sqlite3_changes64(handle_.get());
}

std::uint32_t Connection::pages_read() const {
  int pages = 0;
  int unused = 0;
  sqlite3_db_status(handle_.get(), SQLITE_DBSTATUS_CACHE_MISS, &pages, &unused, 0);
  return static_cast<std::uint32_t>(pages);
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(handle_.get()) == 0;
}

void Connection::keep_log_on_close() {
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

base::Result<void> prepare_all(Connection& connection,
                               std::span<const std::pair<Statement*, std::string>> statements) {
  for (const auto& [statement, sql] : statements) {
    base::Result<Statement> prepared = connection.prepare(sql);
    if (!prepared) return base::fail(prepared.error());
    *statement = std::move(*prepared);
  }
  return {};
}

base::Result<Transaction> Transaction::begin(Connection& connection) {
  const int code = sqlite3_exec(connection.handle(), "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return base::fail(error_of(connection.handle(), code, "begin a transaction"));
  }
  return Transaction(&connection);
}

base::Result<void> Transaction::commit() {
  sqlite3* db = connection_->handle();
  const int code = sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) {
    connection_ = nullptr;
    return {};
  }
  base::Error error = commit_error_of(db, code);
  return base::fail(std::move(error));
}

Transaction::~Transaction() {
  // SQLite may have rolled back by itself after an error.
  if (connection_ != nullptr && connection_->in_transaction()) {
    sqlite3_exec(connection_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

}  // namespace ordo::sqlite
