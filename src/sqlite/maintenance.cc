#include "sqlite/maintenance.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "sqlite/connection.h"
#include "sqlite/errors.h"
#include "sqlite/files.h"
#include "sqlite/migrations.h"

namespace ordo::sqlite {
namespace {

using base::ErrorCode;

constexpr int kPagesAStep = 1024;
constexpr std::size_t kMaxFindings = 10;

base::Result<void> check_exists(const std::string& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error)) return {};
  return base::fail(ErrorCode::not_found,
                    fmt::format("there is no database at {}: check --data", path));
}

// A reader whose schema is ours and known.
base::Result<Connection> open_existing(const std::string& path) {
  if (const auto there = check_exists(path); !there) return base::fail(there.error());
  base::Result<Connection> connection = Connection::open(path, Access::read_only);
  if (!connection) return connection;
  const base::Result<int> schema = check_schema(*connection);
  if (!schema) return base::fail(schema.error());
  if (*schema == 0) {
    return base::fail(ErrorCode::invalid, fmt::format("{} is empty: nothing was kept yet", path));
  }
  return connection;
}

base::Result<void> check_pages(Connection& connection, const std::string& path) {
  base::Result<Statement> check =
      connection.prepare(fmt::format("PRAGMA integrity_check({})", kMaxFindings));
  if (!check) return base::fail(check.error());
  std::string findings;
  base::Result<bool> row = check->step("check the database");
  for (; row && *row; row = check->step("check the database")) {
    if (check->text(0) == "ok") continue;
    if (!findings.empty()) findings += "; ";
    findings += check->text(0);
  }
  if (!row) return base::fail(row.error());
  if (findings.empty()) return {};
  return base::fail(ErrorCode::internal,
                    fmt::format("{} is damaged: {}; restore a backup", path, findings));
}

base::Result<void> check_ledger(Connection& connection, const std::string& path) {
  const base::Result<std::int64_t> wrong = connection.integer(
      "SELECT count(*) FROM ledger WHERE "
      "queued + running <> (SELECT count(*) FROM tasks WHERE status <= 1) OR "
      "succeeded <> (SELECT count(*) FROM tasks WHERE status = 2) OR "
      "dead <> (SELECT count(*) FROM tasks WHERE status = 3) OR "
      "cancelled <> (SELECT count(*) FROM tasks WHERE status = 4) OR "
      "last_seq < (SELECT coalesce(max(seq), 0) FROM tasks)");
  if (!wrong) return base::fail(wrong.error());
  const base::Result<std::int64_t> rows = connection.integer("SELECT count(*) FROM ledger");
  if (!rows) return base::fail(rows.error());
  if (*wrong == 0 && *rows == 1) return {};
  return base::fail(ErrorCode::internal,
                    fmt::format("{} is damaged: its ledger does not agree with its tasks; restore "
                                "a backup",
                                path));
}

base::Error cannot_write(const std::string& path) {
  return {ErrorCode::unavailable,
          fmt::format("cannot make the copy {}: {}", path, std::strerror(errno)),
          {}};
}

base::Error target_exists(const std::string& target) {
  return {ErrorCode::conflict, fmt::format("{} exists already: choose another name", target), {}};
}

// The copy's first name, beside its target. It is new, and only its owner may read it; removed at
// the end, whether the copy is whole or not.
class PartialFile {
 public:
  static base::Result<PartialFile> make(const std::string& target) {
    static std::atomic<unsigned> serial = 0;
    constexpr int kTries = 100;  // names that a killed backup left behind
    for (int i = 0; i < kTries; ++i) {
      std::string path = fmt::format("{}.tmp-{}-{}", target, ::getpid(), ++serial);
      if (create_private(path)) return PartialFile(std::move(path));
      if (errno != EEXIST) return base::fail(cannot_write(path));
    }
    return base::fail(cannot_write(target));
  }
  PartialFile(PartialFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  PartialFile& operator=(PartialFile&&) = delete;
  ~PartialFile() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove(path_, ignored);
  }

