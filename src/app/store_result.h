// The function `store_result`: keeps the outcome of an accepted order as an object.
#pragma once

#include <string>
#include <string_view>

#include "app/collect_results.h"
#include "app/tasks.h"
#include "ports/object_store.h"

namespace ordo::app {

inline constexpr std::string_view kOrderResultsBucket = "order-results";

// `payload` is an order as collect_results answers it: {"record_id", "parameter_1", "parameter_2",
// "status"}, and no more is looked at. An accepted one, with "stored_at", becomes the object
// <record_id>.json of the bucket, and the answer is {"bucket", "key", "etag"}. Stored once: one
// that is there already, with the same values, stays as it is.
//
// Faults: OrderRejected, whose cause has the order, too ("order"); InvalidOrder; and, to be tried
// again, ServiceUnavailable. `backend` and `objects` outlive the answer. Any thread.
void store_result(Backend& backend, ports::ObjectStore& objects, const std::string& payload,
                  FunctionAnswer answer);

}  // namespace ordo::app
