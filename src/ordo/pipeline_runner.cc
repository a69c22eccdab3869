#include "ordo/pipeline_runner.h"

#include <stop_token>
#include <utility>

#include "ordo/pipeline_reader.h"

namespace ordo::program {

base::Result<std::unique_ptr<PipelineRunner>> PipelineRunner::make(const Config& config,
                                                                   Parts parts) {
  std::unique_ptr<PipelineRunner> runner(new PipelineRunner);
  auto pipelines = make_pipelines(config, runner->zones_);
  if (!pipelines) return base::fail(std::move(pipelines.error()));
  runner->pipelines_ = std::move(*pipelines);
  app::Backend& backend = parts.backend;
  app::ServiceCalls::Parts services{backend, parts.host};
  services.keep_orders = config.keep_orders;
  services.objects = parts.objects;
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
