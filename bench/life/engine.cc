#include "life/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

#include "app/committer.h"
#include "app/dispatcher.h"
#include "app/readers.h"
#include "app/tasks.h"
#include "functions/builtin_host.h"
#include "functions/lambda_host.h"
#include "sqlite/home.h"
#include "system/clock.h"
#include "system/random.h"
#include "system/scheduling.h"

namespace ordo::bench {
namespace {

using Clock = std::chrono::steady_clock;

std::unique_ptr<ports::FunctionHost> make_host(std::size_t processes, const ports::Clock& clock,
                                               ports::OnEnded on_ended) {
  if (processes == 0) return functions::make_builtin_host({}, clock, std::move(on_ended));
  functions::LambdaSpec spec;
  spec.name = "greet";
  spec.command = {ORDO_BENCH_HANDLER};
  spec.processes = processes;
  return functions::make_lambda_host(std::move(spec), clock, std::move(on_ended),
                                     [](const functions::OutputLine&) {});
}

// The function, watched: when the first invocation came, and with one lane that always fails.
class WatchedHost : public ports::FunctionHost {
 public:
  WatchedHost(std::size_t processes, const ports::Clock& clock, std::string poison_lane,
              ports::OnEnded on_ended)
      : poison_lane_(std::move(poison_lane)),
        on_ended_(std::move(on_ended)),
        inner_(make_host(processes, clock,
                         [this](std::vector<ports::Ended> ended) { tell(std::move(ended)); })) {}

  void invoke(std::vector<ports::Invocation> invocations) override {
    invoked_at = Clock::now();
    if (!poison_lane_.empty()) {
      const std::lock_guard lock(mutex_);
      for (const ports::Invocation& one : invocations) {
        if (one.tasks.front().lane.value() == poison_lane_) poisoned_.insert(one.id.value());
      }
    }
    inner_->invoke(std::move(invocations));
  }
  void call(ports::FunctionCall call) override { inner_->call(std::move(call)); }
  [[nodiscard]] std::size_t capacity(const std::string& function) const override {
    return inner_->capacity(function);
  }
  void curtail(ports::InvocationId id) override { inner_->curtail(id); }
  void cancel(ports::InvocationId id, std::optional<domain::Sequence> task) override {
    inner_->cancel(id, task);
  }

  std::atomic<Clock::time_point> invoked_at;

 private:
  void tell(std::vector<ports::Ended> ended) {
    if (!poison_lane_.empty()) {
      const std::lock_guard lock(mutex_);
      for (ports::Ended& one : ended) {
        if (poisoned_.erase(one.id.value()) == 0) continue;
        one.results.clear();
        one.failure = domain::Failure{"Poison", "always"};
      }
    }
    on_ended_(std::move(ended));
  }

