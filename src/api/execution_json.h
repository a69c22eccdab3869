// Pipelines and executions as they are answered.
#pragma once

#include <string>

#include "app/executions.h"
#include "app/pipelines.h"
#include "base/time.h"
#include "ports/execution_writes.h"

namespace ordo::api {

// Firings that a pipeline shows of those to come.
inline constexpr std::size_t kShownFirings = 10;

void append_execution(std::string& out, const ports::ExecutionRecord& record);
void append_pipeline(std::string& out, const app::Pipeline& pipeline, bool paused,
                     base::WallTime now);

[[nodiscard]] std::string execution_schema();
[[nodiscard]] std::string pipeline_schema();

}  // namespace ordo::api
