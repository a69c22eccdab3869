// ./dev bench accept: durable POST /tasks against the limits of the same machine, in one run.
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "accept/bare_epoll.h"
#include "accept/storeless.h"
#include "http/child.h"
#include "http/load.h"

namespace ordo::bench {
namespace {

namespace fs = std::filesystem;
using Seconds = std::chrono::duration<double>;

struct Settings {
  std::string program;
  std::string directory = ".";
  std::vector<std::size_t> connections{1, 64, 256, 1024};
  int rounds = 3;
  double seconds = 1.5;
  std::uint64_t backlog = 0;
};

const std::string& task_body() {
  static const std::string body =
      R"({"title":"Send invoice 123456","description":"for customer 42, monthly","priority":"high",)"
      R"("lane":"customer-42","payload":{"invoice":123456,"amount":19.990,"to":"ann@example.com"}})";
  return body;
}

std::string batch_body(std::size_t tasks) {
  std::string body = R"({"tasks":[)";
  for (std::size_t i = 0; i < tasks; ++i) body += (i == 0 ? "" : ",") + task_body();
  return body + "]}";
}

// About the bytes of a real 201, so that the limits move the same data.
std::string stand_in_answer() {
  return std::string(480, 'x');
}

template <class T>
T median(std::vector<T> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

LoadResult load(const Child& server, const std::string& request, std::size_t connections,
                double seconds) {
  LoadOptions options;
  options.port = server.port();
  options.connections = connections;
  options.measure = std::chrono::milliseconds(static_cast<int>(seconds * 1000));
  options.request = [&](std::uint64_t) -> const std::string& { return request; };
  return drive(options);
}

// The data directory of one server, removed with it.
struct Home {
  explicit Home(const Settings& settings)
      : path(fs::absolute(fs::path(settings.directory) /
                          fmt::format("ordo-bench-{}-{}", getpid(), ++count))) {
    fs::create_directories(path);
  }
  ~Home() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

  static inline int count = 0;
  fs::path path;
};

// Tasks only wait: what running them costs is for another benchmark.
Child start_ordo(const Settings& settings, const Home& home) {
  const std::string config = (home.path / "ordo.toml").string();
  std::ofstream(config) << "[queues.tasks]\nfunction = \"pull\"\n";
  return Child::program({settings.program, "serve", "--listen", "127.0.0.1:0", "--data",
                         home.path.string(), "--config", config, "--log-level", "error"});
}

struct Row {
  std::vector<double> rate, p50, p99;

  void add(LoadResult result) {
    rate.push_back(result.per_second());
    p50.push_back(result.latency_ms(0.5));
    p99.push_back(result.latency_ms(0.99));
    if (result.refused + result.broken > 0) {
      fmt::print(stderr, "warning: {} answers refused, {} connections broken\n", result.refused,
                 result.broken);
    }
  }
};

std::vector<double> ratios(const Row& a, const Row& b) {
  std::vector<double> out;
  for (std::size_t i = 0; i < a.rate.size(); ++i) out.push_back(a.rate[i] / b.rate[i]);
  return out;
}

void print_row(const char* name, const Row& row) {
  fmt::print("  {:<34} {:>9.0f}/s   p50 {:>7.2f} ms   p99 {:>7.2f} ms\n", name, median(row.rate),
             median(row.p50), median(row.p99));
}

void accept_table(const Settings& settings) {
  const std::string request = post("/tasks", task_body());
  const std::string answer_body = stand_in_answer();
  const std::string answer =
      "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: " +
      std::to_string(answer_body.size()) + "\r\n\r\n" + answer_body;
  const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  const Home home(settings);
  const Child bare = Child::forked(
      [&](int port_fd) { serve_bare_epoll(Reading::ends, threads, answer, port_fd); });
  const Child parsing = Child::forked(
      [&](int port_fd) { serve_bare_epoll(Reading::parses, threads, answer, port_fd); });
  const Child wire =
      Child::forked([&](int port_fd) { serve_wire_only(threads, answer_body, port_fd); });
  const Child storeless =
      Child::forked([&](int port_fd) { serve_without_store(threads, port_fd); });
  const Child ordo = start_ordo(settings, home);
  fmt::print("durable POST /tasks, {} bytes a body, medians of {} interleaved rounds of {} s\n",
             task_body().size(), settings.rounds, settings.seconds);
  for (const std::size_t connections : settings.connections) {
    std::map<const Child*, Row> rows;
    for (int round = 0; round < settings.rounds; ++round) {
      for (const Child* child : {&bare, &parsing, &wire, &storeless, &ordo}) {
        rows[child].add(load(*child, request, connections, settings.seconds));
      }
    }
    fmt::print("{} connections\n", connections);
    print_row("bare epoll loop, parses nothing", rows[&bare]);
    print_row("bare epoll loop, parses", rows[&parsing]);
    print_row("the HTTP server alone", rows[&wire]);
    print_row("HTTP server and API, no store", rows[&storeless]);
    print_row("ordo serve, durable", rows[&ordo]);
    fmt::print("  durable is {:.2f} of the server and API without a store (aim 0.85 at 256)\n",
               median(ratios(rows[&ordo], rows[&storeless])));
    fmt::print("             {:.2f} of the HTTP server alone\n",
               median(ratios(rows[&ordo], rows[&wire])));
    fmt::print("             {:.2f} of the bare epoll loop that parses (aim 0.75 at 256)\n",
               median(ratios(rows[&ordo], rows[&parsing])));
    fmt::print("             {:.2f} of the one that parses nothing\n",
               median(ratios(rows[&ordo], rows[&bare])));
  }
}

void batch_table(const Settings& settings) {
  const Home home(settings);
  const Child ordo = start_ordo(settings, home);
  fmt::print("batches, durable (aim 120,000 tasks/s)\n");
  for (const std::size_t tasks : {100UL, 1000UL}) {
    const std::string request = post("/tasks/batch", batch_body(tasks));
    Row row;
    for (int round = 0; round < settings.rounds; ++round) {
      row.add(load(ordo, request, 8, settings.seconds));
    }
    fmt::print("  {:>4} a batch, 8 connections {:>10.0f} tasks/s   p99 {:>7.2f} ms\n", tasks,
               median(row.rate) * static_cast<double>(tasks), median(row.p99));
  }
}

double start_up_seconds(const Settings& settings, const Home& home, double* resident_mb) {
  std::vector<double> times;
  for (int i = 0; i < 3; ++i) {
    const auto began = std::chrono::steady_clock::now();
    Child ordo = start_ordo(settings, home);
    times.push_back(Seconds(std::chrono::steady_clock::now() - began).count());
    *resident_mb = ordo.resident_mb();
    ordo.stop();
  }
  return median(times);
}

void fill(const Settings& settings, const Child& ordo) {
  constexpr std::size_t kTasks = 1000;
  const std::string request = post("/tasks/batch", batch_body(kTasks));
  std::uint64_t filled = 0;
  while (filled < settings.backlog) {
    LoadResult result = load(ordo, request, 4, 5.0);
    if (result.answers == 0) throw std::runtime_error("the backlog could not be filled");
    filled += result.answers * kTasks;
    if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r  {} tasks waiting", filled);
  }
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\n");
}

void backlog_table(const Settings& settings) {
  const Home empty(settings);
  const Home full(settings);
  double resident = 0;
  const double cold = start_up_seconds(settings, empty, &resident);
  fmt::print("empty store: starts in {:.0f} ms (aim 50), {:.1f} MB resident (aim 25)\n",
             cold * 1000, resident);
  if (settings.backlog == 0) return;
  {
    Child filling = start_ordo(settings, full);
    fill(settings, filling);
    filling.stop();
  }
  double loaded = 0;
  const double warm = start_up_seconds(settings, full, &loaded);
  fmt::print("{} tasks waiting: starts in {:.0f} ms (aim 2000), {:.1f} bytes a task (aim 24)\n",
             settings.backlog, warm * 1000,
             (loaded - resident) * (1 << 20) / static_cast<double>(settings.backlog));
  const std::string request = post("/tasks", task_body());
  const Child without = start_ordo(settings, empty);
  const Child with = start_ordo(settings, full);
  Row fast;
  Row slow;
  for (int round = 0; round < settings.rounds; ++round) {
    fast.add(load(without, request, 256, settings.seconds));
    slow.add(load(with, request, 256, settings.seconds));
  }
  print_row("empty store", fast);
  print_row("with the backlog", slow);
  fmt::print("  with the backlog {:.2f} of the speed without\n", median(ratios(slow, fast)));
}

}  // namespace
}  // namespace ordo::bench

int main(int argc, char** argv) try {
  using namespace ordo::bench;
  Settings settings;
  settings.program = ORDO_PROGRAM;
  CLI::App app("Durable accepts against the limits of the same machine, in one run");
  app.add_option("--program", settings.program, "the ordo program to measure")
      ->capture_default_str();
  app.add_option("--directory", settings.directory, "where the stores go: a real disk")
      ->capture_default_str();
  app.add_option("--connections", settings.connections, "connection counts")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--rounds", settings.rounds, "interleaved rounds")->capture_default_str();
  app.add_option("--seconds", settings.seconds, "length of a round")->capture_default_str();
  app.add_option("--backlog", settings.backlog, "also measure with so many tasks waiting");
  CLI11_PARSE(app, argc, argv);
  accept_table(settings);
  batch_table(settings);
  backlog_table(settings);
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "bench: {}\n", error.what());
  return 1;
}
