#include "postgres/node.h"

#include <thread>
#include <utility>

#include "postgres/lease_keeper.h"
#include "postgres/writer.h"

namespace ordo::postgres {

struct Node::Parts {
  Parts(Home& home, const HomeOptions& home_options, NodeOptions options, const ports::Clock& clock,
        ports::Random& random)
      : keeper({.connection = connection_options(home_options),
                .name = std::move(options.name),
                .lease = options.lease,
                .be = [&home](std::string node,
                              bool has_others) { home.be(std::move(node), has_others); },
                .on_news =
                    [this] {
                      if (ears.on_news) ears.on_news();
                    },
                .on_tasks =
                    [this] {
                      if (ears.on_tasks) ears.on_tasks();
                    },
                .on_trouble = std::move(options.on_trouble)},
               clock, random) {}

  NodeEars ears;
  LeaseKeeper keeper;
  std::jthread beating;
};

Node::Node(Home& home, const HomeOptions& home_options, NodeOptions options,
           const ports::Clock& clock, ports::Random& random)
    : parts_(std::make_unique<Parts>(home, home_options, std::move(options), clock, random)) {}

Node::~Node() = default;

ports::LaneLeases& Node::leases() {
  return parts_->keeper;
}

base::Result<void> Node::join(NodeEars ears) {
  parts_->ears = std::move(ears);
  if (auto joined = parts_->keeper.beat(); !joined) return joined;
  parts_->beating =
      std::jthread([keeper = &parts_->keeper](const std::stop_token& stop) { keeper->run(stop); });
  return {};
}

void Node::drain() {
  parts_->keeper.drain();
}

void Node::leave() {
  if (!parts_->beating.joinable()) return;
  parts_->beating = {};
  // Who does not hear it waits for the lease to end.
  static_cast<void>(parts_->keeper.leave());
}

}  // namespace ordo::postgres
