#include "postgres/cluster.h"

#include <fmt/format.h>

#include <csignal>
#include <set>
#include <stdexcept>
#include <string_view>

#include "postgres/home.h"
#include "support/real_clock.h"
#include "support/unique_name.h"
#include "system/random.h"

namespace ordo::testing {
namespace {

// Notes who has which lanes from when on, and who writes how a task ended for good.
constexpr char kWatch[] = R"(
CREATE TABLE seen_nodes (id text PRIMARY KEY, name text);
CREATE TABLE seen_leases (n bigserial PRIMARY KEY, shard smallint, owner text, epoch bigint);
CREATE TABLE seen_ends (n bigserial PRIMARY KEY, seq bigint, queue text, lane text, status smallint,
                        by text, owner text,
                        tx xid8 DEFAULT pg_current_xact_id());
CREATE FUNCTION see_node() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO seen_nodes VALUES (NEW.id, NEW.name);
  RETURN NULL;
END $$;
CREATE FUNCTION see_lease() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO seen_leases (shard, owner, epoch) VALUES (NEW.shard, NEW.owner, NEW.epoch);
  RETURN NULL;
END $$;
CREATE FUNCTION see_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO seen_ends (seq, queue, lane, status, by, owner)
  SELECT NEW.seq, NEW.queue, NEW.lane, NEW.status, current_setting('application_name'),
         (SELECT s.name FROM lane_leases l JOIN seen_nodes s ON s.id = l.owner
          WHERE l.shard = NEW.shard);
  RETURN NULL;
END $$;
CREATE TRIGGER see_node AFTER INSERT ON nodes FOR EACH ROW EXECUTE FUNCTION see_node();
CREATE TRIGGER see_lease AFTER UPDATE OF owner, epoch ON lane_leases
  FOR EACH ROW EXECUTE FUNCTION see_lease();
CREATE TRIGGER see_end AFTER UPDATE OF status ON tasks FOR EACH ROW
  WHEN (NEW.status IN (2, 3) AND OLD.status < 2) EXECUTE FUNCTION see_end();
)";

std::string with_folder(std::string url, const std::string& folder) {
  const std::size_t at = url.find("host=") + 5;
  return url.replace(at, url.find('&', at) - at, folder);
}

std::string folder_of(const std::string& url) {
  const std::size_t at = url.find("host=") + 5;
  return url.substr(at, url.find('&', at) - at);
}

}  // namespace

Cluster::Cluster(std::size_t nodes, std::string config, std::chrono::milliseconds lease)
    : config_(std::move(config) + fmt::format("[store]\nlease = \"{}ms\"\n", lease.count())) {
  system::SystemRandom random;
  if (const auto home = postgres::Home::open({.url = url()}, real_clock(), random); !home) {
    throw std::runtime_error(home.error().message);
  }
  watch();
  for (std::size_t i = 0; i < nodes; ++i) {
    // Known by it to the database, too, which other tests use meanwhile.
    nodes_.push_back({unique_name(fmt::format("node-{}", i)),
                      std::make_unique<UnreliableServer>(folder_of(postgres_url())), nullptr});
  }
}

void Cluster::watch() {
  const auto done = postgres_connection(url()).execute(kWatch);
  if (!done) throw std::runtime_error(done.error().message);
}

void Cluster::start(std::size_t node) {
  Node& one = nodes_.at(node);
  const std::string way = with_folder(url(), one.way->folder()) + "&application_name=" + one.name;
  one.server = std::make_unique<ServerProcess>(
      ServerSetup{.data = {},
                  .arguments = {"--store", way},
                  .config = config_ + fmt::format("node = \"{}\"\n", one.name)});
}

void Cluster::kill(std::size_t node) {
  Node& one = nodes_.at(node);
  one.server->signal(SIGKILL);
  one.server->wait_for_exit();
  past_logs_ += one.name + ", killed:\n" + one.server->log();
  one.server.reset();
}

int Cluster::stop(std::size_t node) {
  Node& one = nodes_.at(node);
  one.server->signal(SIGTERM);
  const int code = one.server->wait_for_exit();
  past_logs_ += one.name + ", stopped:\n" + one.server->log();
  one.server.reset();
  return code;
}

