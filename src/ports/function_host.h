// Where functions run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
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

// How a call failed.
struct CallFault {
  // The function's own type of error, or one of ours: "OrderRejected", "Sandbox.Timedout".
  std::string error;
  // What a function failed with, as JSON text: {"errorMessage":…,"errorType":…,"stackTrace":[…]}.
  // Words, when the function was not reached ("Lambda.…").
  std::string cause;

  friend bool operator==(const CallFault&, const CallFault&) = default;
};
inline constexpr std::size_t kMaxCallErrorBytes = 256;
inline constexpr std::size_t kMaxCallCauseBytes = 32UL * 1024;

using CallOutcome = std::expected<std::string, CallFault>;  // compact JSON text, any value
// Any thread, never from within call() or cancel(). Must be quick; may call() and cancel().
using OnCallAnswered = std::move_only_function<void(CallOutcome)>;

// One call of a function, for a pipeline: JSON goes in, JSON or a fault comes out.
struct FunctionCall {
  InvocationId id;       // from kFirstCallId on
  std::string function;  // its configured name
  std::string payload;   // JSON text
  OnCallAnswered answer;
  // Header-safe text, the same when the call is made again after a crash; empty: one of its own.
  std::string key = {};
};
// Tasks and calls count by themselves: what is below names tasks.
inline constexpr std::uint64_t kFirstCallId = std::uint64_t{1} << 63U;
inline constexpr std::size_t kMaxCallBytes = 6UL * 1024 * 1024;  // of a payload, of an answer

// Whoever destroys it asks it for nothing any more, also not when it answers its last calls.
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

  // Any thread; returns at once. Answered exactly once, within the function's own time limit,
  // whatever the handler does: with CallFault
  //   Lambda.ResourceNotFoundException   no such function
  //   Lambda.RequestTooLargeException    the payload is over kMaxCallBytes
  //   Lambda.TooManyRequestsException    too many wait in the host
  //   Lambda.ServiceException            the host was destroyed; what became of it is not known
  //   Cancelled                          by cancel()
  // or as the function's kind says. Calls share the slots of a function with its tasks: while both
  // wait, slots that come free go to the two kinds by turns. What waits does so in the host, in
  // order, and its time has not begun; what that holds in memory is for the caller to bound.
  virtual void call(FunctionCall call) = 0;

  // Any thread; returns at once; not for calls. Nothing more of it begins: a task that runs goes on
  // to its end, and the invocation ends before the next one, which is told as
  // domain::Failure::not_begun.
  virtual void curtail(InvocationId invocation) = 0;

  // Any thread; returns at once. Asks for an early end, of a call, too; one that has ended, or is
  // not known, is no fault. With `task`: only of that task, if it is the one that runs; either way
  // nothing more begins, as after curtail(). The invocation still ends by OnEnded, and the call is
  // still answered, once nothing of it runs.
  virtual void cancel(InvocationId invocation, std::optional<domain::Sequence> task) = 0;
};

}  // namespace ordo::ports
