// The embedded home: one SQLite file, one process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "ports/backlog.h"
#include "ports/reads.h"
#include "ports/store.h"
#include "ports/trouble.h"
#include "sqlite/maintenance.h"  // IWYU pragma: export

namespace ordo::sqlite {

struct HomeOptions {
  std::string path = {};  // the database file, e.g. ordo-data/ordo.db; its directory is created
  std::size_t read_connections = 4;
  base::Millis checkpoint_every{200};
  // How long a start waits for others who still read what is in the log.
  base::Millis wait_for_readers{10'000};
  // Hears of "checkpoint", on the thread that made it.
  ports::OnTrouble on_trouble = {};
  std::string vfs = {};  // tests name their own
  bool create = true;
};

struct HomeStats {
  std::uint64_t log_bytes = 0;   // committed, but not yet known to be in the database file
  std::string checkpoint_error;  // why the last attempt to move them failed; empty: it did not
};

// Owns the lock file, the writer, the readers and the checkpoint thread.
class Home {
 public:
  // `conflict`, naming the pid, when another process (or another Home) has the database;
  // `invalid` when the file is not ours or is newer than this program.
  static base::Result<std::unique_ptr<Home>> open(const HomeOptions& options);
  ~Home();
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

  [[nodiscard]] ports::Store& store();
  [[nodiscard]] ports::TaskReads& task_reads();
  [[nodiscard]] ports::OrderReads& order_reads();
  [[nodiscard]] ports::ExecutionReads& execution_reads();
  [[nodiscard]] ports::Reads reads();  // all of them
  [[nodiscard]] ports::Backlog& backlog();

  // Any thread. Moves what the log holds into the database file, as the checkpoint thread does by
  // itself. True: all of it is there.
  base::Result<bool> checkpoint();
  [[nodiscard]] HomeStats stats() const;

 private:
  struct Parts;
  explicit Home(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace ordo::sqlite
