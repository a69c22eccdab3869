// Where a server keeps all that it has: its own file, or a database that several servers share.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/store_stats.h"
#include "base/result.h"
#include "ordo/config.h"
#include "ordo/log.h"
#include "ports/backlog.h"
#include "ports/clock.h"
#include "ports/lane_leases.h"
#include "ports/object_store.h"
#include "ports/peers.h"
#include "ports/pipeline_lease.h"
#include "ports/random.h"
#include "ports/reads.h"
#include "ports/store.h"
#include "ports/trouble.h"

namespace ordo::program {

class Home {
 public:
  virtual ~Home() = default;

  [[nodiscard]] virtual ports::Store& store() = 0;
  [[nodiscard]] virtual ports::Reads reads() = 0;
  [[nodiscard]] virtual ports::Backlog& backlog() = 0;
  [[nodiscard]] virtual ports::ObjectStore& objects() = 0;
  // How the store's files are; empty: it has none here.
  [[nodiscard]] virtual std::function<api::StoreStats()> stats() = 0;
  // What it has of lanes that are shared; empty: they are not.
  [[nodiscard]] virtual std::function<api::LeaseStats()> lease_stats() { return {}; }
  // "embedded" or "postgres"; and more of it, for people.
  [[nodiscard]] virtual std::string kind() const = 0;
  [[nodiscard]] virtual std::string description() const = 0;
  // How long a commit may take before others are told to come again; 0: however long.
  [[nodiscard]] virtual base::Millis patience() const { return base::Millis(0); }

  // Where several servers share the lanes; null: all are this one's.
  [[nodiscard]] virtual ports::LaneLeases* leases() { return nullptr; }
  [[nodiscard]] virtual ports::LaneBacklog* lane_backlog() { return nullptr; }
  [[nodiscard]] virtual ports::Peers* peers() { return nullptr; }
  [[nodiscard]] virtual ports::PipelineLease* pipeline_lease() { return nullptr; }

  // What it hears of the others, on threads of the home's own; must be quick.
  struct Ears {
    std::function<void()> on_news = {};       // of the leases
    std::function<void()> on_tasks = {};      // others have accepted some, or may have
    std::function<void()> on_pipelines = {};  // the right to run them has come, or has gone
    // What was answered may be there no more, and what is in memory is not to be relied on.
    std::function<void(const base::Error& error)> on_replaced = {};
    ports::PeerEars peers = {};
  };
  // One of them from now on.
  virtual base::Result<void> join(const Ears& /*ears*/) { return {}; }
  // Takes nothing any more.
  virtual void drain() {}
  // The process ends: whether something was written is not waited for any longer.
  virtual void give_up() {}
  // Nothing is under way any more.
  virtual void leave() {}
};

// Borrows all but the configuration.
base::Result<std::unique_ptr<Home>> open_home(const Config& config, const ports::Clock& clock,
                                              ports::Random& random, Log& log);

// A line when something begins to fail that no request hears of, and one when it works again.
ports::OnTrouble telling(Log& log);

// Of the embedded home.
[[nodiscard]] std::string objects_directory(const std::string& database);

}  // namespace ordo::program
