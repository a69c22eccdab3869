#include "life/bare.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "sqlite/home.h"

namespace ordo::bench {
namespace {

using Clock = std::chrono::steady_clock;

class Database {
 public:
  explicit Database(const std::string& path) {
    check(sqlite3_open(path.c_str(), &db_));
    execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; "
        "PRAGMA cache_size = -8192; PRAGMA secure_delete = FAST;");
    insert_ = prepare(
        "INSERT INTO tasks (seq, id, queue, lane, status, priority, attempts, max_attempts, "
        "version, created_at, updated_at, traceparent, title, description, payload) VALUES (?1, "
        "?2, 'tasks', ?3, 0, 1, 0, 3, 1, ?4, ?4, '', ?5, '', ?6)");
    finish_ = prepare(
        "UPDATE tasks SET status = 2, attempts = 1, started_at = ?2, finished_at = ?2, version = "
        "3, updated_at = ?2 WHERE seq = ?1");
    touch_ = prepare("UPDATE ledger SET probes = ?1 WHERE one = 1");
  }
  ~Database() {
    for (sqlite3_stmt* statement : {insert_, finish_, touch_}) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void execute(const char* sql) { check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }
  void checkpoint() {
    sqlite3_wal_checkpoint_v2(db_, "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  }
  void insert(std::int64_t sequence) {
    const std::string id =
        fmt::format("{:016x}-{:016x}", 0x0192000000000000U + sequence, random_());
    const std::string lane = fmt::format("lane-{}", sequence % 64);
    sqlite3_bind_int64(insert_, 1, sequence);
    bind(insert_, 2, id);
    bind(insert_, 3, lane);
    sqlite3_bind_int64(insert_, 4, kTime + sequence);
    bind(insert_, 5, "Send invoice");
    bind(insert_, 6, R"({"invoice":123456,"amount":19.990})");
    run(insert_);
  }
  void finish(std::int64_t sequence) {
    sqlite3_bind_int64(finish_, 1, sequence);
    sqlite3_bind_int64(finish_, 2, kTime + sequence);
    run(finish_);
  }
  void touch(std::int64_t number) {
    sqlite3_bind_int64(touch_, 1, number);
    run(touch_);
  }

 private:
  static constexpr std::int64_t kTime = 1'767'323'045'678;

  void check(int code) {
    if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(db_));
  }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
    return statement;
  }
  static void bind(sqlite3_stmt* statement, int at, std::string_view text) {
    sqlite3_bind_text(statement, at, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }
  void run(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db_));
    sqlite3_reset(statement);
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  sqlite3_stmt* finish_ = nullptr;
  sqlite3_stmt* touch_ = nullptr;
  std::mt19937_64 random_{1};
};

double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

// Each commit adds `batch` lives and ends those that began `lag` lives before.
double lives_of(const std::string& path, std::int64_t batch, std::int64_t lag, double seconds) {
  if (!sqlite::Home::open({.path = path})) throw std::runtime_error("cannot make " + path);
  Database database(path);
  std::int64_t sequence = 0;
  std::int64_t done = 0;
  const auto began = Clock::now();
  auto next_checkpoint = began;
  while (seconds_since(began) < seconds) {
    database.execute("BEGIN IMMEDIATE");
    for (std::int64_t i = 0; i < batch; ++i) database.insert(++sequence);
    for (; done < sequence - lag; ++done) database.finish(done + 1);
    database.touch(sequence);
    database.execute("COMMIT");
    if (Clock::now() < next_checkpoint) continue;
    next_checkpoint = Clock::now() + std::chrono::milliseconds(200);
    database.checkpoint();
  }
  return static_cast<double>(done) / seconds_since(began);
}

}  // namespace

Bare measure_bare(const std::string& directory, std::size_t lives_a_commit, std::size_t lag,
                  double seconds) {
  const auto batch = static_cast<std::int64_t>(lives_a_commit);
  Bare bare;
  bare.lives_per_second = lives_of(directory + "/bare.db", batch, batch, seconds);
  bare.lagging_per_second =
      lives_of(directory + "/lagging.db", batch, static_cast<std::int64_t>(lag), seconds);
  Database database(directory + "/bare.db");
  const auto began = Clock::now();
  std::int64_t commits = 0;
  for (; seconds_since(began) < seconds / 2; ++commits) database.touch(-commits);
  bare.commits_per_second = static_cast<double>(commits) / seconds_since(began);
  return bare;
}

}  // namespace ordo::bench
