#include "sqlite/checkpointer.h"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "sqlite/errors.h"

namespace ordo::sqlite {
namespace {

// After a failure, or while a long read pins the log.
constexpr base::Millis kRetryPause{1000};

}  // namespace

Checkpointer::Checkpointer(Connection connection, base::Millis every, Health& health,
                           ports::OnTrouble on_trouble)
    : health_(health),
      every_(every),
      on_trouble_(std::move(on_trouble)),
      connection_(std::move(connection)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Checkpointer::~Checkpointer() {
  thread_.request_stop();
  thread_.join();
  // The last connection to close empties the log; after a failed sync the log is all we have.
  if (!health_.check()) connection_.keep_log_on_close();
}

void Checkpointer::committed(std::uint64_t log_bytes) {
  {
    const std::lock_guard lock(mutex_);
    log_bytes_ = log_bytes;
    if (!std::exchange(dirty_, true)) arrived_.notify_one();
  }
  if (log_bytes < kMaxLogBytes) {
    writer_helps_over_ = kMaxLogBytes;
  } else if (log_bytes > writer_helps_over_) {
    writer_helps_over_ = log_bytes + kLogRetryBytes;
    // Its error is kept by checkpoint() itself.
    static_cast<void>(checkpoint());
  }
}

base::Result<bool> Checkpointer::checkpoint() {
  base::Result<Moved> moved = move_log();
  // Somebody was in the way, which tells nothing of the disk.
  if (moved && *moved == Moved::nothing) return false;
  const bool failing = !moved;
  bool turned = false;
  {
    const std::lock_guard lock(mutex_);
    last_error_ = moved ? "" : moved.error().message;
    turned = std::exchange(failing_, failing) != failing;
  }
  if (turned && on_trouble_) on_trouble_("checkpoint", moved ? nullptr : &moved.error());
  if (!moved) return base::fail(std::move(moved.error()));
  return *moved == Moved::all;
}

base::Result<Checkpointer::Moved> Checkpointer::move_log() {
  const std::lock_guard lock(connection_mutex_);
  int frames = 0;
  int moved = 0;
  const int code = sqlite3_wal_checkpoint_v2(connection_.handle(), "main",
                                             SQLITE_CHECKPOINT_PASSIVE, &frames, &moved);
  if (code == SQLITE_BUSY) return Moved::nothing;
  if (code == SQLITE_OK) return moved >= frames ? Moved::all : Moved::part;
  base::Error error = error_of(connection_.handle(), code, "move the log into the database");
  health_.note(error);
  return base::fail(std::move(error));
}

void Checkpointer::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (arrived_.wait(lock, stop, [this] { return dirty_; })) {
    // Never satisfied: only a stop ends the pause early.
    arrived_.wait_for(lock, stop, every_, [] { return false; });
    if (stop.stop_requested()) return;
    dirty_ = false;
    lock.unlock();
    const base::Result<bool> done = checkpoint();
    lock.lock();
    if (done && *done) continue;
    if (!done && done.error().code == base::ErrorCode::fatal) return;
    arrived_.wait_for(lock, stop, std::max(every_, kRetryPause), [] { return false; });
    dirty_ = true;
  }
}

std::string Checkpointer::last_error() const {
  const std::lock_guard lock(mutex_);
  return last_error_;
}

std::uint64_t Checkpointer::log_bytes() const {
  const std::lock_guard lock(mutex_);
  return log_bytes_;
}

}  // namespace ordo::sqlite
