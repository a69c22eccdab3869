#include "postgres/idle.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "http/child.h"
#include "postgres/database.h"
#include "scratch.h"

namespace ordo::bench {
namespace {

// Of everybody but ourselves. Of BEGIN and COMMIT it sees the first of a connection only.
constexpr const char* kCalls =
    "FROM pg_stat_statements WHERE toplevel AND query NOT LIKE '%pg_stat_%'";

}  // namespace

IdleRate measure_idle(int seconds) {
  const Schema schema;
  const Scratch scratch(".");
  const std::string config = (scratch.path / "ordo.toml").string();
  std::ofstream(config) << "[queues.tasks]\nfunction = \"simulate\"\n"
                           "[functions.simulate]\nbuiltin = \"simulate\"\n";
  // Beside its database it has a folder where it stands.
  std::filesystem::create_directory(scratch.path / "ordo-data");
  Child server = Child::program({"/usr/bin/env", "-C", scratch.path.string(), ORDO_PROGRAM, "serve",
                                 "--listen", "127.0.0.1:0", "--store", schema.url(), "--config",
                                 config, "--log-level", "error"});
  Database database(server_url());
  database.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
  std::this_thread::sleep_for(std::chrono::seconds(3));  // it has settled
  database.execute("SELECT pg_stat_statements_reset()");
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  IdleRate rate;
  rate.statements = database.number(fmt::format("SELECT sum(calls) {}", kCalls)) / seconds;
  rate.which = database.text(fmt::format(
      "SELECT string_agg(format('%s x %s', calls, left(regexp_replace(query, '\\s+', ' ', 'g'), "
      "90)), E'\\n' ORDER BY calls DESC) || E'\\n' {}",
      kCalls));
  server.stop();
  return rate;
}

}  // namespace ordo::bench
