#include "postgres/node.h"

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "postgres/lease_keeper.h"
#include "postgres/post_office.h"
#include "postgres/writer.h"

namespace ordo::postgres {

struct Node::Parts {
  Parts(Home& home, const HomeOptions& home_options, NodeOptions options, const ports::Clock& clock,
        ports::Random& random)
      : keeper({.connection = connection_options(home_options),
                .name = std::move(options.name),
                .lease = options.lease,
                .be =
                    [this, &home](std::string node, std::vector<std::string> others) {
                      home.be(node, !others.empty());
                      office.be(std::move(node));
                      office.know(std::move(others));
                    },
                .on_news = [this] { call(ears.on_news); },
                .on_pipelines = [this] { call(ears.on_pipelines); },
                .on_tasks = [this] { call(ears.on_tasks); },
                .on_replaced = [this](const base::Error& error) { call(ears.on_replaced, error); },
                .on_trouble = options.on_trouble},
               clock, random),
        office({.connection = connection_options(home_options),
                .ears = {.on_question =
                             [this](std::string question, ports::Peers::Answer answer) {
                               call(ears.peers.on_question, std::move(question), std::move(answer));
                             },
                         .on_news =
                             [this](std::string from, std::string news) {
                               call(ears.peers.on_news, std::move(from), std::move(news));
                             },
                         .on_missed = [this] { call(ears.peers.on_missed); }},
                .poll = options.lease / 2,
                .on_trouble = options.on_trouble},
               clock, random) {}

  template <class Function, class... Arguments>
  static void call(const Function& function, Arguments&&... arguments) {
    if (function) function(std::forward<Arguments>(arguments)...);
  }

  NodeEars ears;
  LeaseKeeper keeper;
  PostOffice office;
  std::jthread beating;
  std::jthread carrying;
};

Node::Node(Home& home, const HomeOptions& home_options, NodeOptions options,
           const ports::Clock& clock, ports::Random& random)
    : parts_(std::make_unique<Parts>(home, home_options, std::move(options), clock, random)) {}

Node::~Node() = default;

ports::LaneLeases& Node::leases() {
  return parts_->keeper;
}

ports::PipelineLease& Node::pipeline_lease() {
  return parts_->keeper;
}

ports::Peers& Node::peers() {
  return parts_->office;
}

Standing Node::standing() {
  return parts_->keeper.standing();
}

base::Result<void> Node::join(NodeEars ears) {
  parts_->ears = std::move(ears);
  if (auto joined = parts_->keeper.beat(); !joined) return joined;
  parts_->beating =
      std::jthread([keeper = &parts_->keeper](const std::stop_token& stop) { keeper->run(stop); });
  parts_->carrying =
      std::jthread([office = &parts_->office](const std::stop_token& stop) { office->run(stop); });
  return {};
}

void Node::drain() {
  parts_->keeper.drain();
}

void Node::leave() {
  if (!parts_->beating.joinable()) return;
  // Each may wait for a server that is silent: both at once.
  parts_->beating.request_stop();
  parts_->carrying = {};
  parts_->beating = {};
  // Who does not hear it waits for the lease to end.
  static_cast<void>(parts_->keeper.leave());
}

}  // namespace ordo::postgres
