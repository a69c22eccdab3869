// Ends a group of processes when this program ends, however it does.
#pragma once

#include <sys/types.h>

#include "base/result.h"
#include "functions/descriptor.h"

namespace ordo::functions {

// The kernel kills a child with its parent, but not what the child has started. So a process of
// ours is one of the group: it waits for the end of a pipe that nobody but this program holds open,
// and then kills the group, itself with it.
class ProcessGuard {
 public:
  // `group` has a process of ours, which has not run a program yet.
  static base::Result<ProcessGuard> start(pid_t group);

  ProcessGuard(ProcessGuard&& other) noexcept;
  ProcessGuard& operator=(ProcessGuard&&) = delete;
  // Ends the guard, not its group.
  ~ProcessGuard();

 private:
  ProcessGuard(pid_t pid, Descriptor leash) noexcept;

  pid_t pid_;  // 0: it went elsewhere
  Descriptor leash_;
};

}  // namespace ordo::functions
