// ./dev bench life: whole lives (accepted, run, succeeded, durable) against what bare SQLite
// manages for the same two writes, in one run.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "life/bare.h"
#include "life/engine.h"
#include "life/over_http.h"
#include "life/pipe.h"
#include "scratch.h"

namespace ordo::bench {
namespace {

struct Settings {
  std::string directory = ".";
  int rounds = 3;
  double seconds = 2;
  std::string only = {};
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

struct Case {
  const char* name;
  std::size_t lanes;
  std::size_t window;
  domain::Handoff handoff;
  const char* poison;
  std::size_t processes = 0;
  std::vector<double> rates = {};
  std::vector<double> writes = {};
};

// As far apart as accepting and ending are with 64 lanes below.
constexpr std::size_t kLag = 4096;

struct HttpCase {
  const char* name;
  std::size_t lanes;
  bool early;
  double share = 1;  // of the seconds: one strict lane is submitted to faster than it runs
  std::vector<double> rates = {};
};

int run(const Settings& settings) {
  std::vector<Case> cases{
      {"one lane, strict", 1, 256, domain::Handoff::strict, ""},
      {"one lane, early", 1, 4096, domain::Handoff::early, ""},
      {"64 lanes", 64, 4096, domain::Handoff::strict, ""},
      {"64 lanes, one of them poisoned", 64, 4096, domain::Handoff::strict, "lane-0"},
      {"64 lanes, early", 64, 8192, domain::Handoff::early, ""},
      {"10,000 lanes", 10'000, 30'000, domain::Handoff::strict, ""},
      {"64 lanes, a process in C++", 64, 1024, domain::Handoff::strict, "", 1},
      {"64 lanes, two processes", 64, 1024, domain::Handoff::strict, "", 2},
  };
  std::vector<HttpCase> over_http{
      {"HTTP, one lane, strict", 1, false, 0.1},
      {"HTTP, one lane, early", 1, true},
      {"HTTP, 64 lanes", 64, false},
      {"HTTP, 10,000 lanes", 10'000, false},
  };
  if (!settings.only.empty()) {
    std::erase_if(over_http, [&](const HttpCase& one) { return one.name != settings.only; });
    std::erase_if(cases, [&](const Case& one) { return one.name != settings.only; });
  }
  std::vector<double> bare_lives;
  std::vector<double> bare_lagging;
  std::vector<double> bare_commits;
  std::vector<double> pipes;
  for (int round = 0; round < settings.rounds; ++round) {
    const Scratch scratch(settings.directory);
    const Bare bare = measure_bare(scratch.path.string(), 64, kLag, settings.seconds);
    bare_lives.push_back(bare.lives_per_second);
    bare_lagging.push_back(bare.lagging_per_second);
    bare_commits.push_back(bare.commits_per_second);
    pipes.push_back(measure_pipe(settings.seconds / 2));
    for (Case& one : cases) {
      LifeOptions options;
      options.directory = scratch.path.string();
      options.queue.concurrency = static_cast<std::uint32_t>(std::max<std::size_t>(one.lanes, 64));
      options.queue.handoff = one.handoff;
      options.lanes = one.lanes;
      options.window = one.window;
      options.seconds = settings.seconds;
      options.poison_lane = one.poison;
      options.processes = one.processes;
      const LifeResult result = measure_lives(options);
      one.rates.push_back(result.lives_per_second);
      one.writes.push_back(result.writes_a_commit);
    }
    for (HttpCase& one : over_http) {
      HttpLifeOptions options;
      options.program = ORDO_PROGRAM;
      options.directory = scratch.path.string();
      options.lanes = one.lanes;
      options.early = one.early;
      options.seconds = settings.seconds * one.share;
      one.rates.push_back(measure_http_lives(options));
    }
  }
  const double lives = median(bare_lives);
  const double commits = median(bare_commits);
  fmt::print("bare SQLite, an insert and an update a life, 64 lives a commit  {:>8.0f} lives/s\n",
             lives);
  fmt::print("the same, the update {} lives after the insert                {:>8.0f} lives/s\n",
             kLag, median(bare_lagging));
  fmt::print("bare SQLite, one row a commit                                   {:>8.0f} commits/s\n",
             commits);
  fmt::print("a pipe to another process and back                              {:>8.0f} lines/s\n",
             median(pipes));
  for (const Case& one : cases) {
    const double rate = median(one.rates);
    const std::string compared =
        one.processes > 0
            ? fmt::format("{:.2f} of the pipe", rate / median(pipes))
            : fmt::format("{:.2f} of bare, {:.2f} of single commits", rate / lives, rate / commits);
    fmt::print("{:<32} {:>8.0f} lives/s   {}, {:.0f} writes a commit\n", one.name, rate, compared,
               median(one.writes));
  }
  for (const HttpCase& one : over_http) {
    fmt::print("{:<32} {:>8.0f} lives/s   64 producers, one task a request\n", one.name,
               median(one.rates));
  }
  if (!settings.only.empty()) return EXIT_SUCCESS;
  const Scratch scratch(settings.directory);
  constexpr std::size_t kTasks = 2000;
  const StartLatency latency = measure_start(scratch.path.string(), kTasks);
  const auto at = [](const std::vector<double>& sorted, double share) {
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
  };
  fmt::print(
      "one task at a time, from submit: handler begins p50 {:.0f} us, p99 {:.0f} us; answer "
      "p50 {:.0f} us, p99 {:.0f} us; a commit alone {:.0f} us\n",
      at(latency.submit_to_handler_us, 0.5), at(latency.submit_to_handler_us, 0.99),
      at(latency.submit_to_answer_us, 0.5), at(latency.submit_to_answer_us, 0.99), 1e6 / commits);
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace ordo::bench

int main(int argc, char** argv) try {
  CLI::App app("Whole lives of tasks against bare SQLite; the files go into --dir");
  ordo::bench::Settings settings;
  app.add_option("--dir", settings.directory, "where the databases go");
  app.add_option("--rounds", settings.rounds, "interleaved rounds; medians are shown");
  app.add_option("--seconds", settings.seconds, "of each measurement");
  app.add_option("--only", settings.only, "one measurement, by its name");
  CLI11_PARSE(app, argc, argv);
  return ordo::bench::run(settings);
} catch (const std::exception& error) {
  fmt::print(stderr, "bench_life: {}\n", error.what());
  return EXIT_FAILURE;
}
