#include "system/scheduling.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace ordo::system {
namespace {

// As sched_setattr(2) wants it; glibc 2.36 has no declaration.
struct SchedAttributes {
  std::uint32_t size = sizeof(SchedAttributes);
  std::uint32_t policy = 0;  // SCHED_OTHER
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = 0;  // under SCHED_OTHER: the length of a turn
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
};

constexpr std::uint64_t kShortTurnNs = 100'000;  // the shortest that the kernel grants

}  // namespace

void ask_for_short_turns() noexcept {
  SchedAttributes attributes;
  // The nice value is set by the same call: it must stay what it was.
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  if (attributes.policy != 0) return;  // somebody chose another class for us
  attributes.runtime_ns = kShortTurnNs;
  (void)syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace ordo::system
