#include "pipelines/bare.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stdexcept>

namespace ordo::bench {
namespace {

using Clock = std::chrono::steady_clock;

class Database {
 public:
  explicit Database(const std::string& path) {
    std::filesystem::remove(path);
    check(sqlite3_open(path.c_str(), &db_));
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8192;");
  }
  ~Database() { sqlite3_close_v2(db_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void run(const char* sql) { check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
    return statement;
  }
  void step(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db_));
    sqlite3_reset(statement);
  }

 private:
  void check(int code) {
    if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(db_));
  }
  sqlite3* db_ = nullptr;
};

void bind(sqlite3_stmt* statement, int place, const std::string& text) {
  sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

template <class Commit>
double rate_of(double seconds, Commit commit) {
  std::size_t done = 0;
  const auto from = Clock::now();
  while (std::chrono::duration<double>(Clock::now() - from).count() < seconds) done += commit();
  return static_cast<double>(done) / std::chrono::duration<double>(Clock::now() - from).count();
}

}  // namespace

double measure_bare_transitions(const std::string& directory, std::size_t a_commit,
                                double seconds) {
  Database database(directory + "/bare.db");
  database.run(
      "CREATE TABLE frames (key INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;"
      "CREATE TABLE history (key INTEGER PRIMARY KEY, events TEXT NOT NULL) STRICT;");
  sqlite3_stmt* const frame =
      database.prepare("INSERT OR REPLACE INTO frames (key, text) VALUES (?, ?)");
  sqlite3_stmt* const events = database.prepare("INSERT INTO history (key, events) VALUES (?, ?)");
  const std::string frame_text(330, 'f');
  const std::string event_text(1050, 'e');
  std::int64_t number = 0;
  const double rate = rate_of(seconds, [&] {
    database.run("BEGIN IMMEDIATE");
    for (std::size_t i = 0; i < a_commit; ++i, ++number) {
      // Each execution leaves ten steps behind.
      const std::int64_t execution = number / 10 + static_cast<std::int64_t>(i);
      sqlite3_bind_int64(frame, 1, execution << 24);
      bind(frame, 2, frame_text);
      database.step(frame);
      sqlite3_bind_int64(events, 1, (number << 24) + 1);
      bind(events, 2, event_text);
      database.step(events);
    }
    database.run("COMMIT");
    return a_commit;
  });
  sqlite3_finalize(frame);
  sqlite3_finalize(events);
  return rate;
}

double measure_bare_orders(const std::string& directory, double seconds) {
  Database database(directory + "/bare.db");
  database.run(
      "CREATE TABLE orders (n INTEGER PRIMARY KEY, record_id TEXT NOT NULL UNIQUE, status INTEGER, "
      "accepted_at INTEGER, expires_at INTEGER, parameter_2 TEXT, parameter_1 TEXT) STRICT;"
      "CREATE INDEX orders_expiry ON orders (expires_at);"
      "CREATE INDEX orders_pending ON orders (n, expires_at) WHERE status = 0;");
  sqlite3_stmt* const insert = database.prepare(
      "INSERT INTO orders (record_id, status, accepted_at, expires_at, parameter_2, parameter_1) "
      "VALUES (?, 0, 1, 2, '4', 'abc')");
  std::size_t number = 0;
  const double rate = rate_of(seconds, [&] {
    database.run("BEGIN IMMEDIATE");
    for (int i = 0; i < 1000; ++i) {
      const std::string id = fmt::format("r-{}", ++number);
      bind(insert, 1, id);
      database.step(insert);
    }
    database.run("COMMIT");
    return std::size_t{1};
  });
  sqlite3_finalize(insert);
  return rate;
}

}  // namespace ordo::bench
