// Several real servers on one real PostgreSQL, each on a way to it of its own that can be cut, and
// what the database saw of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "postgres/unreliable_server.h"
#include "support/postgres_schema.h"
#include "support/server_process.h"

namespace ordo::testing {

class Cluster {
 public:
  // `config` has all but [store]. None is running yet.
  Cluster(std::size_t nodes, std::string config, std::chrono::milliseconds lease);

  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  void start(std::size_t node);
  // No process, or one that answers.
  [[nodiscard]] ServerProcess* server(std::size_t node) { return nodes_.at(node).server.get(); }
  void kill(std::size_t node);
  // SIGTERM, to its end; its exit code.
  int stop(std::size_t node);
  UnreliableServer& way_of(std::size_t node) { return *nodes_.at(node).way; }
  // How many connections the database has from it.
  [[nodiscard]] std::size_t connections_of(std::size_t node) const;
  // How many groups of lanes are its, and nobody may take them yet.
  [[nodiscard]] std::size_t leases_of(std::size_t node) const;
  // Of all that ran so far.
  [[nodiscard]] std::string logs() const;

  [[nodiscard]] std::string url() const { return schema_.url(); }

  // How a task ended for good, as the database saw it.
  struct End {
    std::uint64_t sequence = 0;
    std::string lane;
    bool succeeded = false;
    std::string by;     // the node that wrote it
    std::string owner;  // the node that had the lane then
  };
  // In the order in which they were written.
  [[nodiscard]] std::vector<End> ends() const;
  // Of the executions that a schedule has begun once a second: each has a name of its own.
  struct Ticks {
    std::uint64_t count = 0;
    std::uint64_t seconds = 0;  // from the first firing to the last
    std::uint64_t open = 0;
    std::uint64_t odd = 0;  // that did not succeed, or have not as many events as they should
  };
  [[nodiscard]] Ticks ticks(std::uint64_t events) const;
  // What is wrong with how lanes went from one to another, and with who wrote how tasks ended.
  [[nodiscard]] std::vector<std::string> faults() const;

 private:
  struct Node {
    std::string name;
    std::unique_ptr<UnreliableServer> way;
    std::unique_ptr<ServerProcess> server;
  };
  void watch();
  [[nodiscard]] std::size_t count(const postgres::Statement& statement, std::size_t node) const;

  PostgresSchema schema_;
  const std::string config_;
  std::vector<Node> nodes_;
  std::string past_logs_;
};

}  // namespace ordo::testing
