// Nodes that share a database: all of a server but its HTTP. Their function is the built-in one
// that does nothing.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "postgres/rate.h"

namespace ordo::bench {

struct Load {
  std::size_t tasks = 100'000;
  std::size_t batch = 500;  // that are submitted together
  std::size_t lanes = 1000;
  std::size_t batches_open = 4;  // of each node: tasks that are submitted and not yet done
  bool early = false;            // as the queue's handoff
};

class Node;

class Nodes {
 public:
  // They have shared the lanes when this returns. Tasks of the queue "waiting", too, are taken in
  // and never run.
  Nodes(const std::string& url, std::size_t count, const Load& load);
  ~Nodes();
  Nodes(const Nodes&) = delete;
  Nodes& operator=(const Nodes&) = delete;

  // Submits tasks and waits until all of them have succeeded.
  Rate live(const Load& load);
  // Submits tasks and waits until all of them are durable. From then on nothing runs.
  Rate accept(const Load& load);

 private:
  std::vector<std::unique_ptr<Node>> nodes_;
};

}  // namespace ordo::bench
