// The pipelines of one server, and the thread that runs them.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "app/collect_results.h"
#include "app/execution_desk.h"
#include "app/executions.h"
#include "app/pipelines.h"
#include "app/service_calls.h"
#include "app/tasks.h"
#include "base/result.h"
#include "net/async_client.h"
#include "ordo/config.h"
#include "ordo/handlers.h"
#include "ordo/log.h"
#include "ports/auction.h"
#include "ports/execution_reads.h"
#include "ports/http_caller.h"
#include "ports/object_store.h"
#include "ports/peers.h"
#include "ports/pipeline_lease.h"
#include "system/time_zones.h"

namespace ordo::program {

// Borrows all that it is given. Outlives the committer's callbacks and the hosts' answers.
class PipelineRunner {
 public:
  struct Parts {
    app::Backend& backend;
    Handlers& handlers;  // get the functions of the orders' pipeline
    ports::ObjectStore& objects;
    std::function<void()> noticed;
    Log& log;
    net::AsyncClientOptions calling;  // how others outside are called
    // Where several servers share the store; null: the pipelines are this one's.
    ports::PipelineLease* lease = nullptr;
    ports::Peers* peers = nullptr;
  };
  static base::Result<std::unique_ptr<PipelineRunner>> make(const Config& config, Parts parts);

  [[nodiscard]] app::ExecutionDesk& desk() { return *desk_; }
  [[nodiscard]] const app::Pipelines& pipelines() const { return pipelines_; }

  // What was under way goes on; where several servers share the store, as long as they are this
  // one's.
  base::Result<void> start(ports::ExecutionReads& reads);
  // Any thread. The right to run them has come, or has gone.
  void note_lease();
  // Nothing more is called; whether no call is under way, after `bound` at the latest.
  void stop_calling();
  bool wait_until_idle(base::Millis bound);
  // The thread ends; what is said from now on is not heard. What is asked of others outside ends,
  // and none of their answers reaches the backend any more.
  void stop();

 private:
  PipelineRunner() = default;
  app::Executions& begin(std::optional<ports::LaneHold> by);
  void run_by_lease(ports::ExecutionReads& reads, const std::stop_token& stop);
  void run_here(ports::LaneHold hold, ports::ExecutionReads& reads, const std::stop_token& stop);
  bool wait_for_change(const std::optional<ports::LaneHold>& from, const std::stop_token& stop,
                       base::Millis bound);

  system::TimeZones zones_;
  std::unique_ptr<ports::Auction> auction_;
  app::AuctionRound round_;
  std::unique_ptr<ports::HttpCaller> http_;  // null: there are no connections
  app::Pipelines pipelines_;
  std::unique_ptr<app::ServiceCalls> calls_;
  std::optional<app::Executions::Parts> parts_;  // of all that follow
  // Those that were this server's before, too: what was called for them may still be answered.
  std::vector<std::unique_ptr<app::Executions>> executions_;
  std::unique_ptr<app::ExecutionDesk> desk_;
  ports::PipelineLease* lease_ = nullptr;
  // Each has its own, so that a host which hangs keeps nobody else waiting. Null: it is not needed.
  std::unique_ptr<net::AsyncClient> auction_client_;
  std::unique_ptr<net::AsyncClient> http_client_;  // of the machines' calls
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t changes_ = 0;  // of the lease; guarded by mutex_
  std::jthread running_;
};

}  // namespace ordo::program
