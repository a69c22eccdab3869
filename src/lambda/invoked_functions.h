// Functions of AWS Lambda as a host of tasks: each attempt is a call, with the event that SQS would
// have made of the task.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "aws/function_invoker.h"
#include "ports/function_host.h"

namespace ordo::lambda {

// As many side by side as are asked for, a thread each: a batch of a queue has ten lanes at most.
class InvokedFunctions : public ports::FunctionHost {
 public:
  // `function`: a name or an ARN. Borrowed: the invoker. A function that has not answered after
  // `timeout` has failed; its own time in Lambda must be no longer, or it still runs then.
  InvokedFunctions(aws::FunctionInvoker& invoker, std::string function, std::string region,
                   base::Millis timeout, ports::OnEnded on_ended);
  ~InvokedFunctions() override;

  void invoke(std::vector<ports::Invocation> invocations) override;
  void call(ports::FunctionCall call) override;
  [[nodiscard]] std::size_t capacity(const std::string& function) const override;
  // A call that is on its way to Lambda cannot be taken back.
  void curtail(ports::InvocationId invocation) override;
  void cancel(ports::InvocationId invocation, std::optional<domain::Sequence> task) override;

 private:
  static constexpr std::size_t kSideBySide = 10;
  void run(std::move_only_function<void()> work);

  aws::FunctionInvoker& invoker_;
  const std::string function_;
  const std::string region_;
  const base::Millis timeout_;
  const ports::OnEnded on_ended_;
  struct Running {
    std::atomic<bool> done = false;
    std::jthread thread;
  };
  std::mutex mutex_;
  std::vector<std::unique_ptr<Running>> running_;  // guarded by mutex_
};

}  // namespace ordo::lambda
