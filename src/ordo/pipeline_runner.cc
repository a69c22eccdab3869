#include "ordo/pipeline_runner.h"

#include <stop_token>
#include <utility>

#include "app/collect_results.h"
#include "app/store_result.h"
#include "functions/auction_simulator.h"
#include "functions/builtin_function_host.h"
#include "ordo/pipeline_reader.h"

namespace ordo::program {

namespace {

// What the orders' pipeline calls is part of the program.
base::Result<void> add_functions(Handlers& handlers, app::Backend& backend, ports::Auction& auction,
                                 ports::ObjectStore& objects) {
  functions::BuiltinFunctionSpec collect;
  collect.name = "collect_results";
  collect.run = [&backend, &auction](const std::string& payload, functions::BuiltinAnswer answer) {
    app::collect_results(backend, auction, payload, std::move(answer));
  };
  if (auto added = handlers.add(std::move(collect)); !added) return added;
  functions::BuiltinFunctionSpec store;
  store.name = "store_result";
  store.run = [&backend, &objects](const std::string& payload, functions::BuiltinAnswer answer) {
    app::store_result(backend, objects, payload, std::move(answer));
  };
  return handlers.add(std::move(store));
}

}  // namespace

base::Result<std::unique_ptr<PipelineRunner>> PipelineRunner::make(const Config& config,
                                                                   Parts parts) {
  std::unique_ptr<PipelineRunner> runner(new PipelineRunner);
  auto pipelines = make_pipelines(config, runner->zones_);
  if (!pipelines) return base::fail(std::move(pipelines.error()));
  runner->pipelines_ = std::move(*pipelines);
  app::Backend& backend = parts.backend;
  runner->auction_ = functions::make_simulated_auction(
      {config.auction.not_ready_rate, config.auction.reject_rate, config.auction.seed});
  if (auto added = add_functions(parts.handlers, backend, *runner->auction_, parts.objects);
      !added) {
    return base::fail(std::move(added.error()));
  }
  app::ServiceCalls::Parts services{backend, parts.handlers};
  services.objects = &parts.objects;
  services.noticed = std::move(parts.noticed);
  runner->calls_ = std::make_unique<app::ServiceCalls>(std::move(services));
  runner->executions_ = std::make_unique<app::Executions>(
      app::Executions::Parts{runner->pipelines_, backend.committer, backend.readers, backend.clock,
                             backend.random, *runner->calls_});
  runner->calls_->start_with(*runner->executions_);
  return runner;
}

base::Result<void> PipelineRunner::start(ports::ExecutionReads& reads) {
  if (auto loaded = executions_->load(reads); !loaded) return loaded;
  running_ = std::jthread([this](std::stop_token stop) { executions_->run(std::move(stop)); });
  return {};
}

}  // namespace ordo::program
