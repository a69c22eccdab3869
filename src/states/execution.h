// An execution as it stands between two steps: a tree of frames, one for the machine's own flow and
// one for each branch and iteration that runs or has left its output for the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "states/fault.h"
#include "states/scope.h"

namespace ordo::states {

using FrameId = std::uint32_t;
inline constexpr FrameId kRootFrame = 0;

// The service's limits.
inline constexpr std::uint64_t kMaxHistoryEvents = 25'000;
inline constexpr std::size_t kMaxErrorBytes = 256;
inline constexpr std::size_t kMaxCauseBytes = 32'768;
// Iterations side by side when the definition does not say how many.
inline constexpr std::uint32_t kMaxInlineIterations = 40;
inline constexpr std::uint32_t kMaxDistributedIterations = 1000;
inline constexpr std::size_t kMaxMapItems = 100'000;
// Frames of one execution, whatever its definition asks for.
inline constexpr std::size_t kMaxFrames = 200'000;
// Branches and iterations of one execution in all, whether they have begun or not: whoever keeps
// frames has room for so many ids.
inline constexpr FrameId kMaxFrameIds = (FrameId{1} << 24U) - 1;
// What an ItemReader's call may come to, and what the outputs of one state's branches or iterations
// may be together.
inline constexpr std::size_t kMaxItemsBytes = 16UL * 1024 * 1024;
// All variables that one state sees.
inline constexpr std::size_t kMaxVariableBytes = 10UL * 1024 * 1024;
// All that an execution holds at once, as compact JSON.
inline constexpr std::size_t kMaxExecutionBytes = 128UL * 1024 * 1024;
// Events that are not in the history: an iteration of a distributed Map may have as many as a
// history has, and all of them together so many.
inline constexpr std::uint64_t kMaxUnrecordedEvents = 25'000'000;

enum class Phase : std::uint8_t {
  entering,   // its state is to be entered
  resuming,   // its state is to be done again, without being entered anew
  leaving,    // the state's work is done
  waiting,    // for a moment: Wait
  calling,    // for the outcome of a Task; of a Map: for its ItemReader or its ResultWriter
  pausing,    // for the moment of a retry
  branching,  // for its branches or iterations
  done,       // its output waits for the others
  failed,     // it failed, and nobody caught it
  aborted,    // it was under way when others failed, or when the execution was stopped
};

// What a frame in the phase calling waits for.
struct Call {
  enum class Purpose : std::uint8_t { task, read, write };
  Purpose purpose = Purpose::task;
  std::string token;  // whoever tells the outcome shows it
  std::string parameters;
  std::optional<base::WallTime> deadline;
  std::optional<base::Millis> heartbeat;
  std::optional<base::WallTime> heartbeat_due;
  bool told = false;       // that it was submitted is in the history
  bool submitted = false;  // what it has begun is under way, and somebody will tell

  [[nodiscard]] std::optional<base::WallTime> next_limit() const;
};

// What a frame in the phase branching has under it. Its children's frames have the ids from `first`
// on, in the order of their branches or items; those that have not begun have no frame.
struct Children {
  FrameId first = 0;
  std::uint32_t total = 0;
  std::uint32_t at_once = 0;
  std::uint32_t tolerated = 0;  // so many may fail
  Json input;                   // of the branches; of a Map, what ItemSelector sees
  Json items;                   // of a Map
  std::string run;              // of a distributed Map: its ARN

  // Counted anew from the frames when an execution is loaded.
  std::uint32_t begun = 0;
  std::uint32_t running = 0;
  std::uint32_t failed = 0;
  std::size_t kept_bytes = 0;  // of the outputs of those that are done
};

struct Frame {
  FrameId id = kRootFrame;
  FrameId parent = kRootFrame;
  std::uint32_t index = 0;  // which branch or item of its parent
  bool silent = false;      // what it does is not in the history
  std::string state;
  Phase phase = Phase::entering;
  Json input;   // the state's, as it was entered; of a frame that is done: its output
  Json result;  // in the phase leaving
  Variables variables;
  std::uint64_t last_event = 0;     // what its next event follows
  std::uint64_t entered_event = 0;  // of the state
  base::WallTime entered_at;
  std::uint32_t retries = 0;
  std::vector<std::uint32_t> attempts;  // by retrier
  std::optional<base::WallTime> wake;   // in the phases waiting and pausing
  std::optional<Call> call;
  std::optional<Children> children;
  Fault fault;  // in the phase failed
  // Events of its own, and of what has been under it, that are not in the history.
  std::uint64_t unrecorded = 0;
  std::uint64_t turn = 0;  // its place among those that are ready

  // Made anew when an execution is loaded.
  std::optional<base::WallTime> timer = {};  // what Execution::timers holds of it
  std::size_t bytes = 0;                     // what Execution::bytes holds of it

  [[nodiscard]] std::size_t weight() const;
};

struct Identity {
  std::string execution_id;  // as the Context object shows it
  std::string execution_name;
  std::string machine_id;
  std::string machine_name;
  std::string role;
  std::string token_root;  // what the tokens of its tasks begin with
  base::WallTime started_at;
  std::uint32_t redrives = 0;
  std::optional<base::WallTime> redriven_at;
};

enum class Status : std::uint8_t { running, succeeded, failed, timed_out, stopped };
inline constexpr std::size_t kStatuses = 5;
[[nodiscard]] std::string_view status_name(Status status) noexcept;  // "timed_out"

struct Execution {
  Identity identity;
  Json input;
  Status status = Status::running;
  std::map<FrameId, Frame> frames;
  FrameId next_frame = 1;
  std::uint64_t next_event = 1;
  std::optional<base::WallTime> deadline;

  // Made anew from the frames when an execution is loaded.
  std::deque<FrameId> ready;
  std::set<std::pair<base::WallTime, FrameId>> timers;
  std::uint64_t next_turn = 1;
  std::uint64_t unrecorded = 0;  // of all frames
  std::size_t bytes = 0;         // of all frames, as they were last weighed

  // When time alone makes it go on.
  [[nodiscard]] std::optional<base::WallTime> wake() const;
};

// Frames as text, to be kept; and back. `internal` when the text is not of frame_text().
[[nodiscard]] std::string frame_text(const Frame& frame);
base::Result<void> restore_frame(Execution& execution, FrameId id, std::string_view text);
// Once all its frames are there.
void restore_counts(Execution& execution);

}  // namespace ordo::states
