// ./dev bench life --store postgres: whole lives of tasks on PostgreSQL against what bare libpq and
// graphile-worker manage, in one run; with a large backlog against without; and what an idle node
// asks.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "postgres/backlog.h"
#include "postgres/bare.h"
#include "postgres/database.h"
#include "postgres/graphile.h"
#include "postgres/idle.h"
#include "postgres/nodes.h"
#include "postgres/report.h"

namespace ordo::bench {
namespace {

struct Settings {
  std::string what = "lives";
  Load load;
  int rounds = 3;
  std::size_t graphile_tasks = 10'000;
  std::string only = {};
  std::size_t backlog = 5'000'000;
  int seconds = 20;
};

const std::string kAccepts = "accepts";
const std::string kBareAccepts = "accepts, bare libpq";
const std::string kLives = "lives";
const std::string kBareLives = "lives, bare libpq";

Rate nodes_live(std::size_t count, const Load& load) {
  const Schema schema;
  return Nodes(schema.url(), count, load).live(load);
}

Rate nodes_accept(std::size_t count, const Load& load) {
  const Schema schema;
  return Nodes(schema.url(), count, load).accept(load);
}

// As many a commit as a node had.
Rate bare(const Load& load, BareWork work, const Rate& as) {
  const Schema schema;
  const auto a_commit = static_cast<std::size_t>(std::lround(as.a_commit));
  return measure_bare(schema.url(), {work, load.tasks, a_commit, load.lanes});
}

struct Graphile {
  std::string name;
  GraphileLoad load;
};

// Named queues keep the order of lanes, while jobs are fetched one by one or run one by one. The
// third is what it is at its fastest.
std::vector<Graphile> graphiles(const Settings& settings) {
  GraphileLoad load;
  load.tasks = settings.graphile_tasks;
  load.batch = settings.load.batch;
  load.lanes = settings.load.lanes;
  load.window = settings.load.batch * settings.load.batches_open;
  GraphileLoad one_by_one = load;
  one_by_one.tasks /= 10;
  one_by_one.concurrency = 4;
  GraphileLoad alone = load;
  alone.concurrency = 1;
  alone.fetched_together = load.batch;
  GraphileLoad unordered = alone;
  unordered.concurrency = 24;
  unordered.named = false;
  return {{"lives, graphile-worker, 4 side by side", one_by_one},
          {"lives, graphile-worker, one after the other", alone},
          {"lives, graphile-worker, without order", unordered}};
}

void add_graphile(Race& race, const Settings& settings, GraphileRates& latest) {
  for (const Graphile& one : graphiles(settings)) {
    race.add(one.name, kLives, [one, &latest] {
      latest = measure_graphile(server_url(), one.load);
      if (one.load.named && latest.disorder > 0) {
        throw std::runtime_error("graphile-worker does not keep the order");
      }
      return Rate{latest.lives, 0};
    });
  }
  race.add("accepts, graphile-worker", kAccepts,
           [&] { return Rate{latest.accepts, static_cast<double>(settings.load.batch)}; });
}

void add_accepts(Race& race, const Load& load) {
  race.add(kAccepts, kBareAccepts, [&] { return nodes_accept(1, load); });
  race.add(kBareAccepts, "", [&] { return bare(load, BareWork::accepts, race.latest(kAccepts)); });
  race.add("accepts, two nodes", kAccepts, [&] { return nodes_accept(2, load); });
}

void add_lives(Race& race, const Load& load) {
  race.add(kLives, kBareLives, [&] { return nodes_live(1, load); });
  race.add(kBareLives, "", [&] { return bare(load, BareWork::lives, race.latest(kLives)); });
  race.add("lives, bare libpq, an insert and an update", kBareLives,
           [&] { return bare(load, BareWork::writes, race.latest(kLives)); });
  race.add("lives, handoff early", kBareLives, [&load] {
    Load early = load;
    early.early = true;
    return nodes_live(1, early);
  });
  race.add("lives, two nodes", kLives, [&] { return nodes_live(2, load); });
}

int race_lives(const Settings& settings) {
  GraphileRates graphile;
  Race race;
  if (settings.only != "lives") add_accepts(race, settings.load);
  if (settings.only != "accepts") add_lives(race, settings.load);
  if (settings.graphile_tasks > 0 && settings.only.empty()) add_graphile(race, settings, graphile);
  race.run(settings.rounds);
  race.print();
  return EXIT_SUCCESS;
}

int run(const Settings& settings) {
  if (settings.what == "backlog") {
    compare_with_backlog(settings.load, settings.backlog, settings.rounds);
  } else if (settings.what == "idle") {
    const IdleRate idle = measure_idle(settings.seconds);
    fmt::print("an idle node: {:.2f} statements/s, over {} s\n", idle.statements, settings.seconds);
    fmt::print("{}", idle.which);
  } else {
    return race_lives(settings);
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace ordo::bench

int main(int argc, char** argv) try {
  CLI::App app("Whole lives of tasks on PostgreSQL against bare libpq and graphile-worker");
  ordo::bench::Settings settings;
  app.add_option("what", settings.what, "lives, backlog or idle")
      ->check(CLI::IsMember({"lives", "backlog", "idle"}));
  app.add_option("--tasks", settings.load.tasks, "of each measurement");
  app.add_option("--batch", settings.load.batch, "tasks that are submitted together");
  app.add_option("--lanes", settings.load.lanes, "of the tasks");
  app.add_option("--rounds", settings.rounds, "in turns; medians are shown");
  app.add_option("--graphile-tasks", settings.graphile_tasks, "of it; 0: it takes no part");
  app.add_option("--only", settings.only, "accepts or lives, without graphile-worker")
      ->check(CLI::IsMember({"accepts", "lives"}));
  app.add_option("--backlog", settings.backlog, "tasks that wait beside");
  app.add_option("--seconds", settings.seconds, "for which an idle node is watched");
  CLI11_PARSE(app, argc, argv);
  return ordo::bench::run(settings);
} catch (const std::exception& error) {
  fmt::print(stderr, "bench_life_postgres: {}\n", error.what());
  return EXIT_FAILURE;
}
