#include "functions/lambda_slot.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/assert.h"
#include "base/text.h"
#include "base/uuid.h"
#include "functions/call_faults.h"
#include "functions/failures.h"
#include "functions/lambda_answer.h"
#include "functions/lambda_event.h"

namespace ordo::functions {
namespace {

// Of one process's output at a time, so that none can keep the others from their turn. More than a
// pipe holds.
constexpr int kReadsInARow = 8;
constexpr std::size_t kReadBytes = 16UL * 1024;
constexpr int kLastRounds = 16;
constexpr std::size_t kMaxLastWords = 300;
static_assert(kMaxLambdaAnswerBytes == ports::kMaxCallBytes);

// Those of this call.
std::span<const domain::Task> tasks_of(const ports::Invocation& invocation) {
  const std::span<const domain::Task> all(invocation.tasks);
  return invocation.one_by_one ? all.first(1) : all;
}

void put_event(net::Response& response, const ports::Invocation& invocation,
               const std::string& region) {
  if (std::string trace = xray_trace_id(invocation.tasks.front().traceparent); !trace.empty()) {
    response.headers.add("Lambda-Runtime-Trace-Id", std::move(trace));
  }
  response.body = lambda_event(tasks_of(invocation), region);
}

// The payload is needed no more.
void put_event(net::Response& response, ports::FunctionCall& call, const std::string& /*region*/) {
  response.body = std::move(call.payload);
}

net::Response event_response(const LambdaSpec& spec, Work& work, const std::string& request_id,
                             base::WallTime deadline) {
  net::Response response;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Lambda-Runtime-Aws-Request-Id", request_id);
  response.headers.add("Lambda-Runtime-Deadline-Ms", std::to_string(deadline.ms()));
  response.headers.add("Lambda-Runtime-Invoked-Function-Arn", lambda_arn(spec.region, spec.name));
  std::visit([&](auto& one) { put_event(response, one, spec.region); }, work);
  return response;
}

EarlyEnd init_failed(std::string why) {
  domain::Failure failure{"InitError", std::move(why)};
  ports::CallFault fault = call_fault(failure);
  return {std::move(failure), std::move(fault)};
}

}  // namespace

void LambdaSlot::set_due(base::Millis after) {
  due_ = pool_.clock.mono() + after;
}

void LambdaSlot::tick() {
  if (!due_ || pool_.clock.mono() < *due_) return;
  const LambdaSpec& spec = pool_.spec;
  due_.reset();
  switch (phase_) {
    case Phase::down:
      return start();
    case Phase::starting:
      return end_early(init_failed(
          fmt::format("it did not ask for an invocation within {} ms", spec.init_timeout.count())));
    case Phase::busy:
      end_early(
          {{"Timeout", fmt::format("the function took longer than {} ms", spec.timeout.count())},
           call_timed_out(request_id_, spec.timeout)});
      return report(
          fmt::format("process {} is ended: {}", child_->pid(), reason_->failure.message));
    case Phase::resting:
      report(fmt::format("process {} is ended: it has not asked for more within {} ms",
                         child_->pid(), spec.init_timeout.count()));
      return terminate();
    case Phase::ending:
      return child_->signal(SIGKILL);
    case Phase::idle:
      return;
  }
}

void LambdaSlot::start() {
  token_ = ++pool_.last_token;
  ready_ = false;
  output_ended_ = false;
  last_line_.clear();
  request_id_.clear();
  auto api = RuntimeApi::start(
      std::max(pool_.spec.timeout, pool_.spec.init_timeout),
      [token = token_, &pool = pool_](RuntimeCall call) { pool.on_call(token, std::move(call)); });
  if (!api) return fail_start({"InitError", api.error().message});
  api_ = std::move(*api);
  const LambdaSpec& spec = pool_.spec;
  auto child = ProcessChild::start(
      {spec.command, lambda_environment(spec, pool_.inherited, api_->authority(), number_),
       spec.task_root, spec.memory_mb});
  if (!child) return fail_start({"InitError", child.error().message});
  child_.emplace(std::move(*child));
  phase_ = Phase::starting;
  set_due(spec.init_timeout);
}

void LambdaSlot::fail_start(domain::Failure failure) {
  // Of many processes that fail alike, one is told a pause.
  const base::MonoTime now = pool_.clock.mono();
  if (now >= pool_.failed_starts_told_until) {
    pool_.failed_starts_told_until = now + std::max(backoff_, kFirstPause);
    report(fmt::format("a process cannot start: {}", failure.message));
  }
  pool_.failed_starts.push_back(std::move(failure));
  come_down(true);
}

void LambdaSlot::report(std::string_view what) const {
  if (pool_.on_trouble) pool_.on_trouble(pool_.spec.name, what);
}

void LambdaSlot::come_down(bool pause) {
  next_ = nullptr;
  api_.reset();
  child_.reset();
  reason_.reset();
  phase_ = Phase::down;
  due_.reset();
  if (stopping_) return;
  set_due(pause ? std::max(backoff_, kFirstPause) : base::Millis(0));
  if (pause) backoff_ = std::min(2 * std::max(backoff_, kFirstPause), kLongestPause);
}

void LambdaSlot::end_early(EarlyEnd reason) {
  reason_ = std::move(reason);
  terminate();
}

void LambdaSlot::terminate() {
  child_->signal(SIGTERM);
  phase_ = Phase::ending;
  next_ = nullptr;
  set_due(kTermGrace);
}

void LambdaSlot::stop() {
  stopping_ = true;
  if (phase_ == Phase::down) {
    due_.reset();
    return;
  }
  if (!reason_) reason_ = EarlyEnd{stopped(), call_stopped()};
  if (phase_ != Phase::ending) terminate();
}

bool LambdaSlot::cancel(ports::InvocationId id, std::optional<domain::Sequence> task) {
  if (!running_ || id_of(*running_) != id) return false;
  const auto* const invocation = std::get_if<ports::Invocation>(&*running_);
  if (task && (invocation == nullptr || invocation->tasks.front().sequence != *task)) {
    return curtail(id);
  }
  if (phase_ == Phase::busy) end_early({cancelled(), call_cancelled()});
  return true;
}

bool LambdaSlot::curtail(ports::InvocationId id) {
  if (!running_ || id_of(*running_) != id) return false;
  curtailed_ = true;
  return true;
}

bool LambdaSlot::is_idle() {
  if (phase_ == Phase::idle && asker_ && asker_->gone()) {
    answer_bad_state(std::exchange(next_, nullptr));
    phase_ = Phase::resting;
    set_due(pool_.spec.init_timeout);
  }
  return phase_ == Phase::idle;
}

void LambdaSlot::give(Work work) {
  ORDO_ASSERT(phase_ == Phase::idle);
  const base::WallTime now = pool_.clock.wall();
  request_id_ = base::uuid_v7(now, token_, ++pool_.last_request);
  std::exchange(next_, nullptr)([response = event_response(pool_.spec, work, request_id_,
                                                           now + pool_.spec.timeout)]() mutable {
    return std::move(response);
  });
  running_ = std::move(work);
  curtailed_ = false;
  phase_ = Phase::busy;
  set_due(pool_.spec.timeout);
}

void LambdaSlot::end_running(std::vector<std::optional<std::string>> results,
                             std::optional<domain::Failure> failure) {
  pool_.ended.push_back({id_of(*running_), std::move(results), std::move(failure)});
  running_.reset();
}

void LambdaSlot::end_call(ports::CallOutcome outcome) {
  auto& call = std::get<ports::FunctionCall>(*running_);
  pool_.answered.push_back({std::move(call.answer), std::move(outcome)});
  running_.reset();
}

void LambdaSlot::fail_running(EarlyEnd end) {
  if (std::holds_alternative<ports::FunctionCall>(*running_)) {
    end_call(std::unexpected(std::move(end.fault)));
  } else {
    end_running({}, std::move(end.failure));
  }
}

void LambdaSlot::take_response(std::string_view body) {
  const auto* const invocation = std::get_if<ports::Invocation>(&*running_);
  if (invocation == nullptr) return end_call(read_call_response(body));
  LambdaOutcome outcome = read_response(body, tasks_of(*invocation));
  if (invocation->one_by_one && invocation->tasks.size() > 1 && !outcome.failure) {
    go_on(std::move(outcome.results));
  } else {
    end_running(std::move(outcome.results), std::move(outcome.failure));
  }
}

// The next task is for whichever process is idle first: this one may be about to end.
void LambdaSlot::go_on(std::vector<std::optional<std::string>> results) {
  if (curtailed_) return end_running(std::move(results), not_begun());
  auto& invocation = std::get<ports::Invocation>(*running_);
  pool_.ended.push_back({invocation.id, std::move(results), {}, true});
  invocation.tasks.erase(invocation.tasks.begin());
  pool_.unfinished.push_back(std::move(invocation));
  running_.reset();
}

void LambdaSlot::on_call(RuntimeCall call) {
  switch (call.kind) {
    case RuntimeCall::Kind::next:
      return on_next(std::move(call));
    case RuntimeCall::Kind::init_error:
      return on_init_error(std::move(call));
    case RuntimeCall::Kind::response:
    case RuntimeCall::Kind::error:
    case RuntimeCall::Kind::too_large:
      return on_answer(std::move(call));
  }
}

void LambdaSlot::on_next(RuntimeCall call) {
  if (phase_ == Phase::busy || phase_ == Phase::ending) {
    return answer_bad_state(std::move(call.reply));
  }
  // A second call takes the place of one whose connection may be gone.
  if (next_) answer_bad_state(std::exchange(next_, nullptr));
  next_ = std::move(call.reply);
  asker_ = std::move(call.caller);
  phase_ = Phase::idle;
  due_.reset();
  pool_.came_up = pool_.came_up || !std::exchange(ready_, true);
}

void LambdaSlot::on_answer(RuntimeCall call) {
  const bool known = !request_id_.empty() && call.request_id == request_id_;
  if (!known || phase_ != Phase::busy) {
    if (!call.reply) return;
    return known ? answer_bad_state(std::move(call.reply)) : answer_bad_id(std::move(call.reply));
  }
  if (call.reply) answer_ok(std::move(call.reply));
  // What it wrote before it answered belongs to this invocation.
  read_output();
  if (call.kind == RuntimeCall::Kind::response) {
    take_response(call.body);
  } else if (call.kind == RuntimeCall::Kind::error) {
    fail_running({read_error(call.body), read_call_error(call.body)});
  } else {
    fail_running({{"Function.ResponseSizeTooLarge",
                   fmt::format("the answer is over {} bytes", kMaxLambdaAnswerBytes)},
                  call_answer_too_large()});
  }
  backoff_ = base::Millis(0);
  phase_ = Phase::resting;
  set_due(pool_.spec.init_timeout);
}

void LambdaSlot::on_init_error(RuntimeCall call) {
  if (phase_ != Phase::starting) return answer_bad_state(std::move(call.reply));
  answer_ok(std::move(call.reply));
  reason_ = init_failed(domain::text_of(read_error(call.body)));
  // It ends by itself now, as a rule.
  phase_ = Phase::ending;
  set_due(kTermGrace);
}

void LambdaSlot::on_exit() {
  // What it started could go on writing.
  child_->signal(SIGKILL);
  for (int i = 0; i < kLastRounds && read_output(); ++i) {
  }
  lines_.finish([this](std::string_view line) { on_line(line); });
  const pid_t pid = child_->pid();
  const ProcessEnd end = child_->reap();
  const std::string how = text_of(end);
  if (ready_ && phase_ != Phase::ending) {
    // Nobody here ends one so before it is in that phase.
    const bool killed = end.by_signal && end.status == SIGKILL;
    report(fmt::format("process {} ended {}{}", pid, how,
                       killed ? "; it was killed from outside, perhaps for want of memory" : ""));
  }
  const bool by_us = running_ && reason_ && reason_->failure == cancelled();
  if (running_) {
    fail_running(reason_ ? std::move(*reason_)
                         : EarlyEnd{{"ProcessExited", "the process ended " + how},
                                    call_exited(request_id_, end)});
  } else if (!ready_ && !stopping_) {
    std::string message = fmt::format("the process ended {} before it was ready", how);
    if (!last_line_.empty()) message += "; its last words: " + last_line_;
    return fail_start(reason_ ? std::move(reason_->failure)
                              : domain::Failure{"InitError", message});
  }
  come_down(!by_us);
}

void LambdaSlot::on_output_ready() {
  read_output();
}

int LambdaSlot::exit_descriptor() const noexcept {
  return child_ ? child_->exit_descriptor() : -1;
}

int LambdaSlot::output_descriptor() const noexcept {
  return child_ && !output_ended_ ? child_->output_descriptor() : -1;
}

// True when there may be more.
bool LambdaSlot::read_output() {
  std::array<char, kReadBytes> bytes;
  for (int i = 0; i < kReadsInARow; ++i) {
    const ssize_t got = ::read(child_->output_descriptor(), bytes.data(), bytes.size());
    output_ended_ = got == 0;
    if (got <= 0) return false;
    lines_.feed({bytes.data(), static_cast<std::size_t>(got)},
                [this](std::string_view line) { on_line(line); });
  }
  return true;
}

void LambdaSlot::on_line(std::string_view line) {
  if (base::is_valid_utf8(line)) last_line_ = base::clip(line, kMaxLastWords);
  OutputLine out{.function = pool_.spec.name, .pid = child_->pid(), .task_id = {}, .line = line};
  if (running_) {
    const auto* const invocation = std::get_if<ports::Invocation>(&*running_);
    if (invocation != nullptr) out.task_id = invocation->tasks.front().id.value();
  }
  if (pool_.on_output) pool_.on_output(out);
}

}  // namespace ordo::functions
