#include "cli/bench_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/percent.h"
#include "cli/common.h"
#include "cli/progress.h"
#include "cli/retry.h"

namespace ordo::cli {
namespace {

using Seconds = std::chrono::duration<double>;

// A queue that stands still for so long is not waited for.
constexpr base::Millis kStandstill{10'000};
constexpr int kBusy = 429;

struct BenchChoices {
  Target target;
  std::string queue;
  std::uint64_t tasks = 10'000;
  std::size_t connections = 16;
  std::uint64_t lanes = 64;
  bool no_wait = false;
};

double rate(std::uint64_t count, Seconds time) {
  return static_cast<double>(count) / std::max(time.count(), 1e-9);
}

// Sends the tasks over several connections, each with its next request when it has the answer.
class Load {
 public:
  Load(const BenchChoices& given, const Environment& environment)
      : given_(given), environment_(environment) {}

  struct Figures {
    Seconds time{};
    std::vector<Seconds> answers;  // how long each took, the shortest first
    std::uint64_t busy = 0;        // answers that said to come again
  };
  base::Result<Figures> run() {
    std::vector<std::vector<Seconds>> answers(given_.connections);
    const base::MonoTime began = environment_.now();
    {
      std::vector<std::jthread> threads;
      threads.reserve(answers.size());
      for (std::vector<Seconds>& own : answers) threads.emplace_back([this, &own] { send(own); });
      show_until_sent();
    }
    if (fault_) return base::fail(std::move(*fault_));
    Figures figures{environment_.now() - began, {}, busy_};
    for (const std::vector<Seconds>& own : answers) {
      figures.answers.insert(figures.answers.end(), own.begin(), own.end());
    }
    std::ranges::sort(figures.answers);
    return figures;
  }

 private:
  void send(std::vector<Seconds>& answers) {
    Remote remote(given_.target.url);
    for (std::uint64_t n = next_++; n < given_.tasks && !over_; n = next_++) {
      if (!send_one(remote, n, answers)) break;
      ++sent_;
    }
    ++ended_;
  }

  bool send_one(Remote& remote, std::uint64_t n, std::vector<Seconds>& answers) {
    std::string body = R"({"title":"ordo bench","queue":)";
    base::append_json_string(body, given_.queue);
    body += fmt::format(R"(,"lane":"bench-{}"}})", n % given_.lanes);
    while (!over_) {
      const base::MonoTime began = environment_.now();
      const auto answer = remote.exchange({.method = "POST", .path = "/tasks", .body = body});
      if (!answer) return stop(answer.error());
      if (answer->status == kBusy) {
        ++busy_;
        environment_.pause(kFirstPause);
        continue;
      }
      if (const auto accepted = body_of_success(*answer); !accepted) return stop(accepted.error());
      answers.push_back(environment_.now() - began);
      return true;
    }
    return false;
  }

  bool stop(const base::Error& error) {
    const std::lock_guard lock(mutex_);
    if (!over_.exchange(true)) fault_ = error;
    return false;
  }

  void show_until_sent() {
    Progress progress(environment_);
    while (environment_.progress && ended_ < given_.connections) {
      if (progress.due()) {
        progress.show(fmt::format("{} {} tasks accepted", bar(sent_, given_.tasks), sent_.load()));
      }
      environment_.pause(kSlice);
    }
  }

  const BenchChoices& given_;
  const Environment& environment_;
  std::atomic<std::uint64_t> next_ = 0;
  std::atomic<std::uint64_t> sent_ = 0;
  std::atomic<std::uint64_t> busy_ = 0;
  std::atomic<std::size_t> ended_ = 0;
  std::atomic<bool> over_ = false;
  std::mutex mutex_;
  std::optional<base::Error> fault_;  // guarded by mutex_
};

// How many tasks of the queue have not ended.
base::Result<std::uint64_t> backlog(Remote& remote, const std::string& queue) {
  const auto answer = remote.ask({.path = "/queues/" + base::percent_encode(queue)});
  if (!answer) return base::fail(answer.error());
  const auto members = base::parse_json_object(*answer);
  if (!members) return base::fail(members.error());
  return number_at(*members, "queued") + number_at(*members, "running");
}

// Waits until none is left; false: nothing moves.
base::Result<bool> wait_until_run(Remote& remote, const BenchChoices& given,
                                  const Environment& environment) {
  Progress progress(environment);
  std::uint64_t least = UINT64_MAX;
  base::MonoTime moved = environment.now();
  while (true) {
    const auto left = backlog(remote, given.queue);
    if (!left) return base::fail(left.error());
    if (*left == 0) return true;
    if (*left < least) {
      least = *left;
      moved = environment.now();
    }
    if (environment.now() - moved > kStandstill) return false;
    if (progress.due()) {
      const std::uint64_t done = given.tasks - std::min(given.tasks, *left);
      progress.show(fmt::format("{} {} tasks run", bar(done, given.tasks), done));
    }
    environment.pause(base::Millis(20));
  }
}

int bench(const BenchChoices& given, const Environment& environment) {
  Remote remote(given.target.url);
  const auto before = backlog(remote, given.queue);
  if (!before) return complain(before.error());
  if (*before != 0) {
    tell(fmt::format("queue {} has {} tasks that have not ended: they would be measured, too",
                     given.queue, *before));
    return kFailed;
  }
  const base::MonoTime began = environment.now();
  const auto figures = Load(given, environment).run();
  if (!figures) return complain(figures.error());
  std::optional<Seconds> run;
  if (!given.no_wait) {
    const auto all = wait_until_run(remote, given, environment);
    if (!all) return complain(all.error());
    if (*all) {
      run = environment.now() - began;
    } else {
      tell("nothing has ended for 10 s: is the queue paused, or do its workers claim no tasks?");
    }
  }
  const auto answer = [&](double share) {
    const auto last = static_cast<double>(figures->answers.size() - 1);
    return figures->answers[static_cast<std::size_t>(share * last)].count() * 1000;
  };
  const double accepted = rate(given.tasks, figures->time);
  const double lived = run ? rate(given.tasks, *run) : 0;
  if (given.target.json) {
    print_json(fmt::format(
        R"({{"tasks":{},"connections":{},"lanes":{},"accepted_per_second":{:.0f},"p50_ms":{:.3f},)"
        R"("p99_ms":{:.3f},"busy":{},"run_per_second":{}}})",
        given.tasks, given.connections, given.lanes, accepted, answer(0.5), answer(0.99),
        figures->busy, run ? fmt::format("{:.0f}", lived) : "null"));
    return kDone;
  }
  fmt::print("accepted  {} tasks, {:.0f}/s; an answer after {:.2f} ms (p50), {:.2f} ms (p99)\n",
             given.tasks, accepted, answer(0.5), answer(0.99));
  if (figures->busy > 0) fmt::print("busy      {} answers said to come again\n", figures->busy);
  if (run) fmt::print("run       {:.0f}/s, from the first request to the last end\n", lived);
  return kDone;
}

}  // namespace

void add_bench_command(CLI::App& app, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command =
      app.add_subcommand("bench", "Measure how fast a server accepts tasks, and runs them");
  const auto given = add_choices<BenchChoices>(*command, environment);
  command
      ->add_option("--queue", given->queue,
                   "the queue; its function is given the tasks, which are real")
      ->required()
      ->check(not_empty());
  command->add_option("--tasks", given->tasks, "how many (10000)")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{10'000'000}));
  command->add_option("--connections", given->connections, "how many at once (16)")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1000}));
  command->add_option("--lanes", given->lanes, "over how many lanes (64)")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}));
  command->add_flag("--no-wait", given->no_wait, "measure the accepting alone");
  command->footer("Example:\n  ordo bench --queue tasks --tasks 100000 --connections 64\n");
  command->callback([given, &environment, &run] {
    run = [given, &environment] { return bench(*given, environment); };
  });
}

}  // namespace ordo::cli
