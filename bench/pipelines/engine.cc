#include "pipelines/engine.h"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <fstream>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "app/committer.h"
#include "app/executions.h"
#include "app/readers.h"
#include "sqlite/home.h"
#include "system/clock.h"
#include "system/random.h"
#include "system/scheduling.h"

namespace ordo::bench {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Answers each call with what it was given, on a thread of its own.
class Echo : public app::ResourceCalls {
 public:
  void call(app::ResourceCall call, app::OnResourceOutcome answer) override {
    {
      const std::lock_guard lock(mutex_);
      waiting_.emplace_back(std::move(call.parameters), std::move(answer));
      if (waiting_.size() > 1) return;
    }
    arrived_.notify_one();
  }
  void give_up(const std::string& /*token*/) override {}

 private:
  void work(const std::stop_token& stop) {
    std::vector<std::pair<std::string, app::OnResourceOutcome>> batch;
    while (true) {
      {
        std::unique_lock lock(mutex_);
        if (!arrived_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
        batch.swap(waiting_);
      }
      for (auto& [parameters, answer] : batch) answer(app::CallDone{std::move(parameters)});
      batch.clear();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::vector<std::pair<std::string, app::OnResourceOutcome>> waiting_;
  std::jthread thread_{[this](const std::stop_token& stop) { work(stop); }};
};

// A server's inside, as far as pipelines need it.
class Inside {
 public:
  Inside(const std::string& directory, const std::string& definition) {
    auto home = sqlite::Home::open({.path = directory + "/ordo.db"});
    if (!home) throw std::runtime_error(home.error().message);
    home_ = std::move(*home);
    auto machine = states::parse_machine(definition);
    if (!machine) throw std::runtime_error(machine.error().message);
    const domain::PipelineName name("bench");
    pipelines_[name] = {name, std::move(*machine), {}};
    committer_ = std::make_unique<app::Committer>(home_->store(), clock_, app::CommitterOptions{},
                                                  [](const base::Error&) { std::abort(); });
    readers_ = std::make_unique<app::Readers>(home_->reads(), 2);
    executions_ = std::make_unique<app::Executions>(
        app::Executions::Parts{pipelines_, *committer_, *readers_, clock_, random_, calls_});
    if (auto loaded = executions_->load(home_->execution_reads()); !loaded) {
      throw std::runtime_error(loaded.error().message);
    }
    committing_ = std::jthread([this](std::stop_token stop) {
      system::ask_for_short_turns();
      committer_->run(std::move(stop));
    });
    running_ = std::jthread([this](std::stop_token stop) {
      system::ask_for_short_turns();
      executions_->run(std::move(stop));
    });
  }
  ~Inside() {
    running_ = {};
    committing_ = {};
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  using OnEnd = std::function<void(const ports::ExecutionRecord&)>;
  void start(std::string input, OnEnd on_end, std::function<void()> started = {}) {
    app::Executions::StartOrder order;
    order.pipeline = domain::PipelineName("bench");
    order.input = std::move(input);
    order.on_end = std::move(on_end);
    if (started) {
      order.answer =
          [started = std::move(started)](const base::Result<app::Executions::Started>& answer) {
            if (!answer) throw std::runtime_error(answer.error().message);
            started();
          };
    }
    executions_->start(std::move(order));
  }
  app::Committer& committer() { return *committer_; }
  app::Executions& executions() { return *executions_; }

 private:
  system::SystemClock clock_;
  system::SystemRandom random_;
  std::unique_ptr<sqlite::Home> home_;
  app::Pipelines pipelines_;
  std::unique_ptr<app::Executions> executions_;
  Echo calls_;
  std::unique_ptr<app::Committer> committer_;
  std::unique_ptr<app::Readers> readers_;
  std::jthread committing_;
  std::jthread running_;
};

std::string chain_of_tasks(int states) {
  std::string out = R"({"StartAt":"S0","States":{)";
  for (int i = 0; i < states; ++i) {
    out += fmt::format(
        R"({}"S{}":{{"Type":"Task","Resource":"echo",{}}})", i == 0 ? "" : ",", i,
        i + 1 == states ? std::string(R"("End":true)") : fmt::format(R"("Next":"S{}")", i + 1));
  }
  return out + "}}";
}

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double all = 0;
  double resident = 0;
  file >> all >> resident;
  return resident * 4096;
}

}  // namespace

TransitionResult measure_transitions(const std::string& directory, std::size_t at_once,
                                     double seconds) {
  constexpr int kStates = 10;
  Inside inside(directory, chain_of_tasks(kStates));
  std::atomic<std::uint64_t> ended = 0;
  std::atomic<std::size_t> open = 0;
  std::atomic<bool> stop = false;
  const std::string input = R"({"order":"r-17","parameter_1":"abc","parameter_2":4})";
  std::function<void()> begin = [&] {
    ++open;
    inside.start(input, [&](const ports::ExecutionRecord&) {
      ++ended;
      --open;
      if (!stop) begin();
    });
  };
  for (std::size_t i = 0; i < at_once; ++i) begin();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds / 4));
  const auto from = Clock::now();
  const std::uint64_t events_before = inside.executions().stats().events;
  const auto commits_before = inside.committer().stats();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  const double took = since(from);
  const std::uint64_t events = inside.executions().stats().events - events_before;
  const auto commits = inside.committer().stats();
  stop = true;
  while (open > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  // Entered, scheduled, started, succeeded, exited; and the two ends of the execution.
  constexpr double kEventsAState = 5 + 2.0 / kStates;
  TransitionResult result;
  result.transitions_per_second = static_cast<double>(events) / kEventsAState / took;
  result.writes_a_commit =
      static_cast<double>(events) / kEventsAState /
      static_cast<double>(std::max<std::uint64_t>(commits.commits - commits_before.commits, 1));
  return result;
}

double measure_map(const std::string& directory, std::size_t items, std::size_t max_concurrency) {
  Inside inside(
      directory,
      fmt::format(
          R"({{"StartAt":"M","States":{{"M":{{"Type":"Map","MaxConcurrency":{},)"
          R"("ItemsPath":"$.items","ResultPath":null,"End":true,"ItemProcessor":{{)"
          R"("ProcessorConfig":{{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"}},"StartAt":"T",)"
          R"("States":{{"T":{{"Type":"Task","Resource":"echo","End":true}}}}}}}}}}}})",
          max_concurrency));
  std::string input = R"({"items":[)";
  for (std::size_t i = 0; i < items; ++i) input += (i == 0 ? "" : ",") + std::to_string(i);
  input += "]}";
  std::promise<states::Status> end;
  const auto from = Clock::now();
  inside.start(std::move(input),
               [&](const ports::ExecutionRecord& record) { end.set_value(record.status); });
  if (end.get_future().get() != states::Status::succeeded) throw std::runtime_error("it failed");
  return static_cast<double>(items) / since(from);
}

