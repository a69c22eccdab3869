// One place of a function's pool: a process, the next one once that has ended, and so on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "functions/answered_call.h"
#include "functions/lambda_environment.h"
#include "functions/lambda_host.h"
#include "functions/lambda_spec.h"
#include "functions/process_child.h"
#include "functions/process_output.h"
#include "functions/runtime_api.h"
#include "functions/waiting_work.h"
#include "ports/clock.h"
#include "ports/function_host.h"

namespace ordo::functions {

// An end that the function has no say in, as tasks and as calls are told of it.
struct EarlyEnd {
  domain::Failure failure;
  ports::CallFault fault;
};

// What the places of a pool share and report to. All of it is the host's thread's, but for
// `on_call`.
struct LambdaPool {
  const LambdaSpec& spec;
  const Environment& inherited;
  const ports::Clock& clock;
  const OnOutput& on_output;
  const OnFunctionTrouble& on_trouble;
  // What the process `token` says; on the thread of its API.
  std::function<void(std::uint64_t token, RuntimeCall call)> on_call;
  std::vector<ports::Ended> ended;             // to be told
  std::vector<AnsweredCall> answered;          // likewise
  std::vector<domain::Failure> failed_starts;  // since somebody looked
  std::vector<ports::Invocation> unfinished;   // the rest of those that go on one by one
  base::MonoTime failed_starts_told_until{};   // those before it are not told
  bool came_up = false;                        // a process asked for its first invocation
  std::uint64_t last_token = 0;
  std::uint64_t last_request = 0;
};

// The host's thread only, which must outlive the processes.
class LambdaSlot {
 public:
  LambdaSlot(LambdaPool& pool, std::size_t number) : pool_(pool), number_(number) {}

  // Does what is due.
  void tick();
  // When something will be due; nothing: only on an event.
  [[nodiscard]] std::optional<base::MonoTime> due() const noexcept { return due_; }

  // Whether it may be given work. A process that has hung up on its question must ask again.
  [[nodiscard]] bool is_idle();
  // Whether its process got ready and has not been told to end.
  [[nodiscard]] bool is_up() const noexcept {
    return phase_ == Phase::idle || phase_ == Phase::busy || phase_ == Phase::resting;
  }
  [[nodiscard]] bool is_down() const noexcept { return phase_ == Phase::down; }
  [[nodiscard]] std::uint64_t token() const noexcept { return token_; }
  // To be watched for reading; -1: nothing to watch.
  [[nodiscard]] int exit_descriptor() const noexcept;
  [[nodiscard]] int output_descriptor() const noexcept;

  void give(Work work);  // only while it is idle
  void on_call(RuntimeCall call);
  void on_output_ready();
  void on_exit();
  // Only while it does `task`, if one is given; false: it does not run that one.
  bool cancel(ports::InvocationId id, std::optional<domain::Sequence> task);
  // It ends after this call. False: it does not run that one.
  bool curtail(ports::InvocationId id);
  // For good: its process is told to end, and there will be no other.
  void stop();

 private:
  enum class Phase : std::uint8_t {
    down,      // no process; the next one starts when it is due
    starting,  // it has not asked for work yet
    idle,      // it waits for work
    busy,      // it works
    resting,   // it has answered, or hung up, and not yet asked for more
    ending,    // it is to end
  };

  void start();
  void fail_start(domain::Failure failure);
  void end_early(EarlyEnd reason);
  void come_down(bool pause);
  void terminate();
  void report(std::string_view what) const;
  void end_running(std::vector<std::optional<std::string>> results,
                   std::optional<domain::Failure> failure);
  void end_call(ports::CallOutcome outcome);
  void fail_running(EarlyEnd end);
  void take_response(std::string_view body);
  void go_on(std::vector<std::optional<std::string>> results);
  void on_next(RuntimeCall call);
  void on_answer(RuntimeCall call);
  void on_init_error(RuntimeCall call);
  bool read_output();
  void on_line(std::string_view line);
  void set_due(base::Millis after);

  LambdaPool& pool_;
  const std::size_t number_;

  Phase phase_ = Phase::down;
  std::optional<base::MonoTime> due_ = pool_.clock.mono();
  base::Millis backoff_{0};
  bool stopping_ = false;

  std::uint64_t token_ = 0;
  std::unique_ptr<RuntimeApi> api_;
  std::optional<ProcessChild> child_;
  bool output_ended_ = false;
  LineCutter lines_;
  std::string last_line_;
  net::Reply next_;                           // while idle
  std::shared_ptr<const net::Caller> asker_;  // whoever next_ is for
  std::optional<Work> running_;
  bool curtailed_ = false;  // the one that runs
  std::string request_id_;  // of the last invocation
  // Why the process was told to end: what its invocation, or its start, fails with.
  std::optional<EarlyEnd> reason_;
  bool ready_ = false;  // it has asked for work
};

}  // namespace ordo::functions
