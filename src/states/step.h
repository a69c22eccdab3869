// One step of an execution: what has happened goes in, what follows comes out. No I/O, no clock.
//
// A step goes as far as it can without the world: through Pass and Choice, into branches, up to
// calls and waits. What it comes to is to be made durable together, and only then to be done.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "states/execution.h"
#include "states/history.h"
#include "states/machine.h"

namespace ordo::states {

// It begins.
struct Begin {};
// A step was cut short (Effects::more), or an execution was loaded: go on.
struct GoOn {};
// The moment of a wait, a retry or a time limit may have come.
struct TimePassed {};
// What a call came to. Nothing happens when that call is not waited for any more.
struct CallSucceeded {
  FrameId frame = 0;
  std::string token;
  std::string output;  // JSON
};
struct CallFailed {
  FrameId frame = 0;
  std::string token;
  Fault fault;
  bool not_started = false;  // there was nothing that could be called
};
// What it has begun is under way (".sync", ".waitForTaskToken").
struct CallSubmitted {
  FrameId frame = 0;
  std::string token;
  std::string output;  // JSON
};
struct CallIsAlive {
  FrameId frame = 0;
  std::string token;
};
struct StopAsked {
  Fault fault;
};
// One that did not succeed goes on from where it failed.
struct RedriveAsked {};
using Event = std::variant<Begin, GoOn, TimePassed, CallSucceeded, CallFailed, CallSubmitted,
                           CallIsAlive, StopAsked, RedriveAsked>;

// Something is to be called.
struct CallWanted {
  FrameId frame = 0;
  std::string token;
  const Resource* resource = nullptr;  // of the machine
  std::string parameters;              // JSON
};

struct Ending {
  Status status = Status::succeeded;
  std::string output;  // JSON, when it has succeeded
  Fault fault;
};

struct Effects {
  bool taken =
      true;  // false: the event was for a call that is not waited for, and nothing happened
  History history;
  std::vector<FrameId> changed;  // to be kept, each once
  std::vector<FrameId> removed;
  std::vector<CallWanted> calls;
  std::vector<std::string> given_up;  // the tokens of calls whose outcome matters no more
  // The first that failed of each distributed Map, whose iterations the history does not tell.
  struct FailedItem {
    std::string state;
    std::uint32_t index = 0;
    Fault fault;
  };
  std::vector<FailedItem> failed_items;
  std::optional<Ending> ending;
  bool more = false;  // it went far enough for once: GoOn makes it go on
};

struct Step {
  Execution execution;
  Effects effects;
};

// So many states at most are entered or left before a step is cut short.
inline constexpr std::size_t kLongestStep = 512;
// Or so many bytes are told in the history.
inline constexpr std::size_t kLongestStepBytes = 8UL * 1024 * 1024;
// Where everything is, for the events that name it.
inline constexpr char kRegion[] = "local";

struct Moment {
  base::WallTime now;
  const Entropy& entropy;
};

[[nodiscard]] Step step(const Machine& machine, Execution execution, const Event& event,
                        const Moment& moment);

// A new one, for Begin.
[[nodiscard]] Execution new_execution(const Machine& machine, Identity identity, Json input);

// What an execution that was loaded waits for: to be called again, with the same tokens. Not what
// somebody else will tell the end of.
[[nodiscard]] std::vector<CallWanted> open_calls(const Machine& machine,
                                                 const Execution& execution);

}  // namespace ordo::states