  // Gives the copy its name, unless something came there meanwhile.
  base::Result<void> move_to(const std::string& target) {
    std::error_code error;
    std::filesystem::create_hard_link(path_, target, error);
    if (!error) return {};
    if (error == std::errc::file_exists) return base::fail(target_exists(target));
    // A few file systems have no links. A rename takes the place of any file, so the name is
    // claimed first.
    if (!create_private(target)) {
      return base::fail(errno == EEXIST ? target_exists(target) : cannot_write(target));
    }
    if (::rename(path_.c_str(), target.c_str()) == 0) return {};
    base::Error failure = cannot_write(target);
    ::unlink(target.c_str());
    return base::fail(std::move(failure));
  }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  explicit PartialFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

base::Result<void> copy_pages(Connection& from, const std::string& path,
                              const std::function<void(std::size_t, std::size_t)>& progress) {
  base::Result<Connection> to = Connection::open(path, Access::read_write);
  if (!to) return base::fail(to.error());
  // Nobody sees the copy before it is whole, so it needs no journal of its own.
  const base::Result<void> tuned =
      to->execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
  if (!tuned) return tuned;
  struct Finish {
    void operator()(sqlite3_backup* copy) const noexcept { sqlite3_backup_finish(copy); }
  };
  const std::unique_ptr<sqlite3_backup, Finish> copy(
      sqlite3_backup_init(to->handle(), "main", from.handle(), "main"));
  if (!copy) return base::fail(error_of(to->handle(), sqlite3_errcode(to->handle()), "back up"));
  int code = SQLITE_OK;
  while (code == SQLITE_OK) {
    code = sqlite3_backup_step(copy.get(), kPagesAStep);
    if (!progress || (code != SQLITE_OK && code != SQLITE_DONE)) continue;
    const auto total = static_cast<std::size_t>(sqlite3_backup_pagecount(copy.get()));
    progress(total - static_cast<std::size_t>(sqlite3_backup_remaining(copy.get())), total);
  }
  if (code != SQLITE_DONE) return base::fail(error_of(to->handle(), code, "back up to " + path));
  return {};
}

}  // namespace

base::Result<SchemaState> schema_state(const std::string& path) {
  SchemaState state{0, newest_schema(), {}};
  if (check_exists(path)) {
    base::Result<Connection> connection = Connection::open(path, Access::read_only);
    if (!connection) return base::fail(connection.error());
    const base::Result<int> version = check_schema(*connection);
    if (!version) return base::fail(version.error());
    state.current = *version;
  }
  for (const Migration& migration : migrations().subspan(static_cast<std::size_t>(state.current))) {
    state.pending.emplace_back(migration.name);
  }
  return state;
}

base::Result<void> check_integrity(const std::string& path) {
  base::Result<Connection> connection = open_existing(path);
  if (!connection) return base::fail(connection.error());
  // One snapshot for all questions.
  if (const auto begun = connection->execute("BEGIN"); !begun) return begun;
  if (const auto pages = check_pages(*connection, path); !pages) return pages;
  return check_ledger(*connection, path);
}

base::Result<void> backup(const std::string& path, const std::string& target,
                          const std::function<void(std::size_t, std::size_t)>& progress) {
  std::error_code error;
  if (std::filesystem::exists(target, error)) return base::fail(target_exists(target));
  base::Result<Connection> from = open_existing(path);
  if (!from) return base::fail(from.error());
  // An open read keeps the snapshot: without it each commit of the server would start the copy
  // over.
  if (const auto begun = from->execute("BEGIN; SELECT last_seq FROM ledger"); !begun) return begun;
  base::Result<PartialFile> partial = PartialFile::make(target);
  if (!partial) return base::fail(partial.error());
  if (const auto copied = copy_pages(*from, partial->path(), progress); !copied) return copied;
  if (const auto synced = sync_file(partial->path()); !synced) return synced;
  if (const auto named = partial->move_to(target); !named) return named;
  return sync_directory(directory_of(target));
}

}  // namespace ordo::sqlite
