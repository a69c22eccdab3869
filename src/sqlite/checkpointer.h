// Moves committed pages from the write-ahead log into the database file, away from the writer.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.h"
#include "base/time.h"
#include "ports/trouble.h"
#include "sqlite/connection.h"
#include "sqlite/health.h"

namespace ordo::sqlite {

// Over this the writer lends a hand between two batches: only when nothing is written can the log
// be emptied into the file, and only then does it start again from its beginning.
inline constexpr std::uint64_t kMaxLogBytes = 64UL * 1024 * 1024;
// How much the log grows before the writer tries again, when a long read kept it from starting
// over.
inline constexpr std::uint64_t kLogRetryBytes = 16UL * 1024 * 1024;

class Checkpointer {
 public:
  // Borrows `health`. `on_trouble` hears of "checkpoint".
  Checkpointer(Connection connection, base::Millis every, Health& health,
               ports::OnTrouble on_trouble);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // The writer's thread, after each commit: the log holds `log_bytes`.
  void committed(std::uint64_t log_bytes);

  // Any thread. One PASSIVE checkpoint, now: it waits for nobody and nobody for it. True: all of
  // the log is in the file.
  base::Result<bool> checkpoint();

  // Why the last checkpoint failed; empty after one that did not.
  [[nodiscard]] std::string last_error() const;
  [[nodiscard]] std::uint64_t log_bytes() const;

 private:
  enum class Moved : std::uint8_t { nothing, part, all };
  base::Result<Moved> move_log();
  void run(const std::stop_token& stop);

  Health& health_;
  const base::Millis every_;
  const ports::OnTrouble on_trouble_;
  std::mutex connection_mutex_;
  Connection connection_;                           // guarded by connection_mutex_
  std::uint64_t writer_helps_over_ = kMaxLogBytes;  // the writer's thread only

  mutable std::mutex mutex_;
  std::condition_variable_any arrived_;
  // Guarded by mutex_.
  bool dirty_ = false;
  std::uint64_t log_bytes_ = 0;
  std::string last_error_;
  bool failing_ = false;

  std::jthread thread_;
};

}  // namespace ordo::sqlite
