#include "net/stream.h"

#include <utility>

#include "net/outbox.h"

namespace ordo::net {

Stream::~Stream() = default;

bool Stream::write(std::string_view bytes) {
  std::unique_lock lock(mutex_);
  if (ended_ || finished_ || overrun_) return false;
  if (waiting_.size() + unsent_ + bytes.size() > kMaxWaitingBytes) {
    overrun_ = true;
    waiting_ = {};
    stir(std::move(lock));
    return false;
  }
  if (bytes.empty()) return true;
  waiting_ += bytes;
  stir(std::move(lock));
  return true;
}

void Stream::finish() {
  std::unique_lock lock(mutex_);
  if (ended_ || std::exchange(finished_, true)) return;
  stir(std::move(lock));
}

// Tells the connection once for all that gathers until it comes.
void Stream::stir(std::unique_lock<std::mutex> lock) {
  if (outbox_ == nullptr || std::exchange(stirred_, true)) return;
  const std::shared_ptr<Outbox> outbox = outbox_;
  const std::uint64_t session = session_;
  lock.unlock();
  outbox->stir(session);
}

bool Stream::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

void Stream::on_end(std::move_only_function<void()> told) {
  {
    const std::lock_guard lock(mutex_);
    if (!ended_) {
      told_ = std::move(told);
      return;
    }
  }
  told();
}

void Stream::attach(std::shared_ptr<Outbox> outbox, std::uint64_t session) {
  const std::lock_guard lock(mutex_);
  outbox_ = std::move(outbox);
  session_ = session;
}

Stream::Taken Stream::take() {
  const std::lock_guard lock(mutex_);
  stirred_ = false;
  unsent_ = 0;
  return {std::exchange(waiting_, {}), finished_, overrun_};
}

Stream::Held Stream::hold_back(std::size_t unsent) {
  const std::lock_guard lock(mutex_);
  stirred_ = false;
  unsent_ = unsent;
  return {unsent + waiting_.size(), overrun_};
}

void Stream::end() {
  std::move_only_function<void()> told;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(ended_, true)) return;
    outbox_ = nullptr;
    waiting_ = {};
    told = std::exchange(told_, {});
  }
  if (told) told();
}

}  // namespace ordo::net
