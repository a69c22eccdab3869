// The pipelines of one server, and the thread that runs them.
#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "app/collect_results.h"
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
  };
  static base::Result<std::unique_ptr<PipelineRunner>> make(const Config& config, Parts parts);

  [[nodiscard]] app::Executions& executions() { return *executions_; }
  [[nodiscard]] const app::Pipelines& pipelines() const { return pipelines_; }

  // What was under way goes on.
  base::Result<void> start(ports::ExecutionReads& reads);
  // The thread ends; what is said from now on is not heard. What is asked of others outside ends,
  // and none of their answers reaches the backend any more.
  void stop();

 private:
  PipelineRunner() = default;

  system::TimeZones zones_;
  std::unique_ptr<ports::Auction> auction_;
  app::AuctionRound round_;
  std::unique_ptr<ports::HttpCaller> http_;  // null: there are no connections
  app::Pipelines pipelines_;
  std::unique_ptr<app::ServiceCalls> calls_;
  std::unique_ptr<app::Executions> executions_;
  // Each has its own, so that a host which hangs keeps nobody else waiting. Null: it is not needed.
  std::unique_ptr<net::AsyncClient> auction_client_;
  std::unique_ptr<net::AsyncClient> http_client_;  // of the machines' calls
  std::jthread running_;
};

}  // namespace ordo::program
