// Where functions run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/strong.h"
#include "base/time.h"
#include "domain/attempt.h"
#include "domain/task.h"

namespace ordo::ports {

// Names one running invocation; never used again while the process lives.
using InvocationId = base::Strong<struct InvocationIdTag, std::uint64_t>;

// One call of a function, for tasks of one lane, in their order (mostly one).
struct Invocation {
  InvocationId id;
  std::string function;             // its configured name
  std::vector<domain::Task> tasks;  // as they are now: `attempts` counts this attempt, too
  // Several tasks are several calls, one after the other while each succeeds, rather than one call
  // for all; how it goes may be told as it goes.
  bool one_by_one = false;
};

// How an invocation ended: its next tasks succeeded, in their order; the one after them failed, and
// the rest did not run (or are to run again).
struct Ended {
  InvocationId id;
  std::vector<std::optional<std::string>> results;  // of those that succeeded: JSON objects, if any
  std::optional<domain::Failure> failure;           // engaged unless all have succeeded
  bool more = false;                                // it goes on: this is how far it has come
};

// Any thread, never from within invoke(), curtail() or cancel(). Must be quick. Also called, with
// nothing, when a function's capacity has grown.
using OnEnded = std::function<void(std::vector<Ended>)>;

class FunctionHost {
 public:
  virtual ~FunctionHost() = default;

  // Any thread; returns at once. Each invocation ends exactly once, by OnEnded: within the
  // function's own time limit, whatever the handler does. A function that is not known fails its
  // invocations (permanent). The host bounds how many of them run side by side; the rest wait, and
  // their time has not begun.
  virtual void invoke(std::vector<Invocation> invocations) = 0;

  // Any thread. How many invocations of the function run side by side just now; more of them wait
  // in the host, which their caller should not let happen: what waits has begun by the caller's
  // books.
  [[nodiscard]] virtual std::size_t capacity(const std::string& function) const = 0;

  // Any thread; returns at once. Nothing more of it begins: a task that runs goes on to its end,
  // and the invocation ends before the next one, which is told as domain::Failure::not_begun.
  virtual void curtail(InvocationId invocation) = 0;

  // Any thread; returns at once. Asks for an early end; one that has ended, or is not known, is no
  // fault. With `task`: only of that task, if it is the one that runs; either way nothing more
  // begins, as after curtail(). The invocation still ends by OnEnded, once nothing of it runs.
  virtual void cancel(InvocationId invocation, std::optional<domain::Sequence> task) = 0;
};

}  // namespace ordo::ports
