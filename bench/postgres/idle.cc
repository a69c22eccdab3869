#include "postgres/idle.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "http/child.h"
#include "postgres/database.h"
#include "scratch.h"

namespace ordo::bench {
namespace {

// Of everybody but ourselves.
constexpr const char* kCalls =
    "FROM pg_stat_statements WHERE toplevel AND query NOT LIKE '%pg_stat_%'";

}  // namespace

IdleRate measure_idle(int seconds) {
  const Schema schema;
  const Scratch scratch(".");
  Child server =
      Child::program({ORDO_PROGRAM, "serve", "--listen", "127.0.0.1:0", "--store", schema.url(),
                      "--config", scratch.path.string() + "/none", "--log-level", "error"});
  Database database(server_url());
  database.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
  std::this_thread::sleep_for(std::chrono::seconds(3));  // it has settled
  database.execute("SELECT pg_stat_statements_reset()");
  const std::string commits =
      "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()";
  const double before = database.number(commits);
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  IdleRate rate;
  rate.statements = database.number(fmt::format("SELECT sum(calls) {}", kCalls)) / seconds;
  rate.transactions = (database.number(commits) - before) / seconds;
  rate.most = database.text(fmt::format(
      "SELECT string_agg(format('%s x %s', calls, left(regexp_replace(query, '\\s+', ' ', 'g'), "
      "90)), E'\\n' ORDER BY calls DESC) || E'\\n' {}",
      kCalls));
  server.stop();
  return rate;
}

}  // namespace ordo::bench
