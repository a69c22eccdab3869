#include "functions/web_hook_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/limits.h"
#include "base/uuid.h"
#include "domain/task_text.h"
#include "functions/call_faults.h"
#include "functions/failures.h"
#include "functions/waiting_work.h"
#include "functions/web_hook_answer.h"
#include "net/webhook_signature.h"

namespace ordo::functions {
namespace {

using ports::CallOutcome;
using ports::Ended;
using ports::FunctionCall;
using ports::Invocation;
using ports::InvocationId;

std::string body_of(const domain::Task& task) {
  std::string body;
  domain::append_task(body, task);
  body.pop_back();  // the brace
  fmt::format_to(std::back_inserter(body), ",\"attempt\":{}}}", task.attempts);
  return body;
}

class WebHookHost : public ports::FunctionHost {
 public:
  WebHookHost(WebHookSpec spec, std::vector<net::WebhookSecret> secrets, net::AsyncClient& client,
              const ports::Clock& clock, ports::OnEnded on_ended)
      : spec_(std::move(spec)),
        secrets_(std::move(secrets)),
        client_(client),
        clock_(clock),
        on_ended_(std::move(on_ended)) {}

  ~WebHookHost() override {
    std::unique_lock lock(mutex_);
    closing_ = true;
    for (Work& work : waiting_.take_all()) end_later(std::move(work), not_begun(), call_stopped());
    for (const auto& [id, run] : running_) client_.cancel(run.exchange);
    for (const auto& [id, run] : calls_) client_.cancel(run.exchange);
    none_open_.wait(lock, [this] { return open_ == 0; });
  }
  WebHookHost(const WebHookHost&) = delete;
  WebHookHost& operator=(const WebHookHost&) = delete;

  void invoke(std::vector<Invocation> invocations) override {
    const std::lock_guard lock(mutex_);
    open_ += invocations.size();
    for (Invocation& invocation : invocations) {
      if (invocation.tasks.empty()) {
        end_later({invocation.id, {}, std::nullopt});
      } else {
        waiting_.add(std::move(invocation));
      }
    }
    start_waiting();
  }
  void call(FunctionCall call) override {
    const std::lock_guard lock(mutex_);
    ++open_;
    if (auto fault = fault_of(call)) {
      return answer_later(std::move(call.answer), std::unexpected(std::move(*fault)));
    }
    waiting_.add(std::move(call));
    start_waiting();
  }

  std::size_t capacity(const std::string& /*function*/) const override {
    return spec_.max_in_flight;
  }
  void curtail(InvocationId invocation) override {
    const std::lock_guard lock(mutex_);
    if (const auto run = running_.find(invocation); run != running_.end()) {
      run->second.curtailed = true;
    } else if (invocation.value() < ports::kFirstCallId) {
      end_waiting(invocation, not_begun(), {});
    }
  }
  void cancel(InvocationId invocation, std::optional<domain::Sequence> task) override {
    const std::lock_guard lock(mutex_);
    if (const auto call = calls_.find(invocation); call != calls_.end()) {
      call->second.cancelled = true;
      return client_.cancel(call->second.exchange);
    }
    const auto found = running_.find(invocation);
    if (found == running_.end()) {
      return end_waiting(invocation, task ? not_begun() : cancelled(), call_cancelled());
    }
    Run& run = found->second;
    // Of the next one nothing is meant, should the answer of this one be on its way already.
    run.curtailed = run.curtailed || task.has_value();
    if (task && run.invocation.tasks[run.done].sequence != *task) return;
    run.cancelled = true;
    client_.cancel(run.exchange);
  }

 private:
  struct Run {
    Invocation invocation;
    std::size_t done = 0;                             // tasks that have succeeded
    std::vector<std::optional<std::string>> results;  // theirs, unless they were told
    net::ExchangeId exchange;                         // the one under way
    bool cancelled = false;
    bool curtailed = false;
  };

  struct RunningCall {
    ports::OnCallAnswered answer;
    net::ExchangeId exchange;
    bool cancelled = false;
  };

  // With mutex_ held, up to end_later().
  void start_waiting() {
    while (!waiting_.empty() && running_.size() + calls_.size() < spec_.max_in_flight) {
      Work work = waiting_.take();
      if (auto* const call = std::get_if<FunctionCall>(&work)) {
        send(std::move(*call));
      } else {
        Run& run = running_[id_of(work)];
        run.invocation = std::move(std::get<Invocation>(work));
        send_next(run);
      }
    }
  }

  void end_waiting(InvocationId id, domain::Failure failure, ports::CallFault fault) {
    std::optional<Work> waits = waiting_.take(id);
    if (waits) end_later(std::move(*waits), std::move(failure), std::move(fault));
  }

  [[nodiscard]] net::AsyncRequest request_of(std::string body, std::size_t max_answer) const {
    net::AsyncRequest request;
    request.url = spec_.url;
    request.timeout = spec_.timeout;
    request.allow_private = spec_.allow_private;
    request.max_response_bytes = max_answer;
    request.body = std::move(body);
    request.headers.add("Content-Type", "application/json");
    request.headers.add("Accept", "application/json");
    return request;
  }