std::size_t Cluster::count(const postgres::Statement& statement, std::size_t node) const {
  postgres::Params params;
  params.add(std::string_view(nodes_.at(node).name));
  const auto rows = postgres_connection(url()).run(statement, std::move(params));
  if (!rows) throw std::runtime_error(rows.error().message);
  return rows->number(0, 0);
}

std::size_t Cluster::connections_of(std::size_t node) const {
  static const postgres::Statement kConnections{
      "connections",
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1::text "
      "AND datname = current_database()"};
  return count(kConnections, node);
}

std::size_t Cluster::leases_of(std::size_t node) const {
  static const postgres::Statement kItsLeases{
      "its_leases",
      "SELECT count(*) FROM lanes_held WHERE name = $1::text AND expires_at > clock_timestamp()"};
  return count(kItsLeases, node);
}

std::string Cluster::logs() const {
  std::string all = past_logs_;
  for (const Node& one : nodes_) {
    if (one.server) all += one.name + ":\n" + one.server->log();
  }
  return all;
}

std::vector<Cluster::End> Cluster::ends() const {
  static const postgres::Statement kEnds{
      "ends",
      // The rows of one transaction are written in no order.
      "SELECT seq, queue || '/' || lane, status = 2, by, coalesce(owner, '') FROM seen_ends "
      "ORDER BY min(n) OVER (PARTITION BY tx), seq"};
  const auto rows = postgres_connection(url()).run(kEnds);
  if (!rows) throw std::runtime_error(rows.error().message);
  std::vector<End> ends;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    ends.push_back({rows->number(i, 0), rows->string(i, 1), rows->boolean(i, 2), rows->string(i, 3),
                    rows->string(i, 4)});
  }
  return ends;
}

Cluster::Ticks Cluster::ticks(std::uint64_t events) const {
  static const postgres::Statement kTicks{
      "ticks",
      "SELECT count(*), extract(epoch FROM max(at) - min(at))::bigint, "
      "count(*) FILTER (WHERE status = 0), "
      "count(*) FILTER (WHERE status > 1 OR (status = 1 AND last_event <> $1::bigint)) "
      "FROM (SELECT status, last_event, to_timestamp(substr(name, 10, 19), "
      "'YYYY-MM-DD\"T\"HH24-MI-SS') AS at FROM executions) t"};
  postgres::Params params;
  params.add(static_cast<std::int64_t>(events));
  const auto rows = postgres_connection(url()).run(kTicks, std::move(params));
  if (!rows) throw std::runtime_error(rows.error().message);
  return {rows->number(0, 0), rows->number(0, 1), rows->number(0, 2), rows->number(0, 3)};
}

std::vector<std::string> Cluster::faults() const {
  std::vector<std::string> faults;
  static const postgres::Statement kLeases{
      "leases", "SELECT shard, coalesce(owner, ''), epoch FROM seen_leases ORDER BY n"};
  const auto rows = postgres_connection(url()).run(kLeases);
  if (!rows) throw std::runtime_error(rows.error().message);
  struct Lease {
    std::string owner;
    std::uint64_t epoch = 0;
  };
  std::map<std::int64_t, Lease> now;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    Lease& lease = now[rows->integer(i, 0)];
    const Lease next{rows->string(i, 1), rows->number(i, 2)};
    const bool is_taken = !next.owner.empty();
    if (is_taken && (!lease.owner.empty() || next.epoch != lease.epoch + 1)) {
      faults.push_back(fmt::format("shard {} went from {} at {} to {} at {}", rows->integer(i, 0),
                                   lease.owner, lease.epoch, next.owner, next.epoch));
    }
    lease = next;
  }
  std::map<std::string, std::uint64_t> last;
  std::set<std::uint64_t> ended;
  for (const End& end : ends()) {
    if (end.by != end.owner) {
      faults.push_back(
          fmt::format("{} ended task {} in a lane of {}", end.by, end.sequence, end.owner));
    }
    if (!ended.insert(end.sequence).second) {
      faults.push_back(fmt::format("task {} ended twice", end.sequence));
    }
    std::uint64_t& before = last[end.lane];
    if (end.sequence <= before) {
      faults.push_back(fmt::format("in {} task {} ended after {}", end.lane, end.sequence, before));
    }
    before = end.sequence;
  }
  return faults;
}

}  // namespace ordo::testing
