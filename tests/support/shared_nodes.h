// Several nodes on one store in memory: each with a dispatcher and a committer, and leases of lanes
// that move between them as the test says.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "app/committer.h"
#include "app/dispatcher.h"
#include "app/node_talk.h"
#include "app/readers.h"
#include "app/tasks.h"
#include "domain/lane_shard.h"
#include "ports/lane_leases.h"
#include "support/fake_clock.h"
#include "support/memory_peers.h"
#include "support/memory_store.h"
#include "support/scripted_host.h"

namespace ordo::testing {

class SharedNode;

// The database that the nodes share: its store, and which node has which lanes.
class SharedDatabase : public ports::LaneBacklog {
 public:
  struct Lease {
    SharedNode* owner = nullptr;
    std::uint64_t epoch = 0;
  };

  base::Result<Fresh> fresh(std::span<const Stretch> stretches, std::size_t limit) override;
  base::Result<std::vector<ports::OpenTask>> open_tasks(
      const std::vector<std::uint16_t>& shards) override;

  // Nobody has it any more. Its owner does not hear so.
  void take_from_owner(std::uint16_t shard);
  void give(std::uint16_t shard, SharedNode& node);
  [[nodiscard]] const Lease& lease(std::uint16_t shard) const { return leases_[shard]; }

  // Each task whose attempt has ended for good, in order, by its lane.
  std::map<std::string, std::vector<std::uint64_t>> ended;

  MemoryStore kept;
  PeerNet net;

  SharedDatabase();

 private:
  std::array<Lease, domain::kLaneShards> leases_{};
};

// A node's way to it: what it says of attempts is held against the leases.
class FencedStore : public ports::Store {
 public:
  FencedStore(SharedDatabase& database, SharedNode& node) : database_(database), node_(node) {}
  using Store::apply;
  base::Result<std::vector<ports::WriteAnswer>> apply(std::span<const ports::Write> writes,
                                                      const ports::Follow& follow) override;
  base::Result<ports::Expired> expire(const ports::Expiry&, const ports::ExpiryBite&) override {
    return ports::Expired{};
  }
  base::Result<void> probe() override { return {}; }

 private:
  ports::WriteAnswer apply_one(const ports::Write& write);
  [[nodiscard]] bool is_stale(const ports::Write& write) const;
  void note_end(const ports::Write& write);

  SharedDatabase& database_;
  SharedNode& node_;
};

class SharedNode : public ports::LaneLeases {
 public:
  SharedNode(SharedDatabase& database, const domain::Queues& queues, FakeClock& clock,
             std::uint64_t seed);

  News news() override { return std::exchange(news_, {}); }
  bool is_taking() override { return !news_.gained.empty(); }
  void release(std::vector<ports::LaneHold> holds) override;

  void submit(const std::string& name, const std::string& lane, const std::string& queue = "tasks");
  void remove(const domain::TaskId& task);
  void write(ports::Write write);
  void turn() { committer_->turn(); }
  // All that is to be done by now.
  void turns();

  void miss_news() { peers_.ears.on_missed(); }

  // What it is told with its next question.
  void hear(const News& news);

  // Of what workers ask it, as far as it has been answered.
  using Given = std::vector<app::Claim::Given>;
  void claim(const std::string& queue, std::size_t max, base::Millis wait,
             std::function<void(Given)> answer, std::function<bool()> gone = {});
  void say(const domain::TaskId& id, const std::string& lease, decltype(app::LeaseWord::word) word,
           std::function<void(base::Result<void>)> answer);

  [[nodiscard]] app::Events& events() { return events_; }
  [[nodiscard]] app::Backend& backend() { return *backend_; }

  const std::string id;
  ScriptedHost host;
  [[nodiscard]] app::Dispatcher& dispatcher() { return *dispatcher_; }

 private:
  SharedDatabase& database_;
  FakeClock& clock_;
  SeededRandom random_;
  News news_;
  FencedStore store_;
  app::Readers readers_;
  MemoryPeers peers_;
  app::NodeTalk talk_;
  app::Events events_;
  std::unique_ptr<app::Dispatcher> dispatcher_;
  std::unique_ptr<app::Committer> committer_;
  std::optional<app::Backend> backend_;
};

}  // namespace ordo::testing
