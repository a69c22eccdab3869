// Settled orders, and how functions over them fail, as JSON.
#pragma once

#include <string>
#include <string_view>

#include "domain/order.h"
#include "ports/function_host.h"

namespace ordo::app {

// {"record_id", "parameter_1", "parameter_2", "status"} without the brace at its end.
void append_order_result(std::string& out, const domain::OrderRecord& record,
                         domain::OrderStatus status);

// The cause is {"errorMessage":…,"errorType":…} and, if there are any, `more_members` (",…").
[[nodiscard]] ports::CallFault order_fault(std::string error, std::string_view message,
                                           std::string_view more_members = {});

}  // namespace ordo::app
