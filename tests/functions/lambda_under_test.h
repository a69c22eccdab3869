// A Lambda function with everything that it says and writes.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "functions/lambda_host.h"
#include "support/call_log.h"
#include "support/ended_log.h"
#include "system/clock.h"

namespace ordo::testing {

struct Written {
  int pid = 0;
  std::optional<std::string> task_id;
  std::string line;
};

class LambdaUnderTest {
 public:
  explicit LambdaUnderTest(functions::LambdaSpec spec) : name_(spec.name) {
    host_ = functions::make_lambda_host(
        std::move(spec), clock_, log.listener(),
        [this](const functions::OutputLine& line) { write_down(line); },
        [this](std::string_view function, std::string_view what) {
          EXPECT_EQ(function, name_);
          const std::lock_guard lock(mutex_);
          troubles_.emplace_back(what);
        });
  }

  void invoke(std::uint64_t id, std::vector<domain::Task> tasks) {
    host_->invoke(just(invocation(id, name_, std::move(tasks))));
  }
  void invoke(ports::Invocation one) { host_->invoke(just(std::move(one))); }
  void call(std::uint64_t n, std::string payload) {
    host_->call(calls.call(n, name_, std::move(payload)));
  }
  void cancel_call(std::uint64_t n) { host_->cancel(call_id(n), std::nullopt); }
  void cancel(std::uint64_t id, std::optional<domain::Sequence> task = std::nullopt) {
    host_->cancel(ports::InvocationId(id), task);
  }
  std::size_t capacity() { return host_->capacity(name_); }
  void curtail(std::uint64_t id) { host_->curtail(ports::InvocationId(id)); }
  // Ends it, processes and all.
  void stop() { host_.reset(); }

  // The first line from number `from` on that starts so; waits for it.
  Written line(std::string_view start, std::size_t from = 0) {
    std::unique_lock lock(mutex_);
    std::optional<Written> found;
    const auto there = [&] {
      for (std::size_t i = from; i < lines_.size() && !found; ++i) {
        if (lines_[i].line.starts_with(start)) found = lines_[i];
      }
      return found.has_value();
    };
    if (!changed_.wait_for(lock, std::chrono::seconds(60), there)) {
      ADD_FAILURE() << "no line starts with " << start;
      for (const Written& each : lines_) ADD_FAILURE() << each.line;
    }
    return found.value_or(Written{});
  }
  std::vector<Written> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

  // What was told of it so far.
  std::vector<std::string> troubles() {
    const std::lock_guard lock(mutex_);
    return troubles_;
  }

  EndedLog log;
  CallLog calls;

 private:
  void write_down(const functions::OutputLine& line) {
    const std::lock_guard lock(mutex_);
    std::optional<std::string> task_id;
    if (line.task_id) task_id = std::string(*line.task_id);
    lines_.push_back({line.pid, std::move(task_id), std::string(line.line)});
    changed_.notify_all();
  }

  const std::string name_;
  const system::SystemClock clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Written> lines_;
  std::vector<std::string> troubles_;
  std::unique_ptr<ports::FunctionHost> host_;  // last: it ends first
};

// Waits until a process that is not our child has ended.
inline bool eventually_gone(pid_t pid) {
  const int watched = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (watched < 0) return errno == ESRCH;
  pollfd one{watched, POLLIN, 0};
  const bool gone = ::poll(&one, 1, 60'000) == 1;
  ::close(watched);
  return gone;
}

// A function in the language of the shell.
inline functions::LambdaSpec shell_function(std::string script) {
  functions::LambdaSpec spec;
  spec.name = "resize";
  spec.command = {"sh", "-c", std::move(script)};
  return spec;
}

// The beginning of a handler: `next` waits for work and sets $id and $event; `answer` and `fail`
// end it.
inline constexpr const char* kShellRuntime = R"(
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
next() {
  event=$(curl -sSf -D "$TMP/head.$$" "$api/invocation/next") || exit 1
  id=$(sed -n 's/^lambda-runtime-aws-request-id: *\([^[:space:]]*\).*/\1/Ip' "$TMP/head.$$")
}
answer() { curl -sS -o /dev/null -d "$1" "$api/invocation/$id/response"; }
fail() { curl -sS -o /dev/null -d "$1" "$api/invocation/$id/error"; }
)";

// One that goes on after that; `directory` is for what it needs to write.
inline functions::LambdaSpec shell_handler(const std::string& script, std::string directory) {
  functions::LambdaSpec spec = shell_function(kShellRuntime + script);
  spec.environment["TMP"] = std::move(directory);
  return spec;
}

}  // namespace ordo::testing
