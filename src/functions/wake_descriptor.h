// Wakes a thread that waits for descriptors.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "base/assert.h"
#include "functions/descriptor.h"

namespace ordo::functions {

class WakeDescriptor {
 public:
  WakeDescriptor() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    ORDO_ASSERT(event_.get() >= 0);
  }
  // Any thread.
  void wake() const noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t ignored = ::write(event_.get(), &one, sizeof one);
  }
  // Readable once somebody has called wake() since the last clear().
  [[nodiscard]] int get() const noexcept { return event_.get(); }
  void clear() const noexcept {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t ignored = ::read(event_.get(), &count, sizeof count);
  }

 private:
  Descriptor event_;
};

}  // namespace ordo::functions