  void send(FunctionCall call) {
    const base::WallTime now = clock_.wall();
    if (call.key.empty()) call.key = base::uuid_v7(now, call.id.value(), 0);
    net::AsyncRequest request = request_of(std::move(call.payload), ports::kMaxCallBytes);
    net::sign_webhook(request.headers, secrets_, call.key, now, request.body);
    RunningCall& run = calls_[call.id];
    run.answer = std::move(call.answer);
    run.exchange =
        client_.send(std::move(request), [this, id = call.id](const net::Exchanged& exchanged) {
          end_call(id, read_hook_call(exchanged));
        });
  }

  void send_next(Run& run) {
    const domain::Task& task = run.invocation.tasks[run.done];
    net::AsyncRequest request = request_of(body_of(task), base::kMaxBodyBytes);
    request.headers.add("Ordo-Attempt", std::to_string(task.attempts));
    if (!task.traceparent.empty()) request.headers.add("traceparent", task.traceparent);
    // A client may choose an id with a full stop, which the specification warns of. What is signed
    // still has one reading: no time is the start of a JSON object.
    net::sign_webhook(request.headers, secrets_, task.id.value(), clock_.wall(), request.body);
    run.exchange = client_.send(std::move(request),
                                [this, id = run.invocation.id](const net::Exchanged& exchanged) {
                                  go_on(id, read_hook_answer(exchanged, clock_.wall()));
                                });
  }

  // On the client's thread, for nobody is told from within a call of theirs.
  void end_later(Ended ended) {
    client_.post([this, ended = std::move(ended)]() mutable { tell(std::move(ended)); });
  }
  void answer_later(ports::OnCallAnswered answer, CallOutcome outcome) {
    client_.post([this, answer = std::move(answer), outcome = std::move(outcome)]() mutable {
      answer(std::move(outcome));
      close_one();
    });
  }
  void end_later(Work work, domain::Failure failure, ports::CallFault fault) {
    if (auto* const call = std::get_if<FunctionCall>(&work)) {
      answer_later(std::move(call->answer), std::unexpected(std::move(fault)));
    } else {
      end_later({id_of(work), {}, std::move(failure)});
    }
  }

  // From here on on the client's thread, without mutex_.
  void end_call(InvocationId id, CallOutcome outcome) {
    std::unique_lock lock(mutex_);
    auto run = calls_.extract(id);
    start_waiting();
    lock.unlock();
    const bool stopped = !outcome && outcome.error() == call_stopped();
    if (stopped && run.mapped().cancelled) outcome = std::unexpected(call_cancelled());
    run.mapped().answer(std::move(outcome));
    close_one();
  }

  void go_on(InvocationId id, HookOutcome outcome) {
    std::optional<Ended> ended;
    {
      const std::lock_guard lock(mutex_);
      Run& run = running_.at(id);
      if (outcome) {
        run.results.push_back(std::move(*outcome));
        ended = after_success(run);
      } else {
        const bool by_us = run.cancelled && outcome.error().lost;
        ended = Ended{id, std::move(run.results), by_us ? cancelled() : std::move(outcome.error())};
      }
      if (!ended) return;
      if (!ended->more) {
        running_.erase(id);
        start_waiting();
      }
    }
    tell(std::move(*ended));
  }

  // With mutex_ held. What there is to tell, if anything.
  std::optional<Ended> after_success(Run& run) {
    const InvocationId id = run.invocation.id;
    if (++run.done == run.invocation.tasks.size()) {
      return Ended{id, std::move(run.results), std::nullopt};
    }
    if (run.curtailed || closing_) return Ended{id, std::move(run.results), not_begun()};
    if (run.cancelled) return Ended{id, std::move(run.results), cancelled()};
    send_next(run);
    if (!run.invocation.one_by_one) return std::nullopt;
    return Ended{id, std::exchange(run.results, {}), std::nullopt, true};
  }

  void tell(Ended ended) {
    const bool last = !ended.more;
    std::vector<Ended> all;
    all.push_back(std::move(ended));
    on_ended_(std::move(all));
    if (last) close_one();
  }

  void close_one() {
    const std::lock_guard lock(mutex_);
    // Told under the lock: without it the host may be gone.
    if (--open_ == 0) none_open_.notify_all();
  }

  const WebHookSpec spec_;
  const std::vector<net::WebhookSecret> secrets_;
  net::AsyncClient& client_;
  const ports::Clock& clock_;
  const ports::OnEnded on_ended_;

  std::mutex mutex_;
  std::condition_variable none_open_;
  std::unordered_map<InvocationId, Run> running_;
  std::unordered_map<InvocationId, RunningCall> calls_;
  WaitingWork waiting_;   // as many as the caller has lanes side by side, and its calls
  std::size_t open_ = 0;  // invocations and calls whose end nobody has been told yet
  bool closing_ = false;
};

}  // namespace

base::Result<std::unique_ptr<ports::FunctionHost>> make_web_hook_host(WebHookSpec spec,
                                                                      net::AsyncClient& client,
                                                                      const ports::Clock& clock,
                                                                      ports::OnEnded on_ended) {
  const auto unusable = [&](const base::Error& error) {
    return base::fail(error.code, fmt::format("function \"{}\": {}", spec.name, error.message));
  };
  if (const auto host = net::host_of_url(spec.url); !host) return unusable(host.error());
  auto secrets = net::parse_webhook_secrets(spec.secrets);
  if (!secrets) return unusable(secrets.error());
  spec.max_in_flight = std::max<std::size_t>(spec.max_in_flight, 1);
  return std::make_unique<WebHookHost>(std::move(spec), std::move(*secrets), client, clock,
                                       std::move(on_ended));
}

}  // namespace ordo::functions
