#include "sqlite/home.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include "sqlite/archive.h"
#include "sqlite/checkpointer.h"
#include "sqlite/execution_reader.h"
#include "sqlite/files.h"
#include "sqlite/health.h"
#include "sqlite/lock_file.h"
#include "sqlite/migrations.h"
#include "sqlite/order_reader.h"
#include "sqlite/read_pool.h"
#include "sqlite/task_reader.h"
#include "sqlite/writer.h"

namespace ordo::sqlite {
namespace {

using base::ErrorCode;

// The log is made durable by every commit (FULL); pages go to the file by our own checkpoints.
// secure_delete, which distributions switch on, would write zeros over every page that a deletion
// frees, through the log: FAST does so only where the page is written anyway.
constexpr const char* kWriterPragmas =
    "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
    "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY; "
    "PRAGMA secure_delete = FAST; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF; PRAGMA "
    "journal_size_limit = 67108864;";
constexpr const char* kCheckpointPragmas =
    "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -64;";

// SQLite counts every allocation under one lock unless told not to; has no effect once SQLite runs.
void configure_once() {
  static std::once_flag once;
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

// Payloads are for the owner of the server: what is made here, only the owner may read. What is
// there already keeps its mode.
base::Result<void> make_directory_of(const std::string& path) {
  const std::filesystem::path directory = directory_of(path);
  const std::filesystem::path parent = directory.has_parent_path() ? directory.parent_path() : ".";
  std::error_code error;
  std::filesystem::create_directories(parent, error);
  if (!error) {
    if (::mkdir(directory.c_str(), 0700) == 0) return sync_directory(parent);
    error = {errno, std::generic_category()};
  }
  std::error_code unknown;
  if (std::filesystem::is_directory(directory, unknown)) return {};
  return base::fail(ErrorCode::unavailable,
                    fmt::format("cannot make the directory {}: {}; make it yourself, or choose "
                                "another --data",
                                directory.string(), error.message()));
}

// What a start finds in the log need not be on the disk: a process that was killed, or that stopped
// because a sync failed, leaves pages that only the kernel has, and that it may believe to be
// clean. Nobody may see them, and nothing may be appended to them, before they are written once
// more, to the file, and synced there.
base::Result<void> secure_log(Connection& connection, const HomeOptions& options) {
  connection.wait_for_locks(options.wait_for_readers);
  // Its row says whether a lock was in the way all that time; that is no error to SQLite.
  const base::Result<std::int64_t> busy = connection.integer("PRAGMA wal_checkpoint(TRUNCATE)");
  connection.wait_for_locks(kBusyWait);
  if (busy && *busy == 0) return {};
  if (busy) {
    return base::fail(ErrorCode::conflict,
                      fmt::format("another program, perhaps a backup, reads {} since before this "
                                  "start and keeps its log from being made durable: let it end, "
                                  "then start again",
                                  options.path));
  }
  // A full disk must not keep the tasks from being read.
  if (busy.error().code == ErrorCode::unavailable) return {};
  return base::fail(busy.error());
}

base::Result<Connection> open_writer(const HomeOptions& options) {
  // SQLite gives the log and its index the mode of the database. If this fails, it says why.
  if (options.create) static_cast<void>(create_private(options.path));
  base::Result<Connection> connection = Connection::open(
      options.path, options.create ? Access::create : Access::read_write, options.vfs);
  if (!connection) return connection;
  // Before anything is written to a file that may not be ours.
  if (const auto ours = check_schema(*connection); !ours) return base::fail(ours.error());
  if (const auto whole = check_in_service(*connection, options.path); !whole) {
    return base::fail(whole.error());
  }
  if (const auto tuned = connection->execute(kWriterPragmas); !tuned) {
    return base::fail(tuned.error());
  }
  if (const auto secured = secure_log(*connection, options); !secured)
    return base::fail(secured.error());
  if (const auto migrated = migrate(*connection); !migrated) return base::fail(migrated.error());
  return connection;
}

}  // namespace

struct Home::Parts {
  explicit Parts(LockFile owned) : lock(std::move(owned)) {}

  LockFile lock;
  Health health;
  std::unique_ptr<Checkpointer> checkpointer;
  std::unique_ptr<Writer> writer;
  std::unique_ptr<ReadPool> pool;
  std::optional<TaskReader> task_reader;
  std::optional<OrderReader> order_reader;
  std::optional<ExecutionReader> execution_reader;
};

Home::Home(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Home::~Home() = default;

base::Result<std::unique_ptr<Home>> Home::open(const HomeOptions& options) {
  configure_once();
  if (options.create) {
    if (const auto made = make_directory_of(options.path); !made) return base::fail(made.error());
  }
  base::Result<LockFile> lock = LockFile::take(options.path);
  if (!lock) return base::fail(lock.error());
  auto parts = std::make_unique<Parts>(std::move(*lock));

  base::Result<Connection> writing = open_writer(options);
  if (!writing) return base::fail(writing.error());
  // The names of a new database and its log must outlive a power loss, too.
  if (const auto synced = sync_directory(directory_of(options.path)); !synced) {
    return base::fail(synced.error());
  }
  base::Result<Connection> moving = Connection::open(options.path, Access::read_write, options.vfs);
  if (!moving) return base::fail(moving.error());
  if (const auto tuned = moving->execute(kCheckpointPragmas); !tuned) {
    return base::fail(tuned.error());
  }
  parts->checkpointer = std::make_unique<Checkpointer>(std::move(*moving), options.checkpoint_every,
                                                       parts->health, options.on_trouble);

  auto writer = Writer::open(std::move(*writing), parts->health, *parts->checkpointer);
  if (!writer) return base::fail(writer.error());
  parts->writer = std::move(*writer);
  auto pool = ReadPool::open(options.path, options.vfs, options.read_connections);
  if (!pool) return base::fail(pool.error());
  parts->pool = std::move(*pool);
  parts->task_reader.emplace(*parts->pool);
  parts->order_reader.emplace(*parts->pool);
  parts->execution_reader.emplace(*parts->pool);
  return std::unique_ptr<Home>(new Home(std::move(parts)));
}

ports::Store& Home::store() {
  return *parts_->writer;
}

ports::TaskReads& Home::task_reads() {
  return *parts_->task_reader;
}

ports::OrderReads& Home::order_reads() {
  return *parts_->order_reader;
}

ports::ExecutionReads& Home::execution_reads() {
  return *parts_->execution_reader;
}

ports::Reads Home::reads() {
  return {task_reads(), order_reads(), execution_reads()};
}

ports::Backlog& Home::backlog() {
  return *parts_->task_reader;
}

base::Result<bool> Home::checkpoint() {
  return parts_->checkpointer->checkpoint();
}

HomeStats Home::stats() const {
  return {parts_->checkpointer->log_bytes(), parts_->checkpointer->last_error()};
}

}  // namespace ordo::sqlite
