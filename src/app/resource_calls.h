// Where the calls of state machines go.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "domain/ids.h"
#include "states/fault.h"
#include "states/resource.h"

namespace ordo::app {

// One call of a Task state. What it points to outlives it.
struct ResourceCall {
  domain::ExecutionId execution;
  std::string token;  // the same one when the call is made again after a crash
  const states::Resource* resource = nullptr;
  std::string parameters;  // JSON
};

struct CallDone {
  std::string output;  // JSON
};
struct CallNotDone {
  states::Fault fault;
  bool not_started = false;
};
// It is under way; its end is told by the token, or by the same answer again.
struct CallUnderWay {
  std::string output;  // JSON
};
using ResourceOutcome = std::variant<CallDone, CallNotDone, CallUnderWay>;
// Any thread, never from within call(). Once, or, after CallUnderWay, once more.
using OnResourceOutcome = std::function<void(ResourceOutcome)>;

class ResourceCalls {
 public:
  virtual ~ResourceCalls() = default;

  // Any thread; returns at once.
  virtual void call(ResourceCall call, OnResourceOutcome answer) = 0;
  // Any thread; returns at once. Nobody waits any more for what was called so, or was begun by such
  // a call; it may still be answered.
  virtual void give_up(const std::string& token) = 0;
};

}  // namespace ordo::app
