#pragma once

#include <signal.h>

#include <optional>

#include "base/time.h"

namespace ordo::system {

// Takes SIGINT, SIGTERM and SIGHUP for a thread to wait on, and lets SIGPIPE and SIGXFSZ pass: a
// closed peer and a file at its size limit are errors of a write, not ends of the process. Make it
// before any thread starts: threads inherit what is blocked.
class SignalWaiter {
 public:
  SignalWaiter();
  SignalWaiter(const SignalWaiter&) = delete;
  SignalWaiter& operator=(const SignalWaiter&) = delete;

  // The number of the signal that came.
  [[nodiscard]] int wait() const;
  // Nothing when none came within `bound`.
  [[nodiscard]] std::optional<int> wait_for(base::Millis bound) const;

 private:
  sigset_t signals_;
};

}  // namespace ordo::system
