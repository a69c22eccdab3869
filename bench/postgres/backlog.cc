#include "postgres/backlog.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "domain/lane_shard.h"
#include "postgres/database.h"
#include "postgres/home.h"
#include "postgres/report.h"
#include "system/clock.h"

namespace ordo::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

void fill(const std::string& url, std::size_t count) {
  const system::SystemClock clock;
  if (auto made = postgres::migrate({.url = url}, clock); !made) {
    throw std::runtime_error(made.error().message);
  }
  constexpr std::size_t kLanes = 1000;
  std::vector<int> shards;
  shards.reserve(kLanes);
  for (std::size_t i = 0; i < kLanes; ++i) {
    shards.push_back(
        domain::shard_of(domain::QueueName("waiting"), domain::LaneKey(fmt::format("lane-{}", i))));
  }
  Database database(url);
  database.execute(fmt::format(
      "INSERT INTO tasks (seq, id, queue, lane, shard, status, priority, attempts, max_attempts, "
      "version, created_at, updated_at, traceparent, title, description, payload) "
      "SELECT g, '01900000-' || lpad(to_hex(g), 27, '0'), 'waiting', 'lane-' || g % {0}, "
      "('{{{1}}}'::smallint[])[g % {0} + 1], 0, 1, 0, 3, 1, now(), now(), '', 'Send invoice', '', "
      "'{{\"invoice\":123456,\"amount\":19.990}}' FROM generate_series(1, {2}) g",
      kLanes, fmt::join(shards, ","), count));
  database.execute(
      fmt::format("SELECT setval('tasks_seq', {0}); INSERT INTO tallies VALUES "
                  "('backlog', 1, 'waiting', {0}, 0, 0, 0, 0)",
                  count));
  database.execute("VACUUM ANALYZE tasks");
  database.execute("CHECKPOINT");
}

}  // namespace

void compare_with_backlog(const Load& load, std::size_t backlog, int rounds) {
  const Schema empty;
  const Schema full;
  Clock::time_point began = Clock::now();
  fill(full.url(), backlog);
  fmt::print(stderr, "{} tasks wait, after {:.0f} s\n", backlog, seconds_since(began));
  Nodes without(empty.url(), 1, load);
  began = Clock::now();
  Nodes beside(full.url(), 1, load);
  const double known = seconds_since(began);
  const std::string without_name = "lives";
  Race race;
  race.add(without_name, "", [&] { return without.live(load); });
  race.add(fmt::format("lives, {} tasks waiting", backlog), without_name,
           [&] { return beside.live(load); });
  race.run(rounds);
  race.print();
  fmt::print("a new node knows all that waits after at most {:.1f} s\n", known);
}

}  // namespace ordo::bench
