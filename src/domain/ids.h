// The names of things. All are explicit both ways.
#pragma once

#include <cstdint>
#include <string>

#include "base/strong.h"

namespace ordo::domain {

using TaskId = base::Strong<struct TaskIdTag, std::string>;
using QueueName = base::Strong<struct QueueNameTag, std::string>;
using LaneKey = base::Strong<struct LaneKeyTag, std::string>;
using PipelineName = base::Strong<struct PipelineNameTag, std::string>;
using ExecutionId = base::Strong<struct ExecutionIdTag, std::string>;
using IdempotencyKey = base::Strong<struct IdempotencyKeyTag, std::string>;

// The place of a task in the order of acceptance: grows by commit order, is never used again.
using Sequence = base::Strong<struct SequenceTag, std::uint64_t>;

// Executions in the order in which they began; never used again.
using ExecutionNumber = base::Strong<struct ExecutionNumberTag, std::uint64_t>;

// Grows by one with every change of a task.
using Version = base::Strong<struct VersionTag, std::uint64_t>;

}  // namespace ordo::domain
