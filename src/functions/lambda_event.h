// What a Lambda function is given: the event of an SQS FIFO queue, and the headers beside it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "domain/task.h"

namespace ordo::functions {

// An event with a record a task. Its body is the task as the API shows it, as JSON text; its
// ApproximateReceiveCount is the attempt, its MessageGroupId the lane.
[[nodiscard]] std::string lambda_event(std::span<const domain::Task> tasks,
                                       std::string_view region);

// "Root=1-…;Parent=…;Sampled=…" of a W3C traceparent, or "" when it is none.
[[nodiscard]] std::string xray_trace_id(std::string_view traceparent);

[[nodiscard]] std::string lambda_arn(std::string_view region, std::string_view function);

}  // namespace ordo::functions