  const std::string poison_lane_;
  const ports::OnEnded on_ended_;
  std::mutex mutex_;
  std::set<std::uint64_t> poisoned_;
  std::unique_ptr<ports::FunctionHost> inner_;
};

class Engine {
 public:
  explicit Engine(const LifeOptions& options)
      : queues_{{options.queue.name, options.queue}},
        home_(open(options.directory)),
        host_(options.processes, clock_, options.poison_lane,
              [this](std::vector<ports::Ended> ended) { dispatcher_.ended(std::move(ended)); }),
        dispatcher_({.queues = queues_,
                     .clock = clock_,
                     .random = random_,
                     .host = host_,
                     .wake = [this] { committer_.wake(); }}),
        committer_(home_->store(), clock_, {.partner = &dispatcher_},
                   [](const base::Error& error) { throw std::runtime_error(error.message); }),
        readers_(home_->reads(), 1),
        backend{committer_, readers_, clock_, random_, queues_},
        thread_([this](std::stop_token stop) {
          system::ask_for_short_turns();
          committer_.run(std::move(stop));
        }) {}
  ~Engine() {
    dispatcher_.stop_starting();
    dispatcher_.wait_until_idle(base::Millis(10'000));
    thread_.request_stop();
    thread_.join();
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void submit(const std::string& lane, app::Answer<app::Submitted> answer) {
    app::Submission submission;
    submission.draft.lane = domain::LaneKey(lane);
    submission.draft.content.title = "Send invoice";
    submission.draft.content.payload = R"({"name":"Ada","amount":19.990,"no":123})";
    app::submit(backend, std::move(submission), std::move(answer));
  }
  // Tasks that have come to their end.
  [[nodiscard]] std::uint64_t done() const {
    const app::DispatchStats stats = dispatcher_.stats();
    return stats.succeeded + stats.dead;
  }
  [[nodiscard]] std::uint64_t succeeded() const { return dispatcher_.stats().succeeded; }
  [[nodiscard]] app::CommitStats commits() const { return committer_.stats(); }
  [[nodiscard]] WatchedHost& host() { return host_; }

 private:
  static std::unique_ptr<sqlite::Home> open(const std::string& directory) {
    static int count = 0;
    auto home = sqlite::Home::open({.path = fmt::format("{}/life-{}/ordo.db", directory, ++count)});
    if (!home) throw std::runtime_error(home.error().message);
    return std::move(*home);
  }

  system::SystemClock clock_;
  system::SystemRandom random_;
  domain::Queues queues_;
  std::unique_ptr<sqlite::Home> home_;
  WatchedHost host_;
  app::Dispatcher dispatcher_;
  app::Committer committer_;
  app::Readers readers_;
  app::Backend backend;
  std::jthread thread_;
};

}  // namespace

LifeResult measure_lives(const LifeOptions& options) {
  Engine engine(options);
  std::vector<std::string> lanes;
  for (std::size_t i = 0; i < options.lanes; ++i) lanes.push_back(fmt::format("lane-{}", i));
  std::uint64_t sent = 0;
  const auto send_for = [&](double seconds) {
    const auto until = Clock::now() + std::chrono::duration<double>(seconds);
    while (Clock::now() < until) {
      const std::uint64_t done = engine.done();
      for (; sent - done < options.window; ++sent) {
        engine.submit(lanes[sent % lanes.size()], [](const base::Result<app::Submitted>&) {});
      }
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  };
  send_for(0.5);
  const std::uint64_t before = engine.succeeded();
  const app::CommitStats commits = engine.commits();
  const auto began = Clock::now();
  send_for(options.seconds);
  const double took = std::chrono::duration<double>(Clock::now() - began).count();
  const app::CommitStats after = engine.commits();
  LifeResult result;
  result.lives_per_second = static_cast<double>(engine.succeeded() - before) / took;
  result.writes_a_commit =
      (after.batch_writes.sum - commits.batch_writes.sum) /
      static_cast<double>(std::max<std::uint64_t>(after.commits - commits.commits, 1));
  return result;
}

StartLatency measure_start(const std::string& directory, std::size_t tasks) {
  LifeOptions options;
  options.directory = directory;
  Engine engine(options);
  StartLatency latency;
  for (std::size_t i = 0; i < tasks; ++i) {
    std::promise<Clock::time_point> answered;
    const auto began = Clock::now();
    engine.submit("main",
                  [&](const base::Result<app::Submitted>&) { answered.set_value(Clock::now()); });
    const auto answer = answered.get_future().get();
    const auto us = [&](Clock::time_point at) {
      return std::chrono::duration<double, std::micro>(at - began).count();
    };
    latency.submit_to_answer_us.push_back(us(answer));
    latency.submit_to_handler_us.push_back(us(engine.host().invoked_at));
    while (engine.done() <= i) std::this_thread::yield();
  }
  std::ranges::sort(latency.submit_to_handler_us);
  std::ranges::sort(latency.submit_to_answer_us);
  return latency;
}

}  // namespace ordo::bench
