// Whether durability can still be trusted. After one failed sync it cannot: the kernel may have
// dropped the dirty pages, and a later sync that succeeds would prove nothing.
#pragma once

#include <mutex>
#include <optional>

#include "base/result.h"

namespace ordo::sqlite {

// Any thread. Shared by all that write to one database.
class Health {
 public:
  // Keeps the first `fatal` error for good; others change nothing.
  void note(const base::Error& error) {
    if (error.code != base::ErrorCode::fatal) return;
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = error;
  }

  [[nodiscard]] base::Result<void> check() const {
    const std::lock_guard lock(mutex_);
    if (failure_) return base::fail(*failure_);
    return {};
  }

 private:
  mutable std::mutex mutex_;
  std::optional<base::Error> failure_;
};

}  // namespace ordo::sqlite
