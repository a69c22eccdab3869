// This process among those that share a database.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "ports/lane_leases.h"
#include "ports/peers.h"
#include "ports/pipeline_lease.h"
#include "ports/trouble.h"
#include "postgres/home.h"
#include "postgres/standing.h"

namespace ordo::postgres {

struct NodeOptions {
  std::string name = "ordo";  // for people
  // A node of which nothing is heard for so long has lost its lanes to the others.
  base::Millis lease{10'000};
  ports::OnTrouble on_trouble = {};  // hears of "leases" and "post"
};

// What a node hears, on threads of its own; must be quick.
struct NodeEars {
  std::function<void()> on_news = {};       // of the leases
  std::function<void()> on_tasks = {};      // others have accepted some, or may have
  std::function<void()> on_pipelines = {};  // the right to run them has come, or has gone
  // Another database answers now, that may lack what this one had answered.
  std::function<void(const base::Error& error)> on_replaced = {};
  ports::PeerEars peers = {};
};

// Borrows the home, clock and randomness.
class Node {
 public:
  // As Home::open was told.
  Node(Home& home, const HomeOptions& home_options, NodeOptions options, const ports::Clock& clock,
       ports::Random& random);
  ~Node();  // without a word to the others, unless it has left
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  [[nodiscard]] ports::LaneLeases& leases();
  [[nodiscard]] ports::PipelineLease& pipeline_lease();
  [[nodiscard]] ports::Peers& peers();

  // Any thread.
  [[nodiscard]] Standing standing();

  // From now on it is among them. `unavailable`: the database was not reached.
  base::Result<void> join(NodeEars ears);
  // Takes nothing any more, and wants back what it has.
  void drain();
  // Nothing is under way any more: the others may have all of it at once.
  void leave();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace ordo::postgres
