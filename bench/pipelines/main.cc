// ./dev bench pipelines: executions, each transition durable, against what bare SQLite manages for
// the same rows, in one run.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <string>

#include "pipelines/bare.h"
#include "pipelines/engine.h"
#include "scratch.h"

namespace ordo::bench {
namespace {

struct Settings {
  std::string directory = ".";
  double seconds = 2;
  std::size_t waiting = 100'000;
};

int run(const Settings& settings) {
  for (const std::size_t at_once : {1UL, 100UL, 10'000UL}) {
    const Scratch scratch(settings.directory);
    const TransitionResult result =
        measure_transitions(scratch.path.string(), at_once, settings.seconds);
    const auto batch = static_cast<std::size_t>(result.writes_a_commit + 0.5);
    const double bare =
        measure_bare_transitions(scratch.path.string(), batch == 0 ? 1 : batch, settings.seconds);
    fmt::print(
        "{:>6} executions at once        {:>8.0f} transitions/s   {:.2f} of bare SQLite "
        "({:.0f}/s), {:.0f} a commit\n",
        at_once, result.transitions_per_second, result.transitions_per_second / bare, bare,
        result.writes_a_commit);
  }
  for (const std::size_t concurrency : {0UL, 40UL}) {
    const Scratch scratch(settings.directory);
    fmt::print("Map over 10,000 items, MaxConcurrency {:>2}  {:>8.0f} items/s\n", concurrency,
               measure_map(scratch.path.string(), 10'000, concurrency));
  }
  {
    const Scratch scratch(settings.directory);
    const double orders = measure_orders(scratch.path.string(), settings.seconds);
    const double bare = measure_bare_orders(scratch.path.string(), settings.seconds);
    fmt::print(
        "batches of 1,000 orders         {:>8.1f} batches/s   {:.2f} of bare SQLite ({:.1f}/s)\n",
        orders, orders / bare, bare);
  }
  {
    const Scratch scratch(settings.directory);
    const double latency = measure_latency(scratch.path.string(), 500);
    const double commit =
        1e6 / measure_bare_transitions(scratch.path.string(), 1, settings.seconds / 2);
    fmt::print(
        "one execution of three tasks    {:>8.0f} us from start to durable end (a commit "
        "alone {:.0f} us)\n",
        latency, commit);
  }
  {
    const Scratch scratch(settings.directory);
    const WaitingResult waiting = measure_waiting(scratch.path.string(), settings.waiting);
    fmt::print(
        "{} executions in Wait: {:.0f} started/s, {:.0f} bytes of memory each, {:.3f} s of "
        "CPU in {:.1f} s\n",
        settings.waiting, waiting.starts_per_second, waiting.bytes_each, waiting.cpu_seconds,
        waiting.waited_seconds);
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace ordo::bench

int main(int argc, char** argv) try {
  CLI::App app("Executions of pipelines against bare SQLite; the files go into --dir");
  ordo::bench::Settings settings;
  app.add_option("--dir", settings.directory, "where the databases go");
  app.add_option("--seconds", settings.seconds, "of each measurement");
  app.add_option("--waiting", settings.waiting, "executions in Wait");
  CLI11_PARSE(app, argc, argv);
  return ordo::bench::run(settings);
} catch (const std::exception& error) {
  fmt::print(stderr, "bench_pipelines: {}\n", error.what());
  return EXIT_FAILURE;
}
