#include "lambda/invoked_functions.h"

#include <utility>

#include "base/json.h"
#include "functions/lambda_answer.h"
#include "functions/lambda_event.h"

namespace ordo::lambda {
namespace {

domain::Failure failure_of(const ports::CallFault& fault) {
  domain::Failure failure{fault.error, {}};
  // Lambda had no room for it: that is no attempt.
  failure.not_begun = fault.error == "Lambda.TooManyRequestsException";
  const auto members = base::parse_json_object(fault.cause);
  failure.message = members ? std::string(base::text_of(*members, "errorMessage")) : fault.cause;
  if (failure.message.empty()) failure.message = fault.cause;
  return failure;
}

}  // namespace

InvokedFunctions::InvokedFunctions(aws::FunctionInvoker& invoker, std::string function,
                                   std::string region, base::Millis timeout,
                                   ports::OnEnded on_ended)
    : invoker_(invoker),
      function_(std::move(function)),
      region_(std::move(region)),
      timeout_(timeout),
      on_ended_(std::move(on_ended)) {}

InvokedFunctions::~InvokedFunctions() = default;

void InvokedFunctions::run(std::move_only_function<void()> work) {
  const std::lock_guard lock(mutex_);
  std::erase_if(running_, [](const auto& one) { return one->done.load(); });
  Running& one = *running_.emplace_back(std::make_unique<Running>());
  one.thread = std::jthread([&one, work = std::move(work)]() mutable {
    work();
    one.done = true;
  });
}

void InvokedFunctions::invoke(std::vector<ports::Invocation> invocations) {
  for (ports::Invocation& one : invocations) {
    run([this, invocation = std::move(one)] {
      ports::Ended ended{invocation.id, {}, std::nullopt};
      const auto answer =
          invoker_.invoke(function_, functions::lambda_event(invocation.tasks, region_), timeout_);
      if (answer) {
        functions::LambdaOutcome outcome = functions::read_response(*answer, invocation.tasks);
        ended.results = std::move(outcome.results);
        ended.failure = std::move(outcome.failure);
      } else {
        ended.failure = failure_of(answer.error());
      }
      std::vector<ports::Ended> all;
      all.push_back(std::move(ended));
      on_ended_(std::move(all));
    });
  }
}

void InvokedFunctions::call(ports::FunctionCall call) {
  run([this, call = std::move(call)]() mutable {
    call.answer(invoker_.invoke(function_, std::move(call.payload), timeout_));
  });
}

std::size_t InvokedFunctions::capacity(const std::string& /*function*/) const {
  return kSideBySide;
}

void InvokedFunctions::curtail(ports::InvocationId /*invocation*/) {}

void InvokedFunctions::cancel(ports::InvocationId /*invocation*/,
                              std::optional<domain::Sequence> /*task*/) {}

}  // namespace ordo::lambda