double measure_latency(const std::string& directory, std::size_t executions) {
  Inside inside(directory, chain_of_tasks(3));
  std::vector<double> times;
  for (std::size_t i = 0; i < executions; ++i) {
    std::promise<void> end;
    const auto from = Clock::now();
    inside.start("{}", [&](const ports::ExecutionRecord&) { end.set_value(); });
    end.get_future().get();
    times.push_back(since(from) * 1e6);
  }
  std::ranges::sort(times);
  return times[times.size() / 2];
}

WaitingResult measure_waiting(const std::string& directory, std::size_t executions) {
  Inside inside(directory,
                R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":86400,"End":true}}})");
  const double before = resident_bytes();
  std::atomic<std::size_t> started = 0;
  const auto from = Clock::now();
  // A bounded number of starts at once, as over HTTP.
  constexpr std::size_t kWindow = 4096;
  for (std::size_t i = 0; i < executions; ++i) {
    while (i - started >= kWindow) std::this_thread::sleep_for(std::chrono::microseconds(200));
    inside.start(R"({"order":"r-17"})", {}, [&] { ++started; });
  }
  while (started < executions) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  WaitingResult result;
  result.starts_per_second = static_cast<double>(executions) / since(from);
  std::this_thread::sleep_for(std::chrono::seconds(2));
  malloc_trim(0);
  result.bytes_each = (resident_bytes() - before) / static_cast<double>(executions);
  const double cpu = cpu_seconds();
  const auto waited = Clock::now();
  std::this_thread::sleep_for(std::chrono::seconds(3));
  result.cpu_seconds = cpu_seconds() - cpu;
  result.waited_seconds = since(waited);
  return result;
}

double measure_orders(const std::string& directory, double seconds) {
  constexpr std::size_t kOrders = 1000;
  constexpr std::size_t kAtOnce = 4;
  Inside inside(directory, R"({"StartAt":"S","States":{"S":{"Type":"Succeed"}}})");
  std::atomic<std::size_t> done = 0;
  std::atomic<std::size_t> open = 0;
  std::size_t number = 0;
  const auto from = Clock::now();
  while (since(from) < seconds) {
    if (open >= kAtOnce) {
      std::this_thread::sleep_for(std::chrono::microseconds(50));
      continue;
    }
    ports::AddOrders add;
    add.now = base::WallTime::from_ms(1'767'323'045'678);
    add.expires_at = add.now + std::chrono::hours(24);
    for (std::size_t i = 0; i < kOrders; ++i) {
      add.records.push_back(
          {domain::RecordId(fmt::format("r-{}", ++number)), "abc", std::to_string(number)});
    }
    ++open;
    std::vector<ports::Write> writes;
    writes.emplace_back(std::move(add));
    inside.committer().submit(std::move(writes), [&](const base::Result<app::Committed>& ok) {
      if (!ok) std::abort();
      ++done;
      --open;
    });
  }
  const double rate = static_cast<double>(done) / since(from);
  while (open > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return rate;
}

}  // namespace ordo::bench
